import { describe, expect, it } from "vitest";
import { devicesCommand, tellDevices } from "../../../src/cli/commands/devices.ts";
import { makeOutput, type Output } from "../../../src/cli/output.ts";
import type { CommandContext } from "../../../src/cli/command.ts";
import { fileFacts, type DeviceFacts, type ListedDevice } from "../../../src/platform/device-facts.ts";

function told(devices: readonly ListedDevice[], json: boolean) {
  const lines: string[] = [];
  const events: Record<string, unknown>[] = [];
  const output: Output = {
    ...makeOutput({ json, quiet: true }),
    line: (text) => lines.push(text),
    event: (schema, event, body) => events.push({ schema, event, ...body }),
    summary: (exit, counts) => events.push({ event: "summary", exit, counts }),
  };
  tellDevices(devices, output);
  return { lines, events, output };
}

const disk: DeviceFacts = {
  ...fileFacts("/dev/sda", 1_000_204_886_016),
  ...{ kind: "disk", name: "sda", vendor: "ATA", model: "WDC WD10\u001b[31mEZEX-08W", serial: "WD-WCC4N0123456" },
  ...{ firmware: "1A01", wwn: "naa.50014ee2b1234567", transport: "sata", rotational: true, partitions: 3 },
  ...{ physicalSectorBytes: 4096, removable: true, readOnly: false },
  mounts: [{ at: "/media/a\u202eb", type: "ext4", writable: true }],
  hiddenSectors: "not determinable",
  hidden: { hpa: "not determinable", dco: "not determinable", reason: "ata-commands" },
};

describe("vestige devices", () => {
  it("is a table of at most 100 columns with everything in it and nothing unescaped", () => {
    const { lines } = told(
      [
        { path: "/dev/sda", facts: disk },
        { path: "/dev/loop0", facts: fileFacts("x", 4096) },
      ],
      false,
    );
    const page = lines.join("\n");
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
    for (const part of [
      "1.00 TB",
      "512/4096",
      "sata",
      "writable, removable",
      "serial WD-WCC4N0123456",
      "firmware 1A01",
    ]) {
      expect(page).toContain(part);
    }
    expect(page).toMatch(/naa\.50014ee2b1234567.*rotating.*3 partition/);
    expect(page).toContain("mounted READ-WRITE at");
    expect(page).toContain("HPA, DCO): not determinable, it takes commands");
    expect(page).toContain("HPA, DCO): none, it is a file");
    expect(page.includes("\u001b") || page.includes("\u202e")).toBe(false);
  });

  it("prints one object a device, and says where there are none", () => {
    const { events, lines } = told([{ path: "/dev/sda", facts: disk }], true);
    expect(events).toEqual([{ schema: "vestige.device/1", event: "device", path: "/dev/sda", ...disk }]);
    expect(lines).toEqual([]);
  });

  it("lists those of this machine", async () => {
    const { output, events } = told([], true);
    expect(await devicesCommand.run({ output } as CommandContext)).toBe(0);
    expect(events.at(-1)).toMatchObject({ event: "summary", exit: 0, counts: { devices: events.length - 1 } });
  });
});
