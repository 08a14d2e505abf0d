/** Compressed RTF (MS-OXRTFCP 2.1): LZFu over a dictionary of 4096 bytes that begins with common words of RTF. */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { struct, u32 } from "../bytes/struct.ts";
import { EvidenceError } from "../model/errors.ts";

const header = struct("mapi.rtfHeader", 16, {
  packedSize: [0, u32, "bytes behind this field"],
  size: [4, u32, "bytes unpacked"],
  kind: [8, u32],
  checksum: [12, u32],
});

const packed = 0x75465a4c;
const plain = 0x414c454d;
const dictionaryBytes = 4096;

/** 2.1.3.1.3. */
const firstWords = Buffer.from(
  "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx",
  "latin1",
);

export interface UnpackedRtf {
  readonly bytes: Uint8Array;
  readonly isChecksumRight: boolean;
  /** True where fewer bytes came out than declared. */
  readonly isCut: boolean;
}

/** Throws EvidenceError `mail/damaged` where the header is none. The result is at most nine times the input. */
export function unpackRtf(bytes: Uint8Array): UnpackedRtf {
  if (bytes.length < header.size) throw new EvidenceError("mail/damaged", { format: "RTF", problem: "header" });
  const { packedSize, size, kind, checksum } = header.cursor().over(bytes);
  const end = Math.min(bytes.length, Math.max(header.size, packedSize + 4));
  const body = bytes.subarray(header.size, end);
  if (kind === plain) {
    const out = body.subarray(0, size);
    return { bytes: out, isChecksumRight: true, isCut: out.length < size };
  }
  if (kind !== packed) throw new EvidenceError("mail/damaged", { format: "RTF", problem: "compression" });
  const out = unpack(body);
  // The sum of 2.1.3.2 is CRC-32 without its first and last inversion.
  const sum = (crc32(body, 0xffff_ffff) ^ 0xffff_ffff) >>> 0;
  return { bytes: out.subarray(0, size), isChecksumRight: sum === checksum, isCut: out.length < size };
}

function unpack(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length * 9 + 18);
  const dictionary = new Uint8Array(dictionaryBytes);
  dictionary.set(firstWords);
  let [at, to, write] = [0, 0, firstWords.length];
  const put = (byte: number): void => {
    out[to++] = byte;
    dictionary[write] = byte;
    write = (write + 1) % dictionaryBytes;
  };
  while (at < body.length) {
    const control = body[at++]!;
    for (let bit = 0; bit < 8 && at < body.length; bit++) {
      if (((control >> bit) & 1) === 0) {
        put(body[at++]!);
        continue;
      }
      if (at + 2 > body.length) return out.subarray(0, to);
      const token = (body[at]! << 8) | body[at + 1]!;
      at += 2;
      const from = token >> 4;
      // A reference to the place of writing is the end (2.2.2.2).
      if (from === write) return out.subarray(0, to);
      const length = (token & 15) + 2;
      for (let i = 0; i < length; i++) put(dictionary[(from + i) % dictionaryBytes]!);
    }
  }
  return out.subarray(0, to);
}
