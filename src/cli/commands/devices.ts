/** `vestige devices`: the media of this machine, as sources for `vestige acquire`. */
import { mediumSays } from "../../messages/en.ts";
import { exitCodes } from "../../messages/operator-error.ts";
import type { DeviceFacts, ListedDevice } from "../../platform/device-facts.ts";
import { bytesText } from "../amounts.ts";
import type { Command } from "../command.ts";
import type { Output } from "../output.ts";

export const devicesCommand: Command = {
  name: "devices",
  summary: "list the media of this machine that can be acquired",
  group: "case",
  args: [],
  flags: [],
  help: `Model, serial number, sizes, logical and physical sectors, read-only state, mounts and hidden areas, as the system states
them. Nothing is read from the media.

  vestige devices
  vestige devices --json`,
  async run({ output }) {
    const { devicePlatform } = await import("../../platform/devices.ts");
    const devices = devicePlatform().list();
    tellDevices(devices, output);
    output.summary(exitCodes.done, { devices: devices.length });
    return exitCodes.done;
  },
};

export function tellDevices(devices: readonly ListedDevice[], output: Output): void {
  if (devices.length === 0) output.note(mediumSays.noDevices());
  else if (!output.json) output.line(mediumSays.deviceHead());
  for (const { path, facts } of devices) {
    const mounts = facts.mounts.map((mount) => ({ ...mount }));
    output.event("vestige.device/1", "device", { path, ...facts, hidden: { ...facts.hidden }, mounts });
    if (!output.json) tellDevice(path, facts, output);
  }
}

function tellDevice(path: string, facts: DeviceFacts, output: Output): void {
  const { vendor, model, transport, size, hidden } = facts;
  const safe = (text: string | null) => (text === null ? "" : output.safe(text));
  const sectors = `${facts.logicalSectorBytes}/${facts.physicalSectorBytes ?? "?"}`;
  const state = mediumSays.deviceState(facts.readOnly, facts.removable);
  const named = [safe(vendor), safe(model)].filter((text) => text !== "").join(" ");
  output.line(mediumSays.deviceLine(safe(path), bytesText(size), sectors, safe(transport), state, named));
  const details = detailsOf(facts, output);
  if (details.length > 0) output.line(mediumSays.deviceDetail(details));
  for (const { at, writable } of facts.mounts) output.line(mediumSays.mountedAt(safe(at), writable));
  output.line(mediumSays.hiddenAreas(hidden.hpa, hidden.reason));
}

function detailsOf(
  { serial, firmware, wwn, backingFile, rotational, partitions }: DeviceFacts,
  output: Output,
): string[] {
  const told = (text: string | null, say: (safe: string) => string) => (text === null ? null : say(output.safe(text)));
  return [
    told(serial, mediumSays.detailSerial),
    told(firmware, mediumSays.detailFirmware),
    told(wwn, mediumSays.detailWwn),
    told(backingFile, mediumSays.detailFile),
    rotational === null ? null : mediumSays.detailRotating(rotational),
    partitions ? mediumSays.detailPartitions(partitions) : null,
  ].filter((detail) => detail !== null);
}
