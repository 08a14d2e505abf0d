/**
 * Names of ZIP entries (APPNOTE 6.3.10, 4.4.17, appendix D; Info-ZIP Unicode path extra field 0x7075). Names are data:
 * they are decoded, never used as a path.
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { EvidenceName } from "../../model/item.ts";

const HIGH_HALF =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** IBM code page 437 with ASCII control characters kept as they are; every byte has a character of its own. */
export function decodeCp437(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : HIGH_HALF[byte - 0x80];
  return text;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeStrict(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    // Not UTF-8: the caller goes on with the next interpretation and keeps the bytes.
    return null;
  }
}

/**
 * The name in its best reading: valid Unicode path field, UTF-8 where flagged, else UTF-8 where the bytes are valid and
 * not plain ASCII (common on Linux and macOS, whose writers leave the flag out), else code page 437. `bytes` is set
 * wherever encoding `text` as UTF-8 does not give the raw bytes back.
 */
export function decodeName(raw: Uint8Array, flags: number, unicodePath: Uint8Array | null): EvidenceName {
  const unicode = unicodePath ? readUnicodePath(raw, unicodePath) : null;
  const text = unicode ?? decodeStrict(raw) ?? ((flags & 0x800) !== 0 ? decodeLossy(raw) : decodeCp437(raw));
  const same = Buffer.from(text, "utf8").equals(Buffer.from(raw));
  return { text, bytes: same ? null : Buffer.from(raw).toString("base64") };
}

function decodeLossy(raw: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw);
}

/** Version 1 and a CRC-32 of the header's name that fits, else the field is stale and does not count. */
function readUnicodePath(raw: Uint8Array, field: Uint8Array): string | null {
  if (field.length < 5 || field[0] !== 1) return null;
  if (Buffer.from(field).readUInt32LE(1) !== crc32(raw)) return null;
  return decodeStrict(field.subarray(5));
}
