/** What is recorded of media, and what every operating system is asked for. */
import { basename } from "node:path";

export interface Mount {
  /** Where, as the mount table writes it, unescaped. */
  readonly at: string;
  readonly type: string;
  /** True where the file system may be written to, through this mount or another. */
  readonly writable: boolean;
}

/** Whether a drive has a hidden area, as far as that can be told without commands that change its state. */
export type HiddenArea = "not determinable" | "does not exist";

/** What is recorded of a medium; null where the system does not tell. Texts are the device's own, unescaped. */
export interface DeviceFacts {
  readonly kind: "disk" | "partition" | "file";
  readonly name: string;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
  /** World wide name or the like, as the system writes it. */
  readonly wwn: string | null;
  /** How it is connected: `sata`, `usb`, `nvme`, `virtio`, `loop` … */
  readonly transport: string | null;
  readonly rotational: boolean | null;
  /** Partitions that the system sees on it. */
  readonly partitions: number | null;
  /** Bytes. */
  readonly size: number;
  readonly logicalSectorBytes: number;
  readonly physicalSectorBytes: number | null;
  readonly removable: boolean | null;
  /** The block layer's read-only flag. */
  readonly readOnly: boolean | null;
  /** File behind a loop device. */
  readonly backingFile: string | null;
  readonly mounts: readonly Mount[];
  /** Sectors hidden by the drive (HPA, DCO): only ATA pass-through would tell. */
  readonly hiddenSectors: "not determinable" | "none (a file)";
  /** The same for each area, with the reason. */
  readonly hidden: { readonly hpa: HiddenArea; readonly dco: HiddenArea; readonly reason: HiddenReason };
}

/**
 * `ata-commands`: it would take commands to the drive, which are not sent; `host`: the host of a virtual or network disk
 * decides what is shown; `no-ata`: the drive knows no such areas; `file`: there is no drive.
 */
export type HiddenReason = "ata-commands" | "host" | "no-ata" | "file";

/** As it is recorded. Software protection only: a hardware blocker is better. */
export interface WriteProtection {
  /**
   * `was-read-only`: the block layer refused writes already; `set-read-only`: Vestige told it to; `not-set`: it could not be,
   * `reason` says why; `none-needed`: no device.
   */
  readonly method: "was-read-only" | "set-read-only" | "not-set" | "none-needed";
  /** A sentence. */
  readonly reason: string | null;
  /** Devices that Vestige set read-only, the disk first; names of the system, unescaped. */
  readonly set: readonly string[];
}

export interface ListedDevice {
  /** For `vestige acquire`. */
  readonly path: string;
  readonly facts: DeviceFacts;
}

/** What an operating system knows of media. Throws OperatorError where it cannot be asked. */
export interface DevicePlatform {
  /** Whole media, without empty drives. */
  list(): ListedDevice[];
  /** Null where there is no device at the path. */
  factsOf(path: string): DeviceFacts | null;
  /** Of the device and everything that shares its sectors. */
  mountsOf(path: string): readonly Mount[];
  /** Keeps the system from writing to the device at the path; says how, or why not. */
  setReadOnly(path: string): WriteProtection;
}

/** The facts of a regular file that is taken as a medium. */
export function fileFacts(path: string, size: number): DeviceFacts {
  return {
    kind: "file",
    name: basename(path),
    ...{ vendor: null, model: null, serial: null, firmware: null, wwn: null, transport: null },
    ...{ rotational: null, partitions: null },
    size,
    logicalSectorBytes: 512,
    physicalSectorBytes: null,
    removable: null,
    readOnly: null,
    backingFile: null,
    mounts: [],
    hiddenSectors: "none (a file)",
    hidden: hiddenOf("file"),
  };
}

/** What can be said of hidden areas by how a medium is connected. */
export function hiddenOf(transport: string | null): DeviceFacts["hidden"] {
  const none = (reason: HiddenReason) => ({ hpa: "does not exist", dco: "does not exist", reason }) as const;
  const unknown = (reason: HiddenReason) => ({ hpa: "not determinable", dco: "not determinable", reason }) as const;
  if (transport === "file" || transport === "loop") return none("file");
  // NVMe and MMC have capacity of their own that is not shown (unallocated, boot partitions), but neither of the two.
  if (transport === "nvme" || transport === "mmc" || transport === "sd") return none("no-ata");
  if (transport === "virtio" || transport === "nbd" || transport === "iscsi") return unknown("host");
  return unknown("ata-commands");
}
