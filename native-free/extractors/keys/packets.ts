/** Packets of OpenPGP one after another (RFC 9580 4.2), of old and new form; bodies in parts are joined as far as they go. */

export interface Packet {
  readonly tag: number;
  /** Of long packets the beginning. */
  readonly body: Buffer;
  /** False where the end of the bytes cuts it off. */
  readonly isWhole: boolean;
}

const mostPackets = 100_000;

/** `isAll`: the bytes are the whole stream, so that a packet beyond their end is a cut one. */
export function* packetsOf(bytes: Buffer, isAll: boolean): Generator<Packet> {
  let at = 0;
  for (let count = 0; count < mostPackets && at + 1 < bytes.length; count++) {
    const first = bytes[at]!;
    if ((first & 0x80) === 0) {
      yield { tag: 0, body: bytes.subarray(at, at), isWhole: false };
      return;
    }
    const modern = (first & 0x40) !== 0;
    const tag = modern ? first & 63 : (first >> 2) & 15;
    const [length, bodyAt] = modern ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, first & 3);
    const end = bodyAt + length;
    yield { tag, body: bytes.subarray(bodyAt, end), isWhole: !isAll || end <= bytes.length };
    if (end <= at) return;
    at = end;
  }
}

function oldLength(bytes: Buffer, at: number, kind: number): [length: number, bodyAt: number] {
  if (kind === 3) return [bytes.length - at, at];
  const width = 1 << kind;
  return at + width > bytes.length ? [Infinity, at] : [bytes.readUIntBE(at, width), at + width];
}

/** Partial lengths: their parts follow each other, and what counts here is where they end. */
function newLength(bytes: Buffer, start: number): [length: number, bodyAt: number] {
  let at = start;
  for (;;) {
    const first = bytes[at];
    if (first === undefined) return [Infinity, start];
    const bodyAt = at === start ? null : start + 1;
    if (first >= 224 && first < 255) {
      at += 1 + 2 ** (first & 31);
      continue;
    }
    const skip = first < 192 ? 1 : first < 224 ? 2 : 5;
    if (at + skip > bytes.length) return [Infinity, at];
    const length =
      first < 192 ? first : first < 224 ? ((first - 192) << 8) + bytes[at + 1]! + 192 : bytes.readUInt32BE(at + 1);
    return bodyAt === null ? [length, at + skip] : [at + skip + length - bodyAt, bodyAt];
  }
}
