/**
 * How a source is kept from being written to: by the system's read-only flag. It stops this system's writes to the device;
 * what the device does by itself, and commands sent around the block layer, only a hardware blocker stops.
 */
import { statSync } from "node:fs";
import type { WriteProtection } from "./device-facts.ts";
import { devicePlatform } from "./devices.ts";
import { releaseLinuxDevices } from "./linux-protection.ts";

export type { WriteProtection } from "./device-facts.ts";

/**
 * Sets a source read-only in the system, where it is a device and nothing writes to it; a whole disk with its partitions. A
 * file or a stream ("-") needs nothing: it is opened for reading only. Never undone by itself.
 */
export function protectSource(path: string): WriteProtection {
  const none: WriteProtection = { method: "none-needed", reason: null, set: [] };
  if (path === "-") return none;
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() || stat?.isFIFO()) return none;
  return devicePlatform().setReadOnly(path);
}

/** Undoes what `protectSource` set, and only that, when the officer asks for it. Returns the devices that stay read-only. */
export function releaseProtection({ set }: WriteProtection): readonly string[] {
  return releaseLinuxDevices(set);
}
