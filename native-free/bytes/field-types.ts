/** Fields of structures that any medium may hold, garbage included: big-endian numbers, and 64-bit ones that never refuse. */
import type { FieldType } from "../bytes/struct.ts";

const two32 = 0x1_0000_0000;

export const u16be: FieldType<number> = {
  size: 2,
  read: (window, at) => window.getUint16(at),
  write: (window, at, value) => window.setUint16(at, value),
};

export const u32be: FieldType<number> = {
  size: 4,
  read: (window, at) => window.getUint32(at),
  write: (window, at, value) => window.setUint32(at, value),
};

/** Little-endian; above 2^53 rounded, which `Number.isSafeInteger` tells. */
export const wide: FieldType<number> = {
  size: 8,
  read: (window, at) => window.getUint32(at + 4, true) * two32 + window.getUint32(at, true),
  write(window, at, value) {
    window.setUint32(at, value % two32, true);
    window.setUint32(at + 4, Math.floor(value / two32), true);
  },
};

/** The same in big-endian order. */
export const wideBe: FieldType<number> = {
  size: 8,
  read: (window, at) => window.getUint32(at) * two32 + window.getUint32(at + 4),
  write(window, at, value) {
    window.setUint32(at, Math.floor(value / two32));
    window.setUint32(at + 4, value % two32);
  },
};

/** Text of fixed length in UTF-16LE up to the first NUL unit, as GPT keeps names. */
export function utf16(size: number): FieldType<string> {
  return {
    size,
    read(window, at) {
      let text = "";
      for (let i = 0; i + 1 < size; i += 2) {
        const unit = window.getUint16(at + i, true);
        if (unit === 0) break;
        text += String.fromCharCode(unit);
      }
      return text.toWellFormed();
    },
    write(window, at, value) {
      if (value.length * 2 > size) throw new RangeError(`"${value}" does not fit in ${size} bytes`);
      for (let i = 0; i * 2 < size; i++) window.setUint16(at + i * 2, i < value.length ? value.charCodeAt(i) : 0, true);
    },
  };
}
