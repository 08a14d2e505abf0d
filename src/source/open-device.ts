/** The size of an open device, now and later, whatever system it is: files state their own. */
import { fstatSync } from "node:fs";
import { devicePlatform } from "../platform/devices.ts";
import { deviceFolder, LinuxDevice } from "../platform/linux-device.ts";

export interface OpenDevice {
  /** Bytes when it was opened, and bytes of a logical sector. */
  readonly size: number;
  readonly sectorBytes: number;
  /** Bytes now; null where the device is gone. */
  sizeNow(): number | null;
}

/** Null for a regular file. Throws OperatorError where the system does not tell about its devices. */
export function deviceBehind(path: string, descriptor: number, platform = process.platform): OpenDevice | null {
  // Windows refuses to describe an open drive.
  if (platform === "win32" && /^[\\/]{2}[.?][\\/]/.test(path)) return toldDevice(path, platform);
  const stat = fstatSync(descriptor, { bigint: true });
  if (stat.isFile()) return null;
  if (platform === "darwin" || platform === "win32") return toldDevice(path, platform);
  return stat.isBlockDevice() ? new LinuxDevice(deviceFolder(stat.rdev)) : null;
}

function toldDevice(path: string, platform: NodeJS.Platform): OpenDevice {
  const devices = devicePlatform(platform);
  const facts = devices.factsOf(path);
  return {
    size: facts?.size ?? 0,
    sectorBytes: facts?.logicalSectorBytes ?? 512,
    sizeNow: () => devices.factsOf(path)?.size ?? null,
  };
}
