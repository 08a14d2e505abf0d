/**
 * Media of Windows through PowerShell: `Win32_DiskDrive` (model, serial, firmware), `MSFT_Disk` by Get-Disk (exact size,
 * sectors, read-only state; the other rounds its size down to cylinders) and Get-Partition (mount points). One process asks
 * for all of them. The read-only attribute is not set: Windows keeps it for the disk beyond this run and this machine's care.
 */
import { z } from "zod";
import { mediumSays } from "../messages/en.ts";
import { hiddenOf, type DeviceFacts, type DevicePlatform, type ListedDevice, type Mount } from "./device-facts.ts";
import { notTold, systemCommand, type SystemCommand } from "./system-command.ts";

const program = "powershell.exe";

/** Fixed text; nothing is ever put into it. */
const question = `$ErrorActionPreference = 'Stop'; [Console]::OutputEncoding = [Text.Encoding]::UTF8; @{
drives = @(Get-CimInstance Win32_DiskDrive | Select-Object Index, Model, SerialNumber, FirmwareRevision, MediaType);
disks = @(Get-Disk | Select-Object Number, Size, LogicalSectorSize, PhysicalSectorSize, UniqueId, IsReadOnly, BusType);
partitions = @(Get-Partition | Select-Object DiskNumber, AccessPaths, IsReadOnly);
media = @(Get-PhysicalDisk | Select-Object DeviceId, MediaType)
} | ConvertTo-Json -Depth 4 -Compress`;

const textOrNull = z.string().nullable().optional();
const answerSchema = z.object({
  drives: z.array(
    z.object({
      Index: z.number(),
      Model: textOrNull,
      SerialNumber: textOrNull,
      FirmwareRevision: textOrNull,
      MediaType: textOrNull,
    }),
  ),
  disks: z.array(
    z.object({
      Number: z.number(),
      Size: z.number(),
      LogicalSectorSize: z.number(),
      PhysicalSectorSize: z.number().nullable(),
      UniqueId: textOrNull,
      IsReadOnly: z.boolean().nullable(),
      BusType: z.union([z.string(), z.number()]).nullable(),
    }),
  ),
  partitions: z.array(
    z.object({
      DiskNumber: z.number(),
      AccessPaths: z
        .union([z.array(z.string()), z.string()])
        .nullable()
        .optional(),
      IsReadOnly: z.boolean().nullable().optional(),
    }),
  ),
  media: z.array(
    z.object({ DeviceId: z.union([z.string(), z.number()]), MediaType: z.union([z.string(), z.number()]).nullable() }),
  ),
});
type Answer = z.infer<typeof answerSchema>;

export function windowsDevices(run: SystemCommand = systemCommand): DevicePlatform {
  const factsOf = (path: string): DeviceFacts | null => {
    const number = numberOf(path);
    return number === null ? null : factsIn(ask(run), number);
  };
  return {
    list: () => {
      const answer = ask(run);
      return answer.disks
        .map(({ Number: number }) => ({ path: `\\\\.\\PhysicalDrive${number}`, facts: factsIn(answer, number) }))
        .filter((listed): listed is ListedDevice => listed.facts !== null && listed.facts.size > 0);
    },
    factsOf,
    mountsOf: (path) => factsOf(path)?.mounts ?? [],
    setReadOnly: (path) => {
      const readOnly = factsOf(path)?.readOnly === true;
      const reason = readOnly ? null : mediumSays.protectionAbsent("Windows");
      return { method: readOnly ? "was-read-only" : "not-set", reason, set: [] };
    },
  };
}

/** Of `\\.\PhysicalDrive3` and `//./PhysicalDrive3`. */
function numberOf(path: string): number | null {
  const found = /^[\\/]{2}[.?][\\/]PhysicalDrive(\d+)$/i.exec(path);
  return found ? Number(found[1]) : null;
}

function ask(run: SystemCommand): Answer {
  const printed = run(program, ["-NoProfile", "-NonInteractive", "-Command", question]);
  try {
    return answerSchema.parse(JSON.parse(printed));
  } catch {
    // The sentence says which program; its answer is of no use to the officer.
    throw notTold(program, mediumSays.answerNotUnderstood());
  }
}

function factsIn(answer: Answer, number: number): DeviceFacts | null {
  const disk = answer.disks.find((each) => each.Number === number);
  if (!disk) return null;
  const drive = answer.drives.find(({ Index }) => Index === number);
  const medium = answer.media.find(({ DeviceId }) => Number(DeviceId) === number)?.MediaType;
  const transport = transportOf(disk.BusType);
  const mediaType = drive?.MediaType ?? null;
  return {
    kind: "disk",
    name: `PhysicalDrive${number}`,
    vendor: null,
    model: trimmed(drive?.Model),
    serial: trimmed(drive?.SerialNumber),
    firmware: trimmed(drive?.FirmwareRevision),
    wwn: trimmed(disk.UniqueId),
    transport,
    rotational: medium === "HDD" || medium === 3 ? true : medium === "SSD" || medium === 4 ? false : null,
    partitions: answer.partitions.filter(({ DiskNumber }) => DiskNumber === number).length,
    size: disk.Size,
    logicalSectorBytes: disk.LogicalSectorSize,
    physicalSectorBytes: disk.PhysicalSectorSize,
    removable: mediaType === null ? null : /removable/i.test(mediaType),
    readOnly: disk.IsReadOnly,
    backingFile: null,
    mounts: mountsIn(answer, number, disk.IsReadOnly === true),
    hiddenSectors: "not determinable",
    hidden: hiddenOf(transport),
  };
}

/** Drive letters and folders; every volume has a path by its identifier besides, mounted or not. */
function mountsIn({ partitions }: Answer, number: number, diskReadOnly: boolean): Mount[] {
  return partitions
    .filter(({ DiskNumber }) => DiskNumber === number)
    .flatMap(({ AccessPaths, IsReadOnly }) =>
      [AccessPaths ?? []]
        .flat()
        .filter((at) => !at.startsWith("\\\\?\\"))
        .map((at) => ({ at, type: "", writable: !diskReadOnly && IsReadOnly !== true })),
    );
}

function trimmed(text: string | null | undefined): string | null {
  return text?.trim() || null;
}

/** MSFT_Disk, BusType: a number, or the name that Get-Disk makes of it. */
const busTypes: Readonly<Record<number, string>> = {
  1: "scsi",
  3: "ata",
  4: "firewire",
  6: "fc",
  7: "usb",
  8: "raid",
  9: "iscsi",
  10: "sas",
  11: "sata",
  12: "sd",
  13: "mmc",
  15: "file",
  17: "nvme",
};

function transportOf(bus: string | number | null): string | null {
  if (bus === null) return null;
  if (typeof bus === "number") return busTypes[bus] ?? null;
  if (bus === "1394") return "firewire";
  return bus === "File Backed Virtual" ? "file" : bus.toLowerCase();
}
