/**
 * A device or file opened for reading only. Size and sector size come from the system; every read says how many bytes it
 * got, and throws the system's error where it is refused. `BlockSource` makes an exact and complete stream of it.
 */
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { imageSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { errorCode } from "./describe-entry.ts";

export interface Medium {
  readonly path: string;
  /** Bytes, as the system stated them when the medium was opened. */
  readonly size: number;
  /** Bytes of a logical sector, the smallest part that can fail alone. */
  readonly sectorBytes: number;
  /** Reads up to `length` bytes at `at` into `target` from `offset`; 0 is the end. Throws the system's error. */
  read(target: Uint8Array, offset: number, length: number, at: number): number;
  /** The size that the system states now; null where the medium is gone. */
  sizeNow(): number | null;
  close(): void;
}

const fileSectorBytes = 512;
/** The unit of `size` in sysfs, whatever the sectors of the device are. */
export const sysfsSectorBytes = 512;

/** Folder of a block device below /sys by its device number; real, so that the folder above a partition is its disk. */
export function deviceFolder(rdev: number | bigint): string {
  const { major, minor } = deviceNumber(rdev);
  const link = `/sys/dev/block/${major}:${minor}`;
  return existsSync(link) ? realpathSync(link) : link;
}

/** Linux's split of a device number (`gnu_dev_major`, `gnu_dev_minor`). */
export function deviceNumber(rdev: number | bigint): { major: number; minor: number } {
  const n = BigInt(rdev);
  return {
    major: Number(((n >> 8n) & 0xfffn) | ((n >> 32n) & ~0xfffn)),
    minor: Number((n & 0xffn) | ((n >> 12n) & ~0xffn)),
  };
}

/** A one-line file of sysfs, null where it is absent. A partition has its queue with its disk. */
export function sysfsText(folder: string, name: string): string | null {
  const file = [join(folder, name), join(folder, "..", name)].find((path, index) =>
    index === 0 || name.startsWith("queue/") ? existsSync(path) : false,
  );
  if (file === undefined) return null;
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    // The kernel offers some attributes that a driver then refuses to answer: as good as absent.
    return null;
  }
}

/** Opens a block device or a regular file. Throws OperatorError where it cannot be read. */
export function openMedium(path: string): Medium {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
  } catch (error) {
    throw new OperatorError("source/unreadable", imageSays.mediumUnreadable(path, errorCode(error)));
  }
  const stat = fstatSync(descriptor, { bigint: true });
  const folder = stat.isBlockDevice() ? deviceFolder(stat.rdev) : null;
  const size = folder === null ? Number(stat.size) : sizeOf(folder);
  return {
    path,
    size: size ?? 0,
    sectorBytes: folder === null ? fileSectorBytes : Number(sysfsText(folder, "queue/logical_block_size") ?? 512),
    read: (target, offset, length, at) => readSync(descriptor, target, offset, length, at),
    sizeNow: () => (folder === null ? Number(fstatSync(descriptor, { bigint: true }).size) : sizeOf(folder)),
    close: () => closeSync(descriptor),
  };
}

function sizeOf(folder: string): number | null {
  const sectors = sysfsText(folder, "size");
  return sectors === null ? null : Number(sectors) * sysfsSectorBytes;
}
