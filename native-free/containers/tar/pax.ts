/** Extended headers of pax (POSIX.1-2017 pax, "pax Extended Header"): `length keyword=value` lines, repeated keys kept in order. */
import { Buffer } from "node:buffer";

export type PaxRecords = readonly (readonly [key: string, value: Uint8Array])[];

/** Records as far as they are well-formed. */
export function readPax(bytes: Uint8Array): { records: PaxRecords; isDamaged: boolean } {
  const records: [string, Uint8Array][] = [];
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const blank = bytes.indexOf(0x20, at);
    const digits = blank > at && blank - at < 10 ? Buffer.from(bytes.subarray(at, blank)).toString("latin1") : "";
    const length = /^\d+$/.test(digits) ? Number(digits) : 0;
    const line = bytes.subarray(blank + 1, at + length - 1);
    const equals = line.indexOf(0x3d);
    const isLine = length > digits.length + 2 && at + length <= bytes.length && bytes[at + length - 1] === 0x0a;
    if (!isLine || equals < 1) return { records, isDamaged: true };
    records.push([Buffer.from(line.subarray(0, equals)).toString("utf8"), line.slice(equals + 1)]);
    at += length;
  }
  return { records, isDamaged: false };
}

/** The last value of a key: of the entry's own records, else of the global ones. Empty values unset. */
export class PaxValues {
  readonly own: PaxRecords;
  readonly #global: ReadonlyMap<string, Uint8Array>;

  constructor(own: PaxRecords, global: ReadonlyMap<string, Uint8Array>) {
    this.own = own;
    this.#global = global;
  }

  bytes(key: string): Uint8Array | null {
    const value = this.own.findLast(([name]) => name === key)?.[1] ?? this.#global.get(key);
    return value && value.length > 0 ? value : null;
  }

  text(key: string): string | null {
    const value = this.bytes(key);
    return value ? Buffer.from(value).toString("utf8") : null;
  }

  /** A decimal number that is not negative. */
  number(key: string): number | null {
    const text = this.text(key);
    return text !== null && /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
  }

  /** Seconds since 1970 rounded down, and nanoseconds; −1 where there is no fraction. */
  time(key: string): { seconds: number; nanoseconds: number } | null {
    const match = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(this.text(key) ?? "");
    if (!match) return null;
    const [, sign = "", whole = "", fraction = ""] = match;
    const nanoseconds = Number(fraction.padEnd(9, "0").slice(0, 9));
    if (sign === "" || nanoseconds === 0) {
      return { seconds: Number(`${sign}${whole}`), nanoseconds: fraction === "" ? -1 : nanoseconds };
    }
    return { seconds: -Number(whole) - 1, nanoseconds: 1_000_000_000 - nanoseconds };
  }
}
