/**
 * Media of macOS through `diskutil` (diskutil(8)): `list -plist` names the disks, their partitions and the APFS volumes upon
 * them, `info -plist` describes one. Serial and firmware are not in it. There is no read-only flag that could be set; a disk
 * that is not mounted is not written to by the system.
 */
import { mediumSays } from "../messages/en.ts";
import { hiddenOf, type DeviceFacts, type DevicePlatform, type ListedDevice, type Mount } from "./device-facts.ts";
import { parsePlist, type PlistValue } from "./plist.ts";
import { notTold, systemCommand, type SystemCommand } from "./system-command.ts";

const program = "/usr/sbin/diskutil";

type Dictionary = Readonly<Record<string, PlistValue>>;

export function macosDevices(run: SystemCommand = systemCommand): DevicePlatform {
  const tool = new Diskutil(run);
  return {
    list: () => tool.list(),
    factsOf: (path) => tool.factsOf(path),
    mountsOf: (path) => tool.mountsOf(identifierOf(path)),
    setReadOnly: (path) => {
      const readOnly = tool.factsOf(path)?.readOnly === true;
      const reason = readOnly ? null : mediumSays.protectionAbsent("macOS");
      return { method: readOnly ? "was-read-only" : "not-set", reason, set: [] };
    },
  };
}

/** `disk4` of /dev/disk4 and /dev/rdisk4. */
function identifierOf(path: string): string {
  return path.replace(/^\/dev\/r?/, "");
}

class Diskutil {
  readonly #run: SystemCommand;

  constructor(run: SystemCommand) {
    this.#run = run;
  }

  list(): ListedDevice[] {
    return strings(this.#ask("list")["WholeDisks"])
      .map((name) => ({ path: `/dev/${name}`, facts: this.factsOf(`/dev/${name}`) }))
      .filter((listed): listed is ListedDevice => listed.facts !== null && listed.facts.size > 0);
  }

  factsOf(path: string): DeviceFacts | null {
    const name = identifierOf(path);
    const list = this.#ask("list");
    if (!strings(list["AllDisks"]).includes(name)) return null;
    const info = this.#ask("info", name);
    const text = (key: string) => (typeof info[key] === "string" && info[key] !== "" ? info[key] : null);
    const flag = (key: string) => (typeof info[key] === "boolean" ? info[key] : null);
    const number = (key: string) => (typeof info[key] === "number" ? info[key] : null);
    const whole = flag("WholeDisk") === true;
    const solid = flag("SolidState");
    const writable = flag("WritableMedia");
    const transport = transportNames[text("BusProtocol") ?? ""] ?? text("BusProtocol")?.toLowerCase() ?? null;
    return {
      kind: whole ? "disk" : "partition",
      name,
      ...{ vendor: null, serial: null, firmware: null },
      model: text("MediaName") ?? text("IORegistryEntryName"),
      wwn: text("DiskUUID"),
      transport,
      rotational: solid === null ? null : !solid,
      partitions: whole ? dictionaries(entryOf(list, name)?.["Partitions"]).length : null,
      size: number("Size") ?? number("TotalSize") ?? 0,
      logicalSectorBytes: number("DeviceBlockSize") ?? 512,
      physicalSectorBytes: null,
      removable: flag("RemovableMedia"),
      readOnly: writable === null ? null : !writable,
      backingFile: null,
      mounts: this.mountsOf(name, list),
      hiddenSectors: "not determinable",
      hidden: hiddenOf(transport),
    };
  }

  /** Its own, those of the partitions of its disk, and of APFS volumes whose container lies on one of them. */
  mountsOf(name: string, list: Dictionary = this.#ask("list")): Mount[] {
    const disk = /^disk\d+/.exec(name)?.[0] ?? name;
    const own = entryOf(list, disk);
    const stores = new Set([disk, ...dictionaries(own?.["Partitions"]).map((each) => each["DeviceIdentifier"])]);
    const upon = dictionaries(list["AllDisksAndPartitions"]).filter((entry) =>
      dictionaries(entry["APFSPhysicalStores"]).some((store) => stores.has(store["DeviceIdentifier"])),
    );
    const volumes = [own, ...upon]
      .filter((entry) => entry !== undefined)
      .flatMap((entry) => [entry, ...dictionaries(entry["Partitions"]), ...dictionaries(entry["APFSVolumes"])]);
    return volumes.flatMap((volume) => {
      const { MountPoint: at, DeviceIdentifier: device } = volume;
      return typeof at === "string" && at !== "" && typeof device === "string" ? [this.#mountOf(device, at)] : [];
    });
  }

  #mountOf(device: string, at: string): Mount {
    const info = this.#ask("info", device);
    const type = info["FilesystemType"];
    // What is not said is taken to be writable: the source is then refused, not trusted.
    return { at, type: typeof type === "string" ? type : "", writable: info["WritableVolume"] !== false };
  }

  #ask(verb: "list" | "info", ...device: readonly string[]): Dictionary {
    const printed = this.#run(program, [verb, "-plist", ...device]);
    try {
      const value = parsePlist(printed);
      if (typeof value === "object" && !Array.isArray(value)) return value;
    } catch {
      // Said below: whatever it printed is no answer.
    }
    throw notTold(program, mediumSays.answerNotUnderstood());
  }
}

/** As `diskutil` calls them. */
const transportNames: Readonly<Record<string, string>> = {
  "PCI-Express": "nvme",
  "Apple Fabric": "nvme",
  USB: "usb",
  SATA: "sata",
  "Secure Digital": "sd",
  "Disk Image": "file",
  FireWire: "firewire",
};

function entryOf(list: Dictionary, disk: string): Dictionary | undefined {
  return dictionaries(list["AllDisksAndPartitions"]).find((entry) => entry["DeviceIdentifier"] === disk);
}

function strings(value: PlistValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function dictionaries(value: PlistValue | undefined): Dictionary[] {
  const isDictionary = (each: PlistValue): each is Record<string, PlistValue> =>
    typeof each === "object" && !Array.isArray(each);
  return Array.isArray(value) ? value.filter(isDictionary) : [];
}
