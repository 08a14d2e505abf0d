/**
 * Filters before LZMA2 (the .xz file format 1.2.1, sections 5.3.2 and 5.3.3): Delta, and the converters of branch addresses for
 * x86, PowerPC, ARM, ARM Thumb, SPARC and ARM64. Not supported: IA-64 and RISC-V.
 */

/** Undoes a filter in place; returns how many bytes from the start are final, the rest is given again with what follows it. */
export type Filter = (bytes: Uint8Array) => number;

const filters: Readonly<Record<number, (start: number) => Filter>> = {
  0x04: x86,
  0x05: (start) => words(start, 4, powerPc),
  0x07: (start) => words(start, 4, arm),
  0x08: (start) => words(start, 2, thumb),
  0x09: (start) => words(start, 4, sparc),
  0x0a: (start) => words(start, 4, arm64),
};

/** The filter of an id with its properties; null where it is not known or they are not valid. */
export function filterOf(id: number, properties: Uint8Array): Filter | null {
  if (id === 0x03) return properties.length === 1 ? delta(properties[0]! + 1) : null;
  const make = filters[id];
  if (!make || (properties.length !== 0 && properties.length !== 4)) return null;
  const start = properties.length === 4 ? new DataView(properties.slice().buffer).getUint32(0, true) : 0;
  return make(start);
}

function delta(distance: number): Filter {
  const last = new Uint8Array(distance);
  let place = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length; at++) {
      last[place] = bytes[at] = bytes[at]! + last[place]!;
      place = (place + 1) % distance;
    }
    return bytes.length;
  };
}

/** A converter that looks at one aligned instruction at a time; gives the bytes that it took. */
type Converter = (bytes: Uint8Array, at: number, address: number) => number;

function words(start: number, step: number, convert: Converter): Filter {
  let address = start;
  return (bytes) => {
    let at = 0;
    while (at + 4 <= bytes.length) at += convert(bytes, at, (address + at) | 0) || step;
    address = (address + at) | 0;
    return at;
  };
}

const big = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;

function putBig(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < 4; index++) bytes[at + index] = value >>> (24 - 8 * index);
}

const little = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

function putLittle(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < 4; index++) bytes[at + index] = value >>> (8 * index);
}

function powerPc(bytes: Uint8Array, at: number, address: number): number {
  const word = big(bytes, at);
  if ((word & 0xfc00_0003) === 0x4800_0001) putBig(bytes, at, 0x4800_0001 | ((word - address) & 0x03ff_fffc));
  return 4;
}

function arm(bytes: Uint8Array, at: number, address: number): number {
  if (bytes[at + 3] !== 0xeb) return 4;
  const target = ((little(bytes, at) & 0xff_ffff) << 2) - (address + 8);
  putLittle(bytes, at, 0xeb00_0000 | ((target >>> 2) & 0xff_ffff));
  return 4;
}

function thumb(bytes: Uint8Array, at: number, address: number): number {
  if ((bytes[at + 1]! & 0xf8) !== 0xf0 || (bytes[at + 3]! & 0xf8) !== 0xf8) return 2;
  const high = ((bytes[at + 1]! & 7) << 19) | (bytes[at]! << 11);
  const value = ((high | ((bytes[at + 3]! & 7) << 8) | bytes[at + 2]!) << 1) - (address + 4);
  const target = value >>> 1;
  bytes[at + 1] = 0xf0 | ((target >>> 19) & 7);
  bytes[at] = target >>> 11;
  bytes[at + 3] = 0xf8 | ((target >>> 8) & 7);
  bytes[at + 2] = target;
  return 4;
}

function sparc(bytes: Uint8Array, at: number, address: number): number {
  const word = big(bytes, at);
  if (word >>> 22 !== 0x100 && word >>> 22 !== 0x1ff) return 4;
  const target = ((word << 2) - address) >>> 2;
  putBig(bytes, at, 0x4000_0000 | (((0 - ((target >>> 22) & 1)) << 22) & 0x3fff_ffff) | (target & 0x3f_ffff));
  return 4;
}

function arm64(bytes: Uint8Array, at: number, address: number): number {
  const word = little(bytes, at);
  if ((word & 0xfc00_0000) >>> 0 === 0x9400_0000) {
    putLittle(bytes, at, 0x9400_0000 | ((word - (address >>> 2)) & 0x03ff_ffff));
    return 4;
  }
  if ((word & 0x9f00_0000) >>> 0 !== 0x9000_0000) return 4;
  const source = ((word >>> 29) & 3) | ((word >>> 3) & 0x1f_fffc);
  // Only addresses within ±512 MiB are converted, so that what is no instruction is mostly left alone.
  if (((source + 0x02_0000) & 0x1c_0000) !== 0) return 4;
  const target = source - (address >>> 12);
  const low = (target & 3) << 29;
  const high = (target & 0x03_fffc) << 3;
  putLittle(bytes, at, (word & 0x9000_001f) | low | high | ((0 - (target & 0x02_0000)) & 0xe0_0000));
  return 4;
}

/** By the mask of opcodes among the three bytes before: whether a conversion may begin, and how far back the last of them lies. */
const MAY_CONVERT = [true, true, true, false, true, false, false, false];
const BYTES_BACK = [0, 1, 2, 2, 3, 3, 3, 3];
const isNear = (byte: number): boolean => byte === 0 || byte === 0xff;

/** Calls and jumps (E8, E9) whose target is near; operands that hold such opcodes are told apart by a mask. */
function x86(start: number): Filter {
  let [address, mask] = [start, 0];
  return (bytes) => {
    let [at, last] = [0, -1];
    for (const limit = bytes.length - 4; at < limit; at++) {
      if ((bytes[at]! & 0xfe) !== 0xe8) continue;
      const gap = at - last;
      last = at;
      mask = gap > 3 ? 0 : (mask << (gap - 1)) & 7;
      const isBlocked = mask !== 0 && (!MAY_CONVERT[mask] || isNear(bytes[at + 4 - BYTES_BACK[mask]!]!));
      if (isBlocked || !isNear(bytes[at + 4]!)) {
        mask = (mask << 1) | 1;
        continue;
      }
      putLittle(bytes, at + 1, relative(little(bytes, at + 1), address + at + 5, mask));
      at += 4;
    }
    if (at === 0) return 0;
    const gap = at - last;
    mask = gap > 3 ? 0 : (mask << (gap - 1)) & 7;
    address = (address + at) | 0;
    return at;
  };
}

/** The relative target, 25 bits with sign, of an absolute one; `behind`: address of the next instruction. */
function relative(absolute: number, behind: number, mask: number): number {
  let source = absolute;
  let target = (source - behind) | 0;
  const shift = BYTES_BACK[mask]! * 8;
  while (mask !== 0 && isNear((target >>> (24 - shift)) & 0xff)) {
    source = target ^ (2 ** (32 - shift) - 1);
    target = (source - behind) | 0;
  }
  return (target & 0x01ff_ffff) | (0 - (target & 0x0100_0000));
}
