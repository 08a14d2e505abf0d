/**
 * Windows programs, libraries, drivers and EFI programs: the end is that of the last section, the symbols or the certificates; the
 * checksum of the image, where it is kept, must agree. Microsoft, "PE Format". Not supported: what installers add behind the end, programs
 * without a DOS header, headers with other first bytes than those of common linkers.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { struct, u16, u32 } from "../../bytes/struct.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature, textSignature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const limitBytes = 2 ** 32;
const newHeaderAt = 0x3c;
const furthestHeader = 0x1_0000;
const mostSections = 96;
const symbolBytes = 18;
const certificateIndex = 4;
const checksumAt = 64;

const dosHead = new FirstBytes(64);

const fileHeader = struct("pe.fileHeader", 28, {
  signature: [0, u32],
  machine: [4, u16],
  sections: [6, u16],
  time: [8, u32],
  symbolsAt: [12, u32],
  symbols: [16, u32],
  optionalBytes: [20, u16],
  traits: [22, u16],
  magic: [24, u16, "0x10b: 32 bit, 0x20b: 64 bit"],
});
const sectionHeader = struct("pe.section", 40, {
  virtualBytes: [8, u32],
  virtualAt: [12, u32],
  rawBytes: [16, u32],
  rawAt: [20, u32],
});
const peSignature = 0x4550;
const isLibrary = 0x2000;
const machines = [
  0x14c, 0x8664, 0xaa64, 0x1c0, 0x1c2, 0x1c4, 0x200, 0xebc, 0x166, 0x1f0, 0x5032, 0x5064, 0x6232, 0x6264, 0xa641,
  0xa64e,
];

const cursor = fileHeader.cursor();
const section = sectionHeader.cursor();

interface Image {
  readonly optionalAt: number;
  readonly wide: boolean;
  readonly sectionsAt: number;
  readonly sections: number;
  readonly library: boolean;
  readonly symbolsEnd: number;
}

function readImage(window: CarveWindow, at: number, peAt: number): Image | null {
  if (!window.has(at + peAt, fileHeader.size)) return null;
  const fields = cursor.over(window.view(at + peAt, fileHeader.size));
  const { sections, optionalBytes, magic, traits, symbolsAt, symbols } = fields;
  if (fields.signature !== peSignature || !machines.includes(fields.machine)) return null;
  if (sections === 0 || sections > mostSections || optionalBytes < 96 || optionalBytes > 0x400) return null;
  if (magic !== 0x10b && magic !== 0x20b) return null;
  const optionalAt = peAt + 24;
  const sectionsAt = optionalAt + optionalBytes;
  if (!window.has(at + sectionsAt, sections * sectionHeader.size)) return null;
  let symbolsEnd = 0;
  if (symbolsAt > 0 && symbols > 0 && window.has(at + symbolsAt, symbols * symbolBytes + 4)) {
    symbolsEnd = symbolsAt + symbols * symbolBytes;
    symbolsEnd += window.u32(at + symbolsEnd);
  }
  return { optionalAt, wide: magic === 0x20b, sectionsAt, sections, library: (traits & isLibrary) !== 0, symbolsEnd };
}

/** End of the raw data of all sections; -1 where they do not lie as the alignments say. */
function sectionsEnd(window: CarveWindow, at: number, image: Image): number {
  const optional = at + image.optionalAt;
  const fileAlignment = window.u32(optional + 36);
  const headersBytes = window.u32(optional + 60);
  const isPower = fileAlignment > 0 && (fileAlignment & (fileAlignment - 1)) === 0;
  if (!isPower || fileAlignment > 0x1_0000 || headersBytes < 64 || headersBytes > 0x10_0000) return -1;
  let end = headersBytes;
  let virtual = 0;
  for (let i = 0; i < image.sections; i++) {
    const view = window.view(at + image.sectionsAt + i * sectionHeader.size, sectionHeader.size);
    const { virtualAt, rawBytes, rawAt, virtualBytes } = section.over(view);
    if (virtualAt < virtual || (rawBytes === 0 && virtualBytes === 0) || rawAt + rawBytes > limitBytes) return -1;
    virtual = virtualAt;
    if (rawBytes > 0 && rawAt === 0) return -1;
    if (rawBytes > 0) end = Math.max(end, rawAt + rawBytes);
  }
  return end;
}

/** End of the certificates, 0 where there are none, -1 where they are none. */
function certificatesEnd(window: CarveWindow, at: number, image: Image): number {
  const directoriesAt = at + image.optionalAt + (image.wide ? 112 : 96);
  if (window.u32(directoriesAt - 4) <= certificateIndex) return 0;
  const offset = window.u32(directoriesAt + 8 * certificateIndex);
  const bytes = window.u32(directoriesAt + 8 * certificateIndex + 4);
  if (offset === 0 || bytes === 0) return 0;
  if (!window.has(at + offset, bytes)) return offset + bytes;
  const length = window.u32(at + offset);
  const revision = window.u16(at + offset + 4);
  return length >= 8 && length <= bytes + 8 && (revision === 0x200 || revision === 0x100) ? offset + bytes : -1;
}

/** The checksum of an image: 16-bit words added with their carry, the field itself left out, and the length. */
function imageChecksum(window: CarveWindow, at: number, length: number, fieldAt: number): number {
  let sum = 0;
  const step = 0x1_0000;
  for (let from = 0; from < length; from += step) {
    const bytes = window.view(at + from, Math.min(step, length - from));
    for (let i = 0; i < bytes.length; i += 2) sum += bytes[i]! | ((bytes[i + 1] ?? 0) << 8);
  }
  // Its own four bytes count as zeros; the field may begin at an odd place.
  for (let i = 0; i < 4; i++) sum -= window.u8(at + fieldAt + i) * ((fieldAt + i) % 2 === 0 ? 1 : 256);
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return sum + length;
}

function kindOf(window: CarveWindow, optional: number, library: boolean): string {
  const subsystem = window.u16(optional + 68);
  if (subsystem >= 10 && subsystem <= 13) return "efi";
  if (library) return "pe-dll";
  return subsystem === 1 ? "pe-driver" : "pe";
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!dosHead.read(source, at, end) || dosHead.u16(0) !== 0x5a4d) return null;
  const peAt = dosHead.u32(newHeaderAt);
  if (peAt < 4 || peAt > furthestHeader || peAt % 4 !== 0) return null;
  const window = new CarveWindow(source, end);
  const image = readImage(window, at, peAt);
  if (image === null) return null;
  const raw = sectionsEnd(window, at, image);
  if (raw < 0) return null;
  const kind = kindOf(window, at + image.optionalAt, image.library);
  const certificates = certificatesEnd(window, at, image);
  const length = Math.max(raw, image.symbolsEnd, certificates);
  if (!window.has(at, length)) return carvedAs(kind, "truncated", end - at);
  if (certificates < 0) return carvedAs(kind, "truncated", raw);
  const fieldAt = image.optionalAt + checksumAt;
  const stated = window.u32(at + fieldAt);
  const agrees = stated === 0 || imageChecksum(window, at, length, fieldAt) === stated;
  return carvedAs(kind, agrees ? "complete" : "truncated", length);
}

export const peCarver: Carver = {
  id: "pe",
  family: "carver",
  name: "Windows program",
  spec: "Microsoft, PE Format",
  level: "partial",
  kinds: [
    { id: "pe", name: "Windows program", extension: "exe" },
    { id: "pe-dll", name: "Windows library", extension: "dll" },
    { id: "pe-driver", name: "Windows driver", extension: "sys" },
    { id: "efi", name: "EFI program", extension: "efi" },
  ],
  signatures: [
    signature("4d 5a 90 00"),
    signature("4d 5a 50 00 02 00"),
    signature("4d 5a 78 00 01 00"),
    signature("4d 5a 80 00 01 00"),
    signature("4d 5a 00 00 00 00 00 00"),
    textSignature("This program ", { offset: 0x4e }),
  ],
  limitBytes,
  carve,
};
