/**
 * Universal Disk Image Format of Apple (.dmg): raw, zlib, bzip2, LZFSE, LZMA and ADC blocks, one file or segments (.dmgpart),
 * tables in a property list or in resources. Recognised only: encrypted images and NDIF of Disk Copy. A .dmg without trailer
 * (UDRW) is a raw image. Written by: hdiutil of macOS, as the samples of plaso and QEMU.
 */
import type { Certainty, ImageFormat, ImageProbe } from "../image-format.ts";
import { trailerLayout, trailerSignature } from "./layouts.ts";
import { openDmg } from "./open.ts";
import { encryptionOf, findTrailer, isNdif, latin1, trailerIn } from "./trailer.ts";

const segmentName = /^(.*)\.(\d{3})\.dmgpart$/is;

export const dmgFormat: ImageFormat = {
  registration: {
    id: "dmg",
    family: "image",
    name: "Apple disk image (UDIF)",
    spec: "libyal, Mac OS disk image types, Universal Disk Image Format",
    level: "partial",
  },
  detect,
  segmentsOf(name, namesInFolder) {
    const stem = segmentName.exec(name)?.[1] ?? (/\.dmg$/i.test(name) ? name.slice(0, -".dmg".length) : null);
    if (stem === null) return [name];
    const first = namesInFolder.filter((other) => other.toLowerCase() === `${stem}.dmg`.toLowerCase());
    const parts = namesInFolder.flatMap((other) => {
      const part = segmentName.exec(other);
      return part && part[1]!.toLowerCase() === stem.toLowerCase() ? [{ other, number: Number(part[2]) }] : [];
    });
    parts.sort((a, b) => a.number - b.number);
    const set = [...first, ...parts.map(({ other }) => other)];
    return set.includes(name) ? set : [name];
  },
  memberOf({ source }) {
    const trailer = findTrailer(source);
    if (!trailer || trailer.segmentCount < 2) return null;
    return { set: trailer.segmentId, number: trailer.segmentNumber };
  },
  open: (segments) => openDmg(segments),
};

function detect({ name, head, tail }: ImageProbe): Certainty {
  if (trailerIn(tail, tail.length - trailerLayout.size) || trailerIn(head, 0)) return "certain";
  if (encryptionOf(head, tail) !== null) return "certain";
  if (isNdif(head)) return "certain";
  // Of a trailer that something follows, or that is cut off, the signature is left; of one that is gone the end of the tables.
  const text = latin1(tail);
  if (text.includes(`${trailerSignature}\0\0\0\x04\0\0\x02\0`)) return "certain";
  const begin = latin1(head.subarray(0, 5));
  const tables = /<key>(blkx|plst|CFName|Attributes)<\/key>|(\n\t{2,}[\w+/=]{20,}){3}/.test(text);
  return tables && begin !== "<?xml" && begin !== "<plis" && /\.(dmg|dmgpart|smi|img)$/i.test(name) ? "possible" : "no";
}
