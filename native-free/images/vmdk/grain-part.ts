/** A sparse extent: grains of the medium, each stored as it is, packed, declared as zeros, or left to the disk below. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import type { Finding } from "../../model/findings.ts";
import { inflateBlock } from "../../kernels/inflate-block.ts";
import type { Extent, PackedExtent } from "../mapped-image.ts";
import { absent, lost, zeroGrain, type GrainTables } from "./grain-tables.ts";
import { markerLayout, packedHeaderBytes, sectorBytes } from "./layouts.ts";
import type { DiskPart } from "./parts.ts";

/** `marked`: behind a header with sector and size. */
export type Packing = "none" | "bare" | "marked";

export interface GrainPartOptions {
  readonly start: number;
  readonly end: number;
  readonly tables: GrainTables;
  readonly packing: Packing;
  /** Whether a disk below has what this one does not. */
  readonly overlay: boolean;
  check(part: GrainPart): Finding[];
}

/** Neighbours that are looked at to make one stretch; more are not worth it for small reads. */
const mostJoined = 1024;

/** The most bytes that a grain has when it does not get smaller by packing (RFC 1951, stored blocks), in whole sectors. */
export function mostPackedBytes(grainBytes: number): number {
  return Math.ceil((packedHeaderBytes + grainBytes + (grainBytes >>> 9) + 64) / sectorBytes) * sectorBytes;
}

/** The bytes of a packed grain with the header at its start; null where they cannot be. */
export function packedBytesIn(head: Uint8Array, grainBytes: number): number | null {
  if (head.length < packedHeaderBytes) return null;
  const bytes = markerLayout.cursor().over(wholeMarker(head)).size + packedHeaderBytes;
  return bytes > packedHeaderBytes && bytes <= mostPackedBytes(grainBytes) ? bytes : null;
}

/** The same by the header at `place` of the file. */
export function packedBytesAt(source: ByteSource, place: number, grainBytes: number): number | null {
  return packedBytesIn(readRange(source, place, packedHeaderBytes), grainBytes);
}

/** The header of a grain may be all that is there of a marker. */
function wholeMarker(head: Uint8Array): Uint8Array {
  if (head.length >= markerLayout.size) return head;
  const whole = new Uint8Array(markerLayout.size);
  whole.set(head);
  return whole;
}

export class GrainPart implements DiskPart {
  readonly start: number;
  readonly end: number;
  readonly tables: GrainTables;
  readonly packing: Packing;
  readonly #absent: "sparse" | "below";
  readonly #check: (part: GrainPart) => Finding[];
  /** Behind it no table says anything. */
  readonly #mappedEnd: number;

  constructor({ start, end, tables, packing, overlay, check }: GrainPartOptions) {
    this.start = start;
    this.end = end;
    this.tables = tables;
    this.packing = packing;
    this.#absent = overlay ? "below" : "sparse";
    this.#check = check;
    this.#mappedEnd = Math.min(end, start + tables.layout.capacity);
  }

  check(): Finding[] {
    return this.#check(this);
  }

  extentAt(at: number): Extent {
    const { start, end } = this;
    if (at >= this.#mappedEnd) return { kind: "missing", start: this.#mappedEnd, end };
    const { grainBytes, tableEntries, segment } = this.tables.layout;
    const grain = Math.floor((at - start) / grainBytes);
    const index = Math.floor(grain / tableEntries);
    const slot = grain - index * tableEntries;
    const entries = this.tables.table(index);
    const place = entries[slot] as number;
    const from = start + grain * grainBytes;
    if (place > 0 && this.packing !== "none") return this.#packed(from, place, entries[slot + 1] ?? 0);
    const to = Math.min(this.#mappedEnd, from + joined(entries, slot, place > 0 ? grainBytes : 0) * grainBytes);
    if (place > 0) return { kind: "stored", start: from, end: to, segment, offset: place };
    return { kind: this.#kindOf(place), start: from, end: to };
  }

  #kindOf(place: number): "sparse" | "below" | "missing" | "unknown" {
    if (place === absent) return this.#absent;
    return place === zeroGrain ? "sparse" : place === lost ? "missing" : "unknown";
  }

  /** How long a packed grain is says only its header; until it is read, up to the next grain is enough. */
  #packed(start: number, offset: number, next: number): Extent {
    const { grainBytes, segment } = this.tables.layout;
    const end = Math.min(this.#mappedEnd, start + grainBytes);
    const most = mostPackedBytes(grainBytes);
    let length = next > offset && next - offset < most ? next - offset : most;
    if (offset + length > segment.source.size) {
      const held = segment.source.size - offset;
      const exact = this.packing === "marked" && held > 0 ? packedBytesAt(segment.source, offset, grainBytes) : held;
      // What cannot be is told when it is unpacked.
      length = exact ?? Math.max(held, 1);
    }
    return { kind: "packed", start, end, segment, offset, length };
  }

  unpack(packed: Uint8Array, target: Uint8Array, { start, segment, offset }: PackedExtent): string | null {
    const { grainBytes } = this.tables.layout;
    let data = packed;
    if (this.packing === "marked") {
      const bytes = packedBytesIn(packed, grainBytes);
      if (bytes === null) return "size";
      const { value } = markerLayout.cursor().over(wholeMarker(packed));
      if (value !== (start - this.start) / sectorBytes) return "sector";
      const whole = bytes <= packed.length ? packed.subarray(0, bytes) : readRange(segment.source, offset, bytes);
      if (whole.length < bytes) return "truncated";
      data = whole.subarray(packedHeaderBytes);
    }
    const got = inflateBlock(data, target, { most: grainBytes });
    if (got >= target.length) return null;
    return got === -1 ? "deflate" : "short";
  }
}

/** How many entries from `slot` on continue each other. */
export function joined(entries: Float64Array, slot: number, step: number): number {
  const most = Math.min(entries.length - slot, mostJoined);
  const place = entries[slot] as number;
  let count = 1;
  while (count < most && entries[slot + count] === place + count * step) count++;
  return count;
}
