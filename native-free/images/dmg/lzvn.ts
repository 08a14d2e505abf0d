/**
 * LZVN: byte-wise LZ77 with instructions told by their first byte, as LZFSE streams hold it in blocks `bvxn` and as HFS+ and APFS
 * use it for files (LZFSE reference documentation). L literals come before a match of M bytes at distance D.
 */

/** What an instruction is, by its first byte. */
const instruction = {
  smallDistance: 0,
  mediumDistance: 1,
  largeDistance: 2,
  previousDistance: 3,
  smallMatch: 4,
  largeMatch: 5,
  smallLiteral: 6,
  largeLiteral: 7,
  nothing: 8,
  end: 9,
  undefined: 10,
} as const;

const kinds = Uint8Array.from({ length: 256 }, (_, byte) => kindOf(byte));

function kindOf(byte: number): number {
  if (byte >= 0xf0) return byte === 0xf0 ? instruction.largeMatch : instruction.smallMatch;
  if (byte >= 0xe0) return byte === 0xe0 ? instruction.largeLiteral : instruction.smallLiteral;
  if (byte >> 4 === 0x7 || byte >> 4 === 0xd) return instruction.undefined;
  if (byte >> 5 === 0b101) return instruction.mediumDistance;
  if ((byte & 7) === 7) return instruction.largeDistance;
  if ((byte & 7) !== 6) return instruction.smallDistance;
  if (byte >= 0x40) return instruction.previousDistance;
  if (byte === 0x06) return instruction.end;
  return byte === 0x0e || byte === 0x16 ? instruction.nothing : instruction.undefined;
}

/** Bytes of the instruction itself, by kind. */
const sizes = Uint8Array.of(2, 3, 3, 1, 1, 2, 1, 2, 1, 8, 0);

/**
 * Decodes `packed` to `target` from `start`; matches may reach back to its begin. Returns where it ended, -1 where the stream is
 * damaged, does not end with its end mark, or would fill more than there is room for.
 */
export function lzvnInto(packed: Uint8Array, target: Uint8Array, start: number): number {
  let at = start;
  let from = 0;
  let distance = 0;
  while (from < packed.length) {
    const byte = packed[from]!;
    const kind = kinds[byte]!;
    const next = from + sizes[kind]!;
    if (next > packed.length || kind === instruction.undefined) return -1;
    if (kind === instruction.end) return at;
    let literals = 0;
    let match = 0;
    if (kind <= instruction.previousDistance) {
      literals = byte >> 6;
      match = ((byte >> 3) & 7) + 3;
      if (kind === instruction.smallDistance) {
        distance = ((byte & 7) << 8) | packed[from + 1]!;
      } else if (kind === instruction.largeDistance) {
        distance = packed[from + 1]! | (packed[from + 2]! << 8);
      } else if (kind === instruction.mediumDistance) {
        const rest = packed[from + 1]! | (packed[from + 2]! << 8);
        literals = (byte >> 3) & 3;
        match = (((byte & 7) << 2) | (rest & 3)) + 3;
        distance = rest >> 2;
      }
    } else if (kind === instruction.smallMatch) match = byte & 0x0f;
    else if (kind === instruction.largeMatch) match = packed[from + 1]! + 16;
    else if (kind === instruction.smallLiteral) literals = byte & 0x0f;
    else if (kind === instruction.largeLiteral) literals = packed[from + 1]! + 16;
    from = next;
    if (from + literals > packed.length || at + literals + match > target.length) return -1;
    for (const end = from + literals; from < end;) target[at++] = packed[from++]!;
    if (match > 0 && (distance === 0 || distance > at)) return -1;
    for (const end = at + match; at < end; at++) target[at] = target[at - distance]!;
  }
  return -1;
}
