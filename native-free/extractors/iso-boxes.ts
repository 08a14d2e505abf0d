/** Boxes one behind the other (ISO/IEC 14496-12 4.2), as pictures and films have them. */
import { type ByteSource, readRange } from "../bytes/byte-source.ts";

export interface IsoBox {
  /** Four characters, one a byte. */
  readonly kind: string;
  readonly at: number;
  readonly bodyAt: number;
  readonly end: number;
  /** It declares more than there is. */
  readonly isCut: boolean;
}

const mostBoxes = 100_000;

/** Ends at what is no box. */
export function* boxesIn(source: ByteSource, from: number, to: number): Generator<IsoBox> {
  let at = from;
  for (let count = 0; count < mostBoxes && at + 8 <= to; count++) {
    const head = Buffer.from(readRange(source, at, 16));
    const kind = head.toString("latin1", 4, 8);
    const short = head.readUInt32BE(0);
    const isLong = short === 1 && head.length === 16;
    const length = short === 0 ? to - at : isLong ? Number(head.readBigUInt64BE(8)) : short;
    if (length < (isLong ? 16 : 8) || !/^[ -~\xa9]{4}$/.test(kind)) return;
    const end = Math.min(at + length, to);
    yield { kind, at, bodyAt: at + (isLong ? 16 : 8), end, isCut: at + length > to };
    at += length;
  }
}
