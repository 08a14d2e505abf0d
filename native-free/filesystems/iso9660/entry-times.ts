/** Times of an entry: of its directory record, of Rock Ridge, of its extended attribute record. */
import type { ItemTime, TimeKind } from "../../model/item.ts";
import type { IsoEntry } from "./entry.ts";
import { extendedRecordOf } from "./extended-record.ts";
import { recordTimeAt, longTime, shortTime } from "./layouts.ts";
import type { TimesField } from "./system-use.ts";
import { itemTime, longTimeText, shortTimeText, type TimeText } from "./times.ts";
import type { IsoVolume } from "./volume.ts";

/** P1282, 4.1.6: bits of the flags, in the order of the times behind them. */
const kinds: readonly (TimeKind | null)[] = ["b", "m", "a", "c", null, null, null];
const otherNames: readonly string[] = ["", "", "", "", "backup-at", "expires-at", "effective-at"];
const longForm = 128;

/** Those that exist, and how many do not. */
export function timesOf(volume: IsoVolume, entry: IsoEntry): { times: readonly ItemTime[]; invalid: number } {
  const times: ItemTime[] = [];
  let invalid = 0;
  const add = (kind: TimeKind, source: string, text: TimeText): void => {
    const time = itemTime(kind, source, text);
    if (time) times.push(time);
    else if (!text.none) invalid++;
  };
  add("m", "iso9660", shortTimeText(entry.window, entry.at + recordTimeAt));
  for (const field of entry.use.times) {
    for (const { index, text } of timesIn(field)) {
      const kind = kinds[index];
      if (kind) add(kind, "rock-ridge", text);
    }
  }
  const extended = extendedRecordOf(volume, entry);
  if (extended) {
    add("b", "xar", extended.created);
    add("m", "xar", extended.modified);
  }
  return { times, invalid };
}

/** Times of Rock Ridge that are none of MACB, by the name of their attribute. */
export function otherTimesOf(entry: IsoEntry): Record<string, string> {
  const out: Record<string, string> = {};
  for (const field of entry.use.times) {
    for (const { index, text } of timesIn(field)) {
      const name = otherNames[index];
      if (name && text.value !== null) out[name] = text.value;
    }
  }
  return out;
}

function* timesIn({ window, at, end }: TimesField): Generator<{ index: number; text: TimeText }> {
  const flags = window[at]!;
  const long = (flags & longForm) !== 0;
  const step = long ? longTime.size : shortTime.size;
  let from = at + 1;
  for (let index = 0; index < kinds.length; index++) {
    if ((flags & (1 << index)) === 0) continue;
    if (from + step > end) return;
    yield { index, text: long ? longTimeText(window, from) : shortTimeText(window, from) };
    from += step;
  }
}
