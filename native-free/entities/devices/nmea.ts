/**
 * Positions in sentences of NMEA 0183 version 3: GGA, RMC and GLL of any talker, which end in `*` and the exclusive or
 * of their bytes.
 */
import type { EntityMatch, TextView } from "../entity.ts";
import { at, textOf } from "../text-view.ts";

const sentenceMost = 100;
/** By the sentence's name: which field is the latitude; its hemisphere and the longitude follow. */
const latitudeField: Readonly<Record<string, number>> = { GGA: 2, RMC: 3, GLL: 1 };

/** The position of the sentence whose name begins at `from`, behind its `$`. Wrong sums are `invalid-check`. */
export function readNmea(text: TextView, from: number): EntityMatch | null {
  if (at(text, from + 5) !== 0x2c) return null;
  const field = latitudeField[textOf(text, from + 2, from + 5)];
  if (field === undefined) return null;
  let sum = 0;
  let end = from;
  for (; end < text.to && end - from < sentenceMost && text.bytes[end] !== 0x2a; end++) sum ^= text.bytes[end]!;
  if (at(text, end) !== 0x2a) return null;
  const written = textOf(text, end + 1, end + 3);
  if (!/^[0-9A-Fa-f]{2}$/.test(written)) return null;
  const parts = textOf(text, from, end).split(",");
  const latitude = degreesOf(parts[field], parts[field + 1], 2);
  const longitude = degreesOf(parts[field + 2], parts[field + 3], 3);
  if (latitude === null || longitude === null) return null;
  const quality = Number.parseInt(written, 16) === sum ? "valid" : "invalid-check";
  return { kind: "gps", from: from - 1, to: end + 3, value: `${latitude},${longitude}`, quality };
}

/** `ddmm.mmmm` and a hemisphere in degrees. */
function degreesOf(value: string | undefined, hemisphere: string | undefined, digits: number): number | null {
  if (value === undefined || hemisphere === undefined || !/^\d{4,5}(\.\d+)?$/.test(value)) return null;
  const degrees = Number(value.slice(0, digits)) + Number(value.slice(digits)) / 60;
  if (degrees > (digits === 2 ? 90 : 180) || !(digits === 2 ? "NS" : "EW").includes(hemisphere)) return null;
  const sign = hemisphere === "S" || hemisphere === "W" ? -1 : 1;
  return (sign * Math.round(degrees * 1e6)) / 1e6;
}
