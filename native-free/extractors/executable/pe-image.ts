/** Headers, sections and directories of a Windows program (Microsoft PE/COFF, "PE Format": headers, section table). */
import { EvidenceError } from "../../model/errors.ts";
import type { ByteReader } from "../byte-reader.ts";

export interface Section {
  readonly name: string;
  readonly address: number;
  readonly memoryBytes: number;
  readonly at: number;
  readonly bytes: number;
}

export interface Directory {
  readonly address: number;
  readonly size: number;
}

export interface PeImage {
  readonly machine: number;
  readonly timestamp: number;
  readonly characteristics: number;
  readonly is64: boolean;
  readonly subsystem: number;
  readonly headerBytes: number;
  readonly sections: readonly Section[];
  readonly directories: readonly Directory[];
}

const mostSections = 96;
const sectionBytes = 40;

export function readImage(reader: ByteReader): PeImage {
  const at = reader.u32(60);
  if (reader.latin1(at, 4) !== "PE\0\0") throw new EvidenceError("program/damaged", { what: "header" });
  const optionalAt = at + 24;
  const magic = reader.u16(optionalAt);
  if (magic !== 0x10b && magic !== 0x20b) throw new EvidenceError("program/damaged", { what: "optional header" });
  const is64 = magic === 0x20b;
  const countAt = optionalAt + (is64 ? 108 : 92);
  const directories = Array.from({ length: Math.min(16, reader.u32(countAt)) }, (_, index) => ({
    address: reader.u32(countAt + 4 + 8 * index),
    size: reader.u32(countAt + 8 + 8 * index),
  }));
  const sectionsAt = optionalAt + reader.u16(at + 20);
  const sections: Section[] = [];
  for (let index = 0; index < Math.min(mostSections, reader.u16(at + 6)); index++) {
    const entry = sectionsAt + sectionBytes * index;
    if (entry + sectionBytes > reader.size) break;
    sections.push({
      name: reader.latin1(entry, 8).replace(/\0.*$/s, ""),
      memoryBytes: reader.u32(entry + 8),
      address: reader.u32(entry + 12),
      bytes: reader.u32(entry + 16),
      at: reader.u32(entry + 20),
    });
  }
  return {
    machine: reader.u16(at + 4),
    timestamp: reader.u32(at + 8),
    characteristics: reader.u16(at + 22),
    is64,
    subsystem: reader.u16(optionalAt + 68),
    headerBytes: reader.u32(optionalAt + 60),
    sections,
    directories,
  };
}

/** Offset in the file of an address in memory; -1 where the file has none. */
export function offsetOf(image: PeImage, address: number): number {
  for (const { address: start, memoryBytes, bytes, at } of image.sections) {
    if (address >= start && address < start + Math.max(memoryBytes, bytes)) {
      return address - start < bytes ? at + address - start : -1;
    }
  }
  return address < image.headerBytes ? address : -1;
}

/** Processors by their numbers in the header ("Machine Types"). */
export const machines: Readonly<Record<number, string>> = {
  0x14c: "x86",
  0x8664: "x86-64",
  0x1c0: "ARM",
  0x1c4: "ARM Thumb-2",
  0xaa64: "ARM64",
  0x200: "Itanium",
  0x166: "MIPS R4000",
  0x184: "Alpha",
  0x1f0: "PowerPC",
  0xebc: "EFI byte code",
  0x5032: "RISC-V 32",
  0x5064: "RISC-V 64",
};
