/**
 * TIFF and BigTIFF pictures, and the camera raws that are built like them: CR2, NEF, ARW, DNG, ORF, RW2, PEF. Complete where all
 * directories can be read, all that they name is there, and what stands there can be picture data.
 *
 * Spec: TIFF 6.0; DNG 1.7; BigTIFF. What is not followed: `tiff-extent.ts`.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { misfitAt } from "./tiff-data.ts";
import { entryOf, tiffExtent, tiffTags } from "./tiff-extent.ts";
import type { TiffExtent } from "./tiff-extent.ts";
import { TiffReader } from "./tiff-ifd.ts";

const head = new FirstBytes(16);
const panasonic = 0x55;
const olympus: readonly number[] = [0x4f52, 0x5352];
const canon = 0x4352;
/** Photometric interpretation of a colour filter array. */
const filterArray = 32803;

export const tiffCarver: Carver = {
  id: "tiff",
  family: "carver",
  name: "TIFF pictures and camera raws",
  spec: "TIFF 6.0, DNG 1.7",
  level: "partial",
  kinds: [
    { id: "tiff", name: "TIFF picture", extension: "tif" },
    { id: "cr2", name: "Canon raw 2", extension: "cr2" },
    { id: "nef", name: "Nikon raw", extension: "nef" },
    { id: "arw", name: "Sony raw", extension: "arw" },
    { id: "dng", name: "Adobe DNG raw", extension: "dng" },
    { id: "orf", name: "Olympus raw", extension: "orf" },
    { id: "rw2", name: "Panasonic raw", extension: "rw2" },
    { id: "pef", name: "Pentax raw", extension: "pef" },
  ],
  signatures: [
    signature("49 49 2a 00"),
    signature("4d 4d 00 2a"),
    signature("49 49 2b 00 08 00 00 00"),
    signature("4d 4d 00 2b 00 08 00 00"),
    signature("49 49 52 4f"),
    signature("49 49 52 53"),
    signature("4d 4d 4f 52"),
    signature("49 49 55 00"),
  ],
  limitBytes: 4 * 2 ** 30,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end) || !canBegin()) return null;
    const window = new CarveWindow(source, end);
    const reader = TiffReader.at(window, at, end);
    const extent = reader === null ? null : tiffExtent(reader, at);
    if (reader === null || extent === null) return null;
    const kind = kindOf(reader, extent);
    let to = Math.min(extent.end, window.end);
    let sound = extent.end <= window.end && extent.broken === 0;
    for (const directory of extent.all) {
      const misfit = misfitAt(window, reader, directory);
      if (misfit < 0) continue;
      sound = false;
      to = Math.min(to, misfit);
    }
    if (sound) return carvedAs(kind, "complete", to - at);
    // A header alone makes no picture: the first directory must be there, and say what it is of.
    return to >= extent.first.end && hasData(reader, extent) ? carvedAs(kind, "truncated", to - at) : null;
  },
};

/** Offset of the first directory: behind the header, within what is believed. */
function canBegin(): boolean {
  const little = head.u8(0) === 0x49;
  const magic = little ? head.u16(2) : head.view.getUint16(2);
  if (magic === 43) return true;
  const first = little ? head.u32(4) : head.u32be(4);
  return first >= 8 && first < 2 ** 32 - 16;
}

function hasData(reader: TiffReader, { first }: TiffExtent): boolean {
  const make = entryOf(first, tiffTags.make);
  if (make !== undefined && /^[\x20-\x7e]{3,}$/.test(reader.text(make))) return true;
  const [width, height] = [entryOf(first, tiffTags.width), entryOf(first, tiffTags.height)];
  return width !== undefined && height !== undefined && reader.number(width) * reader.number(height) > 0;
}

function kindOf(reader: TiffReader, { first, all }: TiffExtent): string {
  if (reader.magic === panasonic) return "rw2";
  if (olympus.includes(reader.magic)) return "orf";
  if (reader.magic === 42 && head.view.getUint16(8) === canon) return "cr2";
  if (entryOf(first, tiffTags.dngVersion) !== undefined) return "dng";
  const make = entryOf(first, tiffTags.make);
  if (make === undefined || !all.some((one) => isRaw(reader, one))) return "tiff";
  const maker = reader.text(make).toUpperCase();
  if (maker.startsWith("NIKON")) return "nef";
  if (maker.startsWith("SONY")) return "arw";
  return maker.startsWith("PENTAX") || maker.startsWith("RICOH") ? "pef" : "tiff";
}

function isRaw(reader: TiffReader, directory: TiffExtent["first"]): boolean {
  const photometric = entryOf(directory, tiffTags.photometric);
  const compression = entryOf(directory, tiffTags.compression);
  // Pentax, Nikon, and Sony use codes of their own.
  const coded = compression !== undefined && [34713, 32767, 32769, 65535].includes(reader.number(compression));
  return coded || (photometric !== undefined && reader.number(photometric) === filterArray);
}
