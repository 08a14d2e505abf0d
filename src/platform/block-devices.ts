/**
 * What the system knows of block devices: sysfs, udev's database and the mount table (Linux). Other systems answer that
 * they have none. Texts come from the devices themselves and are escaped wherever they are shown.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { deviceFolder, deviceNumber, sysfsSectorBytes, sysfsText } from "../source/medium.ts";

export interface Mount {
  /** Where, as the mount table writes it, unescaped. */
  readonly at: string;
  readonly type: string;
  /** True where the file system may be written to, through this mount or another. */
  readonly writable: boolean;
}

/** What is recorded of a medium; null where the system does not tell. */
export interface DeviceFacts {
  readonly kind: "disk" | "partition" | "file";
  readonly name: string;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
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
}

const systemFolder = "/sys/class/block";

/** Whole media, without empty drives, by name. */
export function listDevices(): { readonly path: string; readonly facts: DeviceFacts }[] {
  if (!existsSync(systemFolder)) return [];
  return readdirSync(systemFolder)
    .sort()
    .filter((name) => !existsSync(join(systemFolder, name, "partition")))
    .map((name) => ({ path: `/dev/${name.replaceAll("!", "/")}`, folder: realpathSync(join(systemFolder, name)) }))
    .filter(({ folder }) => Number(sysfsText(folder, "size") ?? 0) > 0)
    .map(({ path, folder }) => ({ path, facts: factsOf(folder) }));
}

/** The facts of a device by its number, as `stat` gives it. */
export function deviceFacts(rdev: number | bigint): DeviceFacts {
  return factsOf(deviceFolder(rdev));
}

/** The facts of a regular file that is taken as a medium. */
export function fileFacts(path: string, size: number): DeviceFacts {
  return {
    kind: "file",
    name: basename(path),
    ...{ vendor: null, model: null, serial: null, firmware: null },
    size,
    logicalSectorBytes: 512,
    physicalSectorBytes: null,
    removable: null,
    readOnly: null,
    backingFile: null,
    mounts: [],
    hiddenSectors: "none (a file)",
  };
}

function factsOf(folder: string): DeviceFacts {
  const partition = existsSync(join(folder, "partition"));
  const disk = partition ? join(folder, "..") : folder;
  const udev = udevFacts(sysfsText(disk, "dev"));
  const flag = (name: string) => {
    const text = sysfsText(folder, name) ?? sysfsText(disk, name);
    return text === null ? null : text === "1";
  };
  const bytesOf = (name: string) => Number(sysfsText(folder, name) ?? "") || null;
  return {
    kind: partition ? "partition" : "disk",
    name: basename(folder),
    vendor: sysfsText(disk, "device/vendor") ?? udev.get("ID_VENDOR") ?? null,
    model: sysfsText(disk, "device/model") ?? udev.get("ID_MODEL") ?? null,
    serial: sysfsText(disk, "device/serial") ?? udev.get("ID_SERIAL_SHORT") ?? null,
    firmware:
      sysfsText(disk, "device/firmware_rev") ?? sysfsText(disk, "device/rev") ?? udev.get("ID_REVISION") ?? null,
    size: Number(sysfsText(folder, "size") ?? 0) * sysfsSectorBytes,
    logicalSectorBytes: bytesOf("queue/logical_block_size") ?? 512,
    physicalSectorBytes: bytesOf("queue/physical_block_size"),
    removable: flag("removable"),
    readOnly: flag("ro"),
    backingFile: sysfsText(disk, "loop/backing_file"),
    mounts: mountsOf(deviceFamily(folder)),
    hiddenSectors: "not determinable",
  };
}

/** Properties that udev keeps of a device (`E:NAME=value`), none where it keeps none. */
function udevFacts(dev: string | null): ReadonlyMap<string, string> {
  const file = `/run/udev/data/b${dev}`;
  if (dev === null || !existsSync(file)) return new Map();
  const facts = new Map<string, string>();
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, name, value] = /^E:([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) facts.set(name, value);
  }
  return facts;
}

/** `major:minor` of a device, its disk, its partitions, and of what is built upon any of them (holders). */
export function deviceFamily(folder: string): ReadonlySet<string> {
  const family = new Set<string>();
  const add = (each: string): void => {
    const dev = sysfsText(each, "dev");
    if (dev === null || family.has(dev)) return;
    family.add(dev);
    const inside = readdirSync(each).filter((name) => existsSync(join(each, name, "partition")));
    for (const name of inside) add(join(each, name));
    const holders = join(each, "holders");
    if (!existsSync(holders)) return;
    for (const name of readdirSync(holders)) add(realpathSync(join(holders, name)));
  };
  add(folder);
  if (existsSync(join(folder, "partition"))) {
    const disk = sysfsText(join(folder, ".."), "dev");
    if (disk !== null) family.add(disk);
  }
  return family;
}

/** Mounts of the devices of a family, by device number and (for file systems with numbers of their own) by source. */
export function mountsOf(family: ReadonlySet<string>): Mount[] {
  if (!existsSync("/proc/self/mountinfo")) return [];
  const mounts: Mount[] = [];
  for (const line of readFileSync("/proc/self/mountinfo", "utf8").split("\n")) {
    const mount = parseMount(line);
    if (mount && (family.has(mount.dev) || family.has(numberOf(mount.source) ?? ""))) {
      mounts.push({ at: mount.at, type: mount.type, writable: mount.writable });
    }
  }
  return mounts;
}

interface MountLine extends Mount {
  readonly dev: string;
  readonly source: string;
}

/** A line of mountinfo (proc_pid_mountinfo(5)); null for anything else. Octal escapes stand for blanks in names. */
export function parseMount(line: string): MountLine | null {
  const [before, after] = line.split(" - ");
  const [, , dev, , at] = (before ?? "").split(" ");
  const [type, source, options] = (after ?? "").split(" ");
  if (dev === undefined || at === undefined || type === undefined || source === undefined) return null;
  const writable = (options ?? "").split(",").includes("rw");
  return { dev, at: unescaped(at), type, source: unescaped(source), writable };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** `major:minor` of the device at a path, null where there is none. */
function numberOf(path: string): string | null {
  if (!path.startsWith("/dev/")) return null;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isBlockDevice() ? textOf(stat.rdev) : null;
}

function textOf(rdev: number | bigint): string {
  const { major, minor } = deviceNumber(rdev);
  return `${major}:${minor}`;
}

/** True where the file system that holds `path` lies on a device of the family. */
export function liesOn(path: string, family: ReadonlySet<string>): boolean {
  const { dev } = statSync(path);
  if (family.has(textOf(dev))) return true;
  const real = realpathSync(path);
  const within = (at: string) => at === "/" || real === at || real.startsWith(`${at}/`);
  return mountsOf(family).some(({ at }) => within(at) && statSync(at, { throwIfNoEntry: false })?.dev === dev);
}
