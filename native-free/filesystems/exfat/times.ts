/** Times of exFAT (exFAT specification, 7.4.5 to 7.4.10): those of MS-DOS, in a zone that may be recorded. */
import type { ItemTime, TimeKind } from "../../model/item.ts";
import { dosTime } from "../dos-time.ts";
import { zoneKnown } from "./layouts.ts";

/** Date in the upper half of `stamp`; null where that is 0 or does not exist. `zone` as it is recorded. */
export function zonedTime(kind: TimeKind, stamp: number, hundredths: number | null, zone: number): ItemTime | null {
  if (stamp === 0) return null;
  const time = dosTime(kind, "exfat", stamp >>> 16, stamp & 0xffff, hundredths);
  if (time === null || (zone & zoneKnown) === 0) return time;
  const offset = zoneText(zone);
  return { ...time, value: `${time.value}${offset}`, zone: offset === "Z" ? "utc" : "offset" };
}

const zones: (string | undefined)[] = [];

/** `Z`, `+02:00`: seven bits, signed, in quarters of an hour. */
function zoneText(zone: number): string {
  return (zones[zone] ??= madeText(zone));
}

function madeText(zone: number): string {
  const quarters = ((zone & 0x7f) << 25) >> 25;
  if (quarters === 0) return "Z";
  const minutes = Math.abs(quarters) * 15;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${quarters < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
