/** XOR obfuscation, method 1 (MS-OFFCRYPTO 2.3.7.2 and 2.3.7.3): a 16-byte array made of the password. */

const padBytes = [0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00];

const initialCodes = [
  0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c, 0xa96a,
  0x4ec3,
];

const xorMatrix = [
  0xaefc, 0x4dd9, 0x9bb2, 0x2745, 0x4e8a, 0x9d14, 0x2a09, 0x7b61, 0xf6c2, 0xfda5, 0xeb6b, 0xc6f7, 0x9dcf, 0x2bbf,
  0x4563, 0x8ac6, 0x05ad, 0x0b5a, 0x16b4, 0x2d68, 0x5ad0, 0x0375, 0x06ea, 0x0dd4, 0x1ba8, 0x3750, 0x6ea0, 0xdd40,
  0xd849, 0xa0b3, 0x5147, 0xa28e, 0x553d, 0xaa7a, 0x44d5, 0x6f45, 0xde8a, 0xad35, 0x4a4b, 0x9496, 0x390d, 0x721a,
  0xeb23, 0xc667, 0x9cef, 0x29ff, 0x53fe, 0xa7fc, 0x5fd9, 0x47d3, 0x8fa6, 0x0f6d, 0x1eda, 0x3db4, 0x7b68, 0xf6d0,
  0xb861, 0x60e3, 0xc1c6, 0x93ad, 0x377b, 0x6ef6, 0xddec, 0x45a0, 0x8b40, 0x06a1, 0x0d42, 0x1a84, 0x3508, 0x6a10,
  0xaa51, 0x4483, 0x8906, 0x022d, 0x045a, 0x08b4, 0x1168, 0x76b4, 0xed68, 0xcaf1, 0x85c3, 0x1ba7, 0x374e, 0x6e9c,
  0x3730, 0x6e60, 0xdcc0, 0xa9a1, 0x4363, 0x86c6, 0x1dad, 0x3331, 0x6662, 0xccc4, 0x89a9, 0x0373, 0x06e6, 0x0dcc,
  0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48c4,
];

const mostChars = 15;

/** Verifier of a password, 16 bits (MS-OFFCRYPTO 2.3.7.1). */
function verifierOf(password: Uint8Array): number {
  let verifier = 0;
  for (const byte of [password.length, ...password].reverse()) {
    verifier = (((verifier >>> 14) & 1) | ((verifier << 1) & 0x7fff)) ^ byte;
  }
  return verifier ^ 0xce4b;
}

function keyOf(password: Uint8Array): number {
  let key = initialCodes[password.length - 1] ?? 0;
  let element = xorMatrix.length - 1;
  for (const byte of [...password].reverse()) {
    for (let bit = 0, left = byte; bit < 7; bit++, left <<= 1) {
      if (left & 0x40) key ^= xorMatrix[element] ?? 0;
      element--;
    }
  }
  return key;
}

const rotateRight = (byte: number): number => ((byte >>> 1) | (byte << 7)) & 255;

/** `rotate`: Excel turns each byte of the array by one bit. */
function arrayOf(password: Uint8Array, key: number, rotate: boolean): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) {
    const plain = i < password.length ? password[i]! : padBytes[i - password.length]!;
    const mixed = plain ^ (i % 2 === 0 ? key & 255 : key >>> 8);
    bytes[i] = rotate ? rotateRight(mixed) : mixed;
  }
  return bytes;
}

/** Characters are hashed as their low byte, or their high byte where that is zero. */
function bytesOf(password: string): Uint8Array {
  const codes = Array.from({ length: Math.min(mostChars, password.length) }, (_, i) => password.charCodeAt(i));
  return Uint8Array.from(codes, (code) => code & 255 || code >>> 8);
}

/** The array with which a stream is mixed, or null where key and verifier of the document do not fit the password. */
export function xorArray(password: string, key: number, verifier: number, by: "excel" | "word"): Uint8Array | null {
  const bytes = bytesOf(password);
  if (bytes.length === 0 || verifierOf(bytes) !== verifier || keyOf(bytes) !== key) return null;
  return arrayOf(bytes, key, by === "excel");
}

/** Excel turns each byte by five bits before mixing it (MS-OFFCRYPTO 2.3.7.3); `index` of the first byte in the array. */
export function unmixExcel(array: Uint8Array, bytes: Uint8Array, index: number): Uint8Array {
  for (let i = 0; i < bytes.length; i++) {
    const mixed = bytes[i]! ^ array[(index + i) & 15]!;
    bytes[i] = (mixed << 3) | (mixed >>> 5);
  }
  return bytes;
}

/** Word mixes each byte, but neither zeros nor bytes that would become zero (MS-OFFCRYPTO 2.3.7.5). */
export function unmixWord(array: Uint8Array, bytes: Uint8Array, index: number): Uint8Array {
  for (let i = 0; i < bytes.length; i++) {
    const mixed = bytes[i]! ^ array[(index + i) & 15]!;
    if (bytes[i] !== 0 && mixed !== 0) bytes[i] = mixed;
  }
  return bytes;
}
