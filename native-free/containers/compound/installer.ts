/**
 * Windows installer databases: names of streams, which pack two characters of a set of 64 into one, and the pool of strings
 * that all tables refer to. Layout as observed in files and described in Wine's notes on msi.dll; Microsoft publishes none.
 */
import { readRange, readWhole } from "../../bytes/byte-source.ts";
import { decodeCodePage } from "../../compound/code-page.ts";
import type { Compound, CompoundEntry } from "../../compound/compound.ts";
import type { ExtractContext, Extraction } from "../../model/extraction.ts";

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
const tableMark = 0x4840;

/** A stream's name with packed characters unpacked; a table's begins with "!". Other names stay as they are. */
export function tableName(name: string): string {
  let text = "";
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === tableMark && i === 0) text += "!";
    else if (code >= 0x3800 && code < 0x4800) text += letters[(code - 0x3800) & 63]! + letters[(code - 0x3800) >>> 6]!;
    else if (code >= 0x4800 && code < 0x4840) text += letters[code - 0x4800]!;
    else text += name[i]!;
  }
  return text;
}

function tableOf(compound: Compound, table: string): CompoundEntry | null {
  return compound.entries.find(({ kind, name }) => kind === "stream" && tableName(name) === `!${table}`) ?? null;
}

export function isInstaller(compound: Compound): boolean {
  return tableOf(compound, "_StringPool") !== null && tableOf(compound, "_StringData") !== null;
}

/** Every string of the pool, one a line. */
export function* readInstallerStrings(compound: Compound, context: ExtractContext): Generator<Extraction> {
  const pool = readRange(compound.open(tableOf(compound, "_StringPool")!), 0, context.wholeLimitBytes);
  const data = readWhole(compound.open(tableOf(compound, "_StringData")!), context.wholeLimitBytes);
  if (data === null || pool.length < 4) return;
  const view = new DataView(pool.buffer, pool.byteOffset, pool.length);
  const codePage = view.getUint16(0, true) || 1252;
  let [text, at] = ["", 0];
  for (let place = 4; place + 4 <= pool.length && at < data.length; place += 4) {
    let length = view.getUint16(place, true);
    // Strings of 64 KiB and more take two entries: the first has no length but a reference count.
    if (length === 0 && view.getUint16(place + 2, true) !== 0 && place + 8 <= pool.length) {
      length = view.getUint16(place + 2, true) * 65_536 + view.getUint16(place + 4, true);
      place += 4;
    }
    if (length > 0) text += `${decodeCodePage(data.subarray(at, at + length), codePage)}\n`;
    at += length;
    if (text.length > 32_768) {
      yield { what: "text", text, label: "strings" };
      text = "";
    }
  }
  if (text !== "") yield { what: "text", text, label: "strings" };
}
