/** An NTFS volume that is nearly all file records: as many as are asked for, in folders of 400, with both sets of times and a name. */
import { closeSync, openSync, writeSync } from "node:fs";
import {
  clustered,
  nameValue,
  recordBytes,
  reference,
  resident,
  rootValue,
  standardValue,
  ticks,
  type AttributeBytes,
} from "../../fixtures/filesystems/ntfs-parts.ts";
import { NtfsVolumeWriter } from "../../fixtures/filesystems/ntfs-writer.ts";

const clusterBytes = 4096;
const bytesPerRecord = 1024;
/** Records that a small volume has before the others come. */
const firstMade = 96;
const perFolder = 400;
const perWrite = 4096;
const nameDigits = 8;

export function makeManyRecords(image: string, records: number): void {
  const base = new NtfsVolumeWriter({ clusterBytes, recordBytes: bytesPerRecord, clusters: 100 }, []);
  const clustersOf = (bytes: number): number => Math.ceil(bytes / clusterBytes);
  const table = { first: base.clusters, count: clustersOf(records * bytesPerRecord) };
  const used = { first: table.first + table.count, count: clustersOf(records / 8) };
  const clusters = used.first + used.count + 64;
  const bitmap = { first: used.first + used.count, count: clustersOf(clusters / 8) };
  const data = (at: { first: number; count: number }, size: number, type = 0x80): AttributeBytes =>
    clustered(type, "", [[at.first, at.count]], { size, clusterBytes });
  const system = (number: number, name: string, parts: readonly AttributeBytes[]): void => {
    const value = resident(0x30, "", nameValue(reference(5, 5), name));
    base.put(number, number, 1, [resident(0x10, "", standardValue(6)), value, ...parts]);
  };
  system(0, "$MFT", [data(table, records * bytesPerRecord), data(used, Math.ceil(records / 8), 0xb0)]);
  system(6, "$Bitmap", [data(bitmap, Math.ceil(clusters / 8))]);
  base.bytes.copy(base.bytes, base.mirrorStart, base.tableStart, base.tableStart + 4 * bytesPerRecord);
  base.bytes.writeBigUInt64LE(BigInt((clusters * clusterBytes) / base.sectorBytes), 40);
  base.bytes.writeBigUInt64LE(BigInt(table.first), 48);

  const descriptor = openSync(image, "w");
  const put = (bytes: Uint8Array, at: number): void => {
    writeSync(descriptor, bytes, 0, bytes.length, at);
  };
  try {
    put(base.bytes.subarray(0, base.clusters * clusterBytes), 0);
    const start = table.first * clusterBytes;
    put(base.bytes.subarray(base.tableStart, base.tableStart + firstMade * bytesPerRecord), start);
    for (let from = firstMade; from < records; from += perWrite) {
      put(recordsFrom(from, Math.min(records, from + perWrite)), start + from * bytesPerRecord);
    }
    put(Buffer.alloc(used.count * clusterBytes, 0xff), used.first * clusterBytes);
    put(Buffer.alloc(bitmap.count * clusterBytes, 0xff), bitmap.first * clusterBytes);
    // The copy of the boot sector stands behind the last cluster.
    put(Buffer.alloc(clusterBytes), (clusters - 1) * clusterBytes);
    put(base.bytes.subarray(0, base.sectorBytes), clusters * clusterBytes);
  } finally {
    closeSync(descriptor);
  }
}

const blank = "0".repeat(nameDigits);
const options = { number: 0, sequence: 1, links: 1, recordBytes: bytesPerRecord };
const parts = (name: string, directory: boolean, rest: AttributeBytes): AttributeBytes[] => [
  resident(0x10, "", standardValue(0x20)),
  resident(0x30, "", nameValue(reference(5, 5), name, { directory })),
  rest,
];
const file = recordBytes(
  { ...options, flags: 1 },
  parts(`report ${blank}.docx`, false, resident(0x80, "", Buffer.alloc(40, 0x61))),
);
const folder = recordBytes(
  { ...options, flags: 3 },
  parts(`area ${blank}`, true, resident(0x90, "$I30", rootValue([], 4096, clusterBytes))),
);

/** Where a template has what differs from record to record. */
interface Places {
  readonly name: number;
  readonly parent: number;
  /** Of the first of the four times that are changed together: those of both attributes. */
  readonly times: readonly number[];
}

const placesOf = (template: Buffer): Places => {
  const name = template.indexOf(Buffer.from(blank, "utf16le"));
  const parent = template.lastIndexOf(Buffer.concat([reference(5, 5)]), name);
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE(ticks);
  return { name, parent, times: [template.indexOf(time), parent + 8] };
};

/** Every file has times of its own, of which those of its last change and of its name differ. */
function setTimes(out: Buffer, number: number, [own = 0, named = 0]: readonly number[]): void {
  const made = ticks + BigInt(number) * 123_456_789n;
  for (let i = 0; i < 4; i++) {
    out.writeBigUInt64LE(i === 1 || i === 2 ? made + 987_654_321n : made, own + i * 8);
    out.writeBigUInt64LE(made, named + i * 8);
  }
}
const filePlaces = placesOf(file);
const folderPlaces = placesOf(folder);
const numberAt = 44;

function recordsFrom(from: number, to: number): Buffer {
  const out = Buffer.alloc((to - from) * bytesPerRecord);
  for (let number = from; number < to; number++) {
    const at = (number - from) * bytesPerRecord;
    const isFolder = number % perFolder === 0;
    const [template, places] = isFolder ? [folder, folderPlaces] : [file, filePlaces];
    template.copy(out, at);
    out.writeUInt32LE(number, at + numberAt);
    out.write(String(number).padStart(nameDigits, "0"), at + places.name, "utf16le");
    setTimes(out.subarray(at, at + bytesPerRecord), number, places.times);
    const parent = number - (number % perFolder);
    if (!isFolder && parent >= firstMade) reference(parent, 1).copy(out, at + places.parent);
  }
  return out;
}
