/**
 * On a disc that carries ISO 9660, too: where the structures of that lie, for the accounting alone (ECMA-119 8.4 volume descriptors, 9.4 path
 * tables, 9.1 directory records). What only ISO 9660 names is content, too.
 */
import { u32be } from "../../bytes/field-types.ts";
import { struct, u16, u32, u8 } from "../../bytes/struct.ts";
import { ascii } from "../../bytes/struct.ts";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { recognitionAt } from "./layouts.ts";
import type { ByteRange } from "./volume.ts";

const descriptor = struct("iso9660.volumeDescriptor", 166, {
  type: [0, u8],
  identifier: [1, ascii(5)],
  blockBytes: [128, u16],
  pathTableBytes: [132, u32],
  pathTable: [140, u32],
  optionalPathTable: [144, u32],
  bigPathTable: [148, u32be],
  optionalBigPathTable: [152, u32be],
});
const bootRecord = struct("iso9660.bootRecord", 75, { system: [7, ascii(32)], catalog: [71, u32] });
const pathEntry = struct("iso9660.pathEntry", 8, { nameBytes: [0, u8], block: [2, u32], parent: [6, u16] });
const record = struct("iso9660.record", 33, {
  length: [0, u8],
  attributeBlocks: [1, u8],
  block: [2, u32],
  contentBytes: [10, u32],
  flags: [25, u8],
});

const sectorBytes = 2048;
const mostDescriptors = 32;
const mostPathTableBytes = 16 << 20;
const mostDirectoryBytes = 16 << 20;
const directoryFlag = 2;

export interface IsoStructures {
  readonly metadata: readonly ByteRange[];
  readonly content: readonly ByteRange[];
}

/** Of every volume descriptor; what does not hold is left out. */
export function isoStructures(source: ByteSource): IsoStructures {
  const out = { metadata: [] as ByteRange[], content: [] as ByteRange[] };
  const seen = new Set<number>();
  const each = descriptor.cursor();
  const boot = bootRecord.cursor();
  for (let index = 0; index < mostDescriptors; index++) {
    const bytes = readRange(source, recognitionAt + index * sectorBytes, sectorBytes);
    if (bytes.length < sectorBytes || each.over(bytes).identifier !== "CD001" || each.type === 255) break;
    if (each.type === 0 && boot.over(bytes).system.startsWith("EL TORITO")) {
      out.metadata.push({ start: boot.catalog * sectorBytes, length: sectorBytes });
    }
    if (each.type !== 1 && each.type !== 2) continue;
    const { blockBytes, pathTableBytes, pathTable } = each;
    if (blockBytes === 0 || pathTableBytes > mostPathTableBytes) continue;
    const { optionalPathTable, bigPathTable, optionalBigPathTable } = each;
    for (const block of [pathTable, optionalPathTable, bigPathTable, optionalBigPathTable]) {
      if (block !== 0) out.metadata.push({ start: block * blockBytes, length: roundUp(pathTableBytes) });
    }
    const table = readRange(source, pathTable * blockBytes, pathTableBytes);
    for (const block of directoriesIn(table)) {
      if (!seen.has(block)) directory(source, block * blockBytes, blockBytes, out);
      seen.add(block);
    }
  }
  return out;
}

const roundUp = (bytes: number): number => Math.ceil(bytes / sectorBytes) * sectorBytes;

function directoriesIn(table: Uint8Array): number[] {
  const out: number[] = [];
  const entry = pathEntry.cursor();
  for (let at = 0; at + pathEntry.size <= table.length;) {
    const { nameBytes, block } = entry.over(table, at);
    if (nameBytes === 0) break;
    out.push(block);
    at += pathEntry.size + nameBytes + (nameBytes % 2);
  }
  return out;
}

/** Its first record is its own and says how long it is. */
function directory(
  source: ByteSource,
  start: number,
  blockBytes: number,
  out: { metadata: ByteRange[]; content: ByteRange[] },
): void {
  const head = readRange(source, start, record.size);
  const each = record.cursor();
  if (head.length < record.size || each.over(head).block * blockBytes !== start) return;
  const { contentBytes: bytes } = each;
  if (bytes === 0 || bytes > mostDirectoryBytes) return;
  out.metadata.push({ start, length: roundUp(bytes) });
  const all = readRange(source, start, bytes);
  for (let at = 0; at + record.size <= all.length;) {
    const { length, block, flags, contentBytes: size, attributeBlocks } = each.over(all, at);
    // Records do not cross sectors.
    if (length < record.size) at = roundUp(at + 1);
    else {
      if ((flags & directoryFlag) === 0 && size > 0) {
        out.content.push({ start: block * blockBytes, length: size + attributeBlocks * blockBytes });
      }
      at += length;
    }
  }
}
