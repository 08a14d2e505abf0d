import { mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { protectSource, releaseProtection } from "../../../src/platform/write-protection.ts";
import { attachLoop, detachLoops, outputOf } from "../../fixtures/loop-device.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-protection-"));
const file = join(folder, "disk.img");
const needsLoop = "needs root and loop devices";
const needsPartitions = "needs root, loop devices and addpart (util-linux)";

afterAll(() => {
  detachLoops();
  rmSync(folder, { recursive: true, force: true });
});

/** A disk with a partition of 1 MiB, told to the kernel, which need not know partition tables; null where it cannot be had. */
function diskWithPartition(): { readonly disk: string; readonly partition: string } | null {
  writeFileSync(file, Buffer.alloc(4 << 20));
  const disk = attachLoop(file, "--partscan");
  if (disk === null || outputOf("addpart", disk, "1", "2048", "2048") === null) return null;
  const partition = `${disk}p1`;
  return outputOf("test", "-b", partition) === null ? null : { disk, partition };
}

/** The system's answer to an attempt to write a sector, "written" where there is no error. */
function writtenTo(device: string): string {
  const descriptor = openSync(device, "r+");
  try {
    writeSync(descriptor, Buffer.alloc(512, 0xa5), 0, 512, 0);
    return "written";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "error";
  } finally {
    closeSync(descriptor);
  }
}

const flagOf = (device: string) => readFileSync(`/sys/class/block/${basename(device)}/ro`, "utf8").trim();

describe("write protection (REQ-SRC-1)", () => {
  it("a file needs none", () => {
    writeFileSync(join(folder, "file"), "x");
    expect(protectSource(join(folder, "file"))).toEqual({ method: "none-needed", reason: null, set: [] });
  });

  it("a disk and its partitions are set read-only, which is recorded, and undone only when asked for", ({ skip }) => {
    const made = diskWithPartition();
    if (made === null) return skip(needsPartitions);
    const { disk, partition } = made;
    const flags = () => [flagOf(disk), flagOf(partition)];
    expect(flags()).toEqual(["0", "0"]);
    // A partition of its own: its disk stays as it is.
    const one = protectSource(partition);
    expect([one, flags()]).toEqual([{ method: "set-read-only", reason: null, set: [partition] }, ["0", "1"]]);
    expect([releaseProtection(one), flags()]).toEqual([[], ["0", "0"]]);
    const protection = protectSource(disk);
    expect(protection).toMatchObject({ method: "set-read-only", reason: null });
    expect(protection.set[0]).toBe(disk);
    expect(flags()).toEqual(["1", "1"]);
    for (const device of [disk, partition]) expect(writtenTo(device)).toBe("EPERM");
    const again = protectSource(disk);
    expect(again).toEqual({ method: "was-read-only", reason: null, set: [] });
    expect([releaseProtection(again), flags()]).toEqual([[], ["1", "1"]]);
    expect([releaseProtection(protection), flags()]).toEqual([[], ["0", "0"]]);
    expect(readFileSync(file).every((byte) => byte === 0)).toBe(true);
  });

  it("a device that this system writes to is left as it is, and why", ({ skip }) => {
    const device = attachLoop(file);
    if (device === null) return skip(needsLoop);
    const at = join(folder, "mounted");
    mkdirSync(at);
    if (outputOf("mkfs.ext4", "-q", device) === null || outputOf("mount", device, at) === null) {
      return skip("needs mkfs and mount");
    }
    try {
      const protection = protectSource(device);
      expect(protection).toEqual({
        method: "not-set",
        reason: expect.stringContaining("writes to") as string,
        set: [],
      });
      expect(flagOf(device)).toBe("0");
    } finally {
      outputOf("umount", at);
    }
  });

  it("a device that refuses is said to be unprotected", () => {
    // What was set by another run may be gone by now.
    const gone = "/dev/vestige-absent";
    expect(releaseProtection({ method: "set-read-only", reason: null, set: [gone] })).toEqual([gone]);
  });
});
