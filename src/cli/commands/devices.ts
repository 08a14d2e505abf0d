/** `vestige devices`: the block devices of this machine, as sources for `vestige acquire`. */
import { imageSays } from "../../messages/en.ts";
import { exitCodes } from "../../messages/operator-error.ts";
import { listDevices, type DeviceFacts } from "../../platform/block-devices.ts";
import { bytesText } from "../amounts.ts";
import type { Command } from "../command.ts";
import type { Output } from "../output.ts";

export const devicesCommand: Command = {
  name: "devices",
  summary: "list the media of this machine that can be acquired",
  group: "case",
  args: [],
  flags: [],
  help: `Model, serial number, sizes, read-only state and mounts as the system states them. Nothing is read from the media.

  vestige devices
  vestige devices --json`,
  async run({ output }) {
    const devices = listDevices();
    for (const { path, facts } of devices) {
      output.event("vestige.device/1", "device", { path, ...facts, mounts: facts.mounts.map((each) => ({ ...each })) });
      if (!output.json) tellDevice(path, facts, output);
    }
    output.note(devices.length === 0 ? imageSays.noDevices() : imageSays.hiddenSectors());
    output.summary(exitCodes.done, { devices: devices.length });
    return exitCodes.done;
  },
};

function tellDevice(path: string, facts: DeviceFacts, output: Output): void {
  const { vendor, model, serial, firmware, backingFile, readOnly, removable, size } = facts;
  const what = [
    vendor,
    model,
    serial === null ? null : `serial ${serial}`,
    firmware === null ? null : `firmware ${firmware}`,
    backingFile === null ? null : `file ${backingFile}`,
    readOnly === true ? "read-only" : "writable",
    removable === true ? "removable" : null,
  ];
  const sectors = `${facts.logicalSectorBytes}/${facts.physicalSectorBytes ?? "?"}`;
  const told = what.filter((part) => part !== null).map((part) => output.safe(part));
  output.line(imageSays.deviceLine(output.safe(path), bytesText(size), sectors, told.join(", ")));
  for (const { at, writable } of facts.mounts) output.line(imageSays.mountedAt(output.safe(at), writable));
}
