/** The text around a hit, as one line that can be shown: what is not printable is a dot. */
import type { TextView } from "../entities/entity.ts";

const contextBytes = 40;
const decoder = new TextDecoder("utf-8");

/** Of bytes in ASCII or UTF-8. */
export function contextOf(bytes: Uint8Array, from: number, to: number): string {
  const start = Math.max(0, from - contextBytes);
  const end = Math.min(bytes.length, to + contextBytes);
  return plain(bytes, start, end) ?? shown(decoder.decode(bytes.subarray(start, end)));
}

/** Of text of one byte a character: other letters than ASCII are dots. */
export function wideContextOf(text: TextView, from: number, to: number): string {
  const start = Math.max(text.from, from - contextBytes);
  const end = Math.min(text.to, to + contextBytes);
  return plain(text.bytes, start, end) ?? shown(Buffer.from(text.bytes.subarray(start, end)).toString("latin1"));
}

const line = Buffer.alloc(1024);

/** What `shown` gives of ASCII, in a fraction of its time; null for other bytes, and where there are too many. */
function plain(bytes: Uint8Array, from: number, to: number): string | null {
  if (to - from > line.length) return null;
  let length = 0;
  let isBlank = false;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return null;
    const wasBlank = isBlank;
    isBlank = byte === 0x20 || (byte >= 9 && byte <= 13);
    if (!isBlank) line[length++] = byte < 0x20 || byte === 0x7f ? 0x2e : byte;
    else if (!wasBlank) line[length++] = 0x20;
  }
  return line.toString("latin1", 0, length);
}

function shown(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, ".")
    .replaceAll("\u{fffd}", ".");
}
