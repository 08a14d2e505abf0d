/**
 * What sysfs says of an open block device (Linux, Documentation/ABI/stable/sysfs-block): its size, and whether it is still
 * the device that was opened.
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

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

/** States of SCSI and NVMe drives in which every read fails, whatever is on the medium. */
const deadStates: readonly string[] = ["offline", "transport-offline", "cancel", "deleted", "dead", "deleting"];

export class LinuxDevice {
  /** Bytes, and bytes of a logical sector. */
  readonly size: number;
  readonly sectorBytes: number;
  readonly #folder: string;
  readonly #disk: string;
  readonly #sequence: string | null;

  /** `folder` is that of `deviceFolder`. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#disk = existsSync(join(folder, "partition")) ? join(folder, "..") : folder;
    this.#sequence = sysfsText(this.#disk, "diskseq");
    this.size = this.#statedSize() ?? 0;
    this.sectorBytes = Number(sysfsText(folder, "queue/logical_block_size") ?? 512);
  }

  /** Bytes; null where the device is gone, is dead, or is another one under the same name (`diskseq` counts media). */
  sizeNow(): number | null {
    const stated = this.#statedSize();
    if (stated === null || sysfsText(this.#disk, "diskseq") !== this.#sequence) return null;
    const state = sysfsText(this.#disk, "device/state");
    if (state !== null && deadStates.includes(state)) return null;
    return Math.min(stated, this.#backedBytes() ?? stated);
  }

  #statedSize(): number | null {
    const sectors = sysfsText(this.#folder, "size");
    return sectors === null ? null : Number(sectors) * sysfsSectorBytes;
  }

  /** A loop device keeps its size where the file behind it is cut; null for anything else. */
  #backedBytes(): number | null {
    const file = sysfsText(this.#disk, "loop/backing_file");
    const stat = file === null ? undefined : statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) return null;
    const start = this.#disk === this.#folder ? 0 : Number(sysfsText(this.#folder, "start") ?? 0) * sysfsSectorBytes;
    const held = stat.size - Number(sysfsText(this.#disk, "loop/offset") ?? 0) - start;
    return Math.max(0, held - (held % sysfsSectorBytes));
  }
}
