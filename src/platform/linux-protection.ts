/** The block layer's read-only flag (Linux): the request `BLKROSET` where native calls are there, else blockdev(8). */
import { spawnSync } from "node:child_process";
import { closeSync, constants, existsSync, openSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { mediumSays } from "../messages/en.ts";
import { deviceFamily, mountsOf, partitionsOf, swapsOn } from "./block-devices.ts";
import type { WriteProtection } from "./device-facts.ts";
import { deviceFolder, sysfsText } from "./linux-device.ts";
import { nativeLibrary } from "./native-calls.ts";

/** `_IO(0x12, 93)` of linux/fs.h. */
const setReadOnlyRequest = 0x125d;
const timeoutMs = 10_000;
/** Root's folders, which an officer's own path may lack; fixed, so that nobody's program of that name is run. */
const toolPath = "/usr/sbin:/sbin:/usr/bin:/bin";

/**
 * Sets the read-only flag of a block device and, for a whole disk, of its partitions, and looks whether it is set. It stays
 * set. A device that this system writes to is left as it is: its file system would break.
 */
export function protectLinuxDevice(path: string): WriteProtection {
  const stat = statSync(path);
  if (!stat.isBlockDevice()) return { method: "none-needed", reason: null, set: [] };
  const folder = deviceFolder(stat.rdev);
  const family = deviceFamily(folder);
  const writable = mountsOf(family).find((mount) => mount.writable);
  if (writable || swapsOn(family)) return { method: "not-set", reason: mediumSays.protectionInUse(), set: [] };
  const nodes = nodesOf(path, folder);
  const open = nodes.filter((node) => !isReadOnly(node.folder));
  if (open.length === 0) return { method: "was-read-only", reason: null, set: [] };
  const set: string[] = [];
  for (const node of open) {
    const problem = isReadOnly(node.folder) ? null : setFlag(node.path, true);
    if (problem === null && isReadOnly(node.folder)) set.push(node.path);
    else return { method: "not-set", reason: mediumSays.protectionRefused(basename(node.path), problem ?? "ro"), set };
  }
  return { method: "set-read-only", reason: null, set };
}

/** Takes the flag off the given devices again, the last first. Returns those that stay read-only. */
export function releaseLinuxDevices(paths: readonly string[]): readonly string[] {
  return [...paths].reverse().filter((path) => setFlag(path, false) !== null);
}

interface DeviceNode {
  readonly path: string;
  readonly folder: string;
}

/** A partition without a node in /dev cannot be written to by anyone. */
function nodesOf(path: string, folder: string): DeviceNode[] {
  const inside = partitionsOf(folder)
    .map((name) => ({ path: `/dev/${name.replaceAll("!", "/")}`, folder: join(folder, name) }))
    .filter((node) => existsSync(node.path));
  return [{ path, folder }, ...inside];
}

function isReadOnly(folder: string): boolean {
  return sysfsText(folder, "ro") === "1";
}

/** Null where it worked, else what the system said. */
function setFlag(path: string, readOnly: boolean): string | null {
  const library = nativeLibrary();
  if (typeof library === "string") return runBlockdev(path, readOnly);
  const ioctl = library.func("int ioctl(int descriptor, unsigned long request, const int *value)") as (
    descriptor: number,
    request: number,
    value: Int32Array,
  ) => number;
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "error";
  }
  try {
    return ioctl(descriptor, setReadOnlyRequest, Int32Array.of(readOnly ? 1 : 0)) === 0 ? null : library.errorName();
  } finally {
    closeSync(descriptor);
  }
}

/** util-linux, blockdev(8). */
function runBlockdev(path: string, readOnly: boolean): string | null {
  const { status, error, signal } = spawnSync("blockdev", [readOnly ? "--setro" : "--setrw", path], {
    env: { PATH: toolPath, LC_ALL: "C" },
    stdio: "ignore",
    timeout: timeoutMs,
  });
  if (status === 0) return null;
  return (error as NodeJS.ErrnoException | undefined)?.code ?? signal ?? `blockdev ${status}`;
}
