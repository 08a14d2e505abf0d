/** Sectors of compact discs as images keep them: with or without what surrounds the user data (ECMA-130, clauses 14 and 20). */
import { bytes, struct, u32, u8 } from "../bytes/struct.ts";

export const rawBytes = 2352;
export const userBytes = 2048;

/** How the sectors of a track are kept in a file. */
export interface SectorMode {
  /** As CUE sheets call it. */
  readonly name: string;
  readonly audio: boolean;
  /** Of a sector in the file. */
  readonly stored: number;
  /** Of its user data in that. */
  readonly offset: number;
  /** Whether it begins with the synchronisation pattern. */
  readonly raw: boolean;
}

const mode = (name: string, stored: number, offset: number, raw = false): SectorMode => ({
  ...{ name, audio: false, stored, offset, raw },
});

export const sectorModes = {
  mode1: mode("MODE1/2048", 2048, 0),
  mode1Raw: mode("MODE1/2352", rawBytes, 16, true),
  mode2Form1: mode("MODE2/2048", 2048, 0),
  mode2Form2: mode("MODE2/2324", 2324, 0),
  /** Subheader of 8 bytes, then data. */
  mode2: mode("MODE2/2336", 2336, 8),
  mode2Raw: mode("MODE2/2352", rawBytes, 24, true),
  /** With 96 bytes of subchannels behind each sector. */
  mode1Subchannels: mode("MODE1/2448", 2448, 16, true),
  mode2Subchannels: mode("MODE2/2448", 2448, 24, true),
  audio: { ...mode("AUDIO", rawBytes, 0), audio: true },
  audioSubchannels: { ...mode("CDG", 2448, 0), audio: true },
} as const satisfies Record<string, SectorMode>;

export const sync = Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0);

/** ECMA-130, clause 14; CD-ROM XA for mode 2, whose first bytes of data are the subheader. */
export const sectorHead = struct("disc.sector", 24, {
  sync: [0, bytes(sync.length)],
  minute: [12, u8, "BCD"],
  second: [13, u8, "BCD"],
  frame: [14, u8, "BCD"],
  mode: [15, u8],
  submode: [18, u8, "0x20: form 2"],
});
const mode1Sum = struct("disc.mode1Sum", 4, { sum: [0, u32] });

const form2Flag = 0x20;
/** Sectors of the lead-in that addresses count. */
const leadIn = 150;

export function hasSync(sector: Uint8Array, at = 0): boolean {
  if (at + sync.length > sector.length) return false;
  for (let i = 0; i < sync.length; i++) if (sector[at + i] !== sync[i]) return false;
  return true;
}

/** The logical address that a header states; null where it is no time. */
export function addressOf({ minute, second, frame }: { minute: number; second: number; frame: number }): number | null {
  const [m, s, f] = [bcd(minute), bcd(second), bcd(frame)];
  return m === null || s === null || f === null || s > 59 || f > 74 ? null : (m * 60 + s) * 75 + f - leadIn;
}

export function bcd(value: number): number | null {
  const [high, low] = [value >> 4, value & 0x0f];
  return high > 9 || low > 9 ? null : high * 10 + low;
}

export type SumResult = "right" | "wrong" | "none";

/** Whether the error detection code of a raw data sector at `at` is that of its content; form 2 may have none. */
export function checkSum(sector: Uint8Array, at: number, sectorMode: number, submode: number): SumResult {
  // Mode 1 counts from the begin of the sector, mode 2 from its subheader.
  const form2 = sectorMode === 2 && (submode & form2Flag) !== 0;
  const from = sectorMode === 1 ? 0 : 16;
  const to = sectorMode === 1 ? 2064 : form2 ? 2348 : 2072;
  const { sum } = mode1Sum.cursor().over(sector, at + to);
  if (form2 && sum === 0) return "none";
  return errorDetectionCode(sector, at + from, at + to) === sum ? "right" : "wrong";
}

export function isForm2(sectorMode: number, submode: number): boolean {
  return sectorMode === 2 && (submode & form2Flag) !== 0;
}

/** ECMA-130, 14.3: x^32 + x^31 + x^16 + x^15 + x^4 + x^3 + x + 1, bits of a byte from the lowest. */
const reflectedPolynomial = 0xd8018001;
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ ((sum & 1) === 1 ? reflectedPolynomial : 0);
  return sum;
});

/** Of the bytes from `from` to before `to`. */
export function errorDetectionCode(sector: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum = (sum >>> 8) ^ table[(sum ^ sector[at]!) & 0xff]!;
  return sum >>> 0;
}
