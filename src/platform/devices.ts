/** The operating system's knowledge of media, whichever system it is. */
import { statSync } from "node:fs";
import { deviceFacts, deviceFamily, listDevices, mountsOf } from "./block-devices.ts";
import type { DevicePlatform } from "./device-facts.ts";
import { deviceFolder } from "./linux-device.ts";
import { protectLinuxDevice } from "./linux-protection.ts";
import { macosDevices } from "./macos.ts";
import { windowsDevices } from "./windows.ts";

const linuxDevices: DevicePlatform = {
  list: listDevices,
  factsOf: (path) => {
    const rdev = blockDevice(path);
    return rdev === null ? null : deviceFacts(rdev);
  },
  mountsOf: (path) => {
    const rdev = blockDevice(path);
    return rdev === null ? [] : mountsOf(deviceFamily(deviceFolder(rdev)));
  },
  setReadOnly: protectLinuxDevice,
};

function blockDevice(path: string): number | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isBlockDevice() ? stat.rdev : null;
}

/** Systems other than Windows and macOS answer like a Linux without sysfs: no devices. */
export function devicePlatform(platform: NodeJS.Platform = process.platform): DevicePlatform {
  if (platform === "darwin") return macosDevices();
  return platform === "win32" ? windowsDevices() : linuxDevices;
}
