/**
 * What Linux knows of block devices: sysfs, udev's database and the mount table. Nothing is run. Texts come from the devices
 * themselves and are escaped wherever they are shown.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { hiddenOf, type DeviceFacts, type ListedDevice, type Mount } from "./device-facts.ts";
import { deviceFolder, deviceNumber, sysfsSectorBytes, sysfsText } from "./linux-device.ts";

export { fileFacts, type DeviceFacts, type Mount } from "./device-facts.ts";

const systemFolder = "/sys/class/block";

/** Whole media, without empty drives, by name. */
export function listDevices(): ListedDevice[] {
  if (!existsSync(systemFolder)) return [];
  return readdirSync(systemFolder)
    .sort()
    .filter((name) => !existsSync(join(systemFolder, name, "partition")))
    .map((name) => ({ path: `/dev/${name.replaceAll("!", "/")}`, folder: realpathSync(join(systemFolder, name)) }))
    .filter(({ folder }) => Number(sysfsText(folder, "size") ?? 0) > 0)
    .map(({ path, folder }) => ({ path, facts: factsIn(folder) }));
}

/** The facts of a device by its number, as `stat` gives it. */
export function deviceFacts(rdev: number | bigint): DeviceFacts {
  return factsIn(deviceFolder(rdev));
}

/** The facts of a device by its folder in sysfs (`deviceFolder`). */
export function factsIn(folder: string): DeviceFacts {
  const partition = existsSync(join(folder, "partition"));
  const disk = partition ? join(folder, "..") : folder;
  const udev = udevFacts(sysfsText(disk, "dev"));
  const flag = (name: string) => {
    const text = sysfsText(folder, name) ?? sysfsText(disk, name);
    return text === null ? null : text === "1";
  };
  const first = (names: readonly string[], key: string) =>
    names.map((name) => sysfsText(disk, name)).find((text) => text !== null && text !== "") ?? udev.get(key) ?? null;
  const bytesOf = (name: string) => Number(sysfsText(folder, name) ?? "") || null;
  const transport = transportOf(disk);
  const fileBehind = sysfsText(disk, "loop/backing_file");
  return {
    kind: partition ? "partition" : "disk",
    name: basename(folder),
    // A virtio device has a number there.
    vendor: transport === "virtio" ? null : first(["device/vendor"], "ID_VENDOR"),
    model: first(["device/model", "device/name"], "ID_MODEL"),
    serial: first(["device/serial", "serial"], "ID_SERIAL_SHORT") ?? unitSerial(disk),
    firmware: first(["device/firmware_rev", "device/rev", "device/fwrev"], "ID_REVISION"),
    wwn: first(["wwid", "device/wwid"], "ID_WWN"),
    transport,
    // What has no drive of its own says that it rotates.
    rotational: transport !== null && withoutDrive.includes(transport) ? null : flag("queue/rotational"),
    partitions: partition ? null : partitionsOf(disk).length,
    size: Number(sysfsText(folder, "size") ?? 0) * sysfsSectorBytes,
    logicalSectorBytes: bytesOf("queue/logical_block_size") ?? 512,
    physicalSectorBytes: bytesOf("queue/physical_block_size"),
    removable: flag("removable"),
    readOnly: flag("ro"),
    backingFile: fileBehind,
    mounts: mountsOf(deviceFamily(folder)),
    hiddenSectors: "not determinable",
    hidden: hiddenOf(transport),
  };
}

/** Names of the partitions of a disk, as folders in its own. */
export function partitionsOf(disk: string): string[] {
  return readdirSync(disk)
    .filter((name) => existsSync(join(disk, name, "partition")))
    .sort();
}

/** By the devices above it, the nearest first. Order matters: a USB disk is a SCSI host, too. */
const transports: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\/usb\d+\//, "usb"],
  [/\/nvme\d+\//, "nvme"],
  [/\/mmc_host\//, "mmc"],
  [/\/fw\d+\//, "firewire"],
  [/\/session\d+\//, "iscsi"],
  [/\/ata\d+\//, "sata"],
  [/\/end_device-/, "sas"],
  [/\/rport-/, "fc"],
  [/\/virtio\d+\//, "virtio"],
  [/\/host\d+\//, "scsi"],
  [/\/block\/loop\d+$/, "loop"],
  [/\/block\/dm-\d+$/, "device-mapper"],
  [/\/block\/md\d+$/, "raid"],
  [/\/block\/nbd\d+$/, "nbd"],
  [/\/block\/z?ram\d+$/, "memory"],
];

const withoutDrive: readonly string[] = ["virtio", "loop", "device-mapper", "raid", "nbd", "memory"];

/** From the real folder of a disk in sysfs; null for what is not known. */
export function transportOf(disk: string): string | null {
  const path = resolve(disk);
  return transports.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** Serial number of a SCSI disk (SPC-4, vital product data page 80h: four bytes, then the text). */
function unitSerial(disk: string): string | null {
  const file = join(disk, "device/vpd_pg80");
  if (!existsSync(file)) return null;
  const page = readFileSync(file);
  const text = page.subarray(4, 4 + (page.length < 4 ? 0 : page.readUInt16BE(2))).toString("latin1");
  return text.trim() || null;
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
    for (const name of partitionsOf(each)) add(join(each, name));
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

/** True where one of the family is in use as swap space (proc_swaps(5)). */
export function swapsOn(family: ReadonlySet<string>, table = "/proc/swaps"): boolean {
  if (!existsSync(table)) return false;
  const names = readFileSync(table, "utf8")
    .split("\n")
    .slice(1)
    .map((line) => unescaped(line.split(/\s/)[0]));
  return names.some((name) => family.has(numberOf(name) ?? ""));
}
