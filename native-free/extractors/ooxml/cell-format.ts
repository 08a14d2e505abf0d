/**
 * Number formats of SpreadsheetML as far as they decide that a number is a date (ECMA-376 part 1, 18.8.30 and 18.17.4):
 * built-in formats by number, others by their code. Dates are given as ISO 8601, whatever the format shows.
 */
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";

/** Built-in formats: dates in all languages, with those of East Asian editions. */
function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/** A format code is a date where, quoted text, escapes, colours and conditions aside, it has a date or time letter. */
function isDateCode(code: string): boolean {
  const bare = code.replace(/"[^"]*"|\\.|_.|\*./g, "").replace(/\[(?!(h+|m+|s+)\])[^\]]*\]/gi, "");
  return /[ymdhs]/i.test(bare) && !/general/i.test(bare);
}

/** Which cell styles show dates, from the styles part. */
export class CellFormats implements XmlHandler {
  readonly #codes = new Map<number, string>();
  readonly #styles: number[] = [];
  #inCellStyles = false;

  open(local: string, attributes: XmlAttributes): void {
    if (local === "numFmt") this.#codes.set(Number(attributes.get("numFmtId")), attributes.get("formatCode") ?? "");
    else if (local === "cellXfs") this.#inCellStyles = true;
    else if (local === "xf" && this.#inCellStyles) this.#styles.push(Number(attributes.get("numFmtId") ?? 0));
  }

  close(local: string): void {
    if (local === "cellXfs") this.#inCellStyles = false;
  }

  text(): void {
    // Styles hold no text.
  }

  isDate(style: number): boolean {
    const id = this.#styles[style];
    if (id === undefined) return false;
    return isDateFormat(id, this.#codes.get(id));
  }
}

/** `code`: of formats that the workbook defines itself. */
export function isDateFormat(id: number, code: string | undefined): boolean {
  return code === undefined ? isBuiltInDate(id) : isDateCode(code);
}

const DAY_SECONDS = 86_400;
/** Serial 0 of both systems as days since 1970. */
const BASE_1900_DAYS = -25_569;
const BASE_1904_DAYS = -24_107;
/** 9999-12-31 in the 1900 system. */
const LAST_SERIAL = 2_958_465;

/**
 * A serial number as ISO 8601 date, date and time, or time alone (below 1); null where it is no date. The 1900 system
 * counts a 29 February 1900 that did not exist.
 */
export function formatSerial(serial: number, is1904: boolean): string | null {
  if (!Number.isFinite(serial) || serial < 0 || serial > LAST_SERIAL + 1) return null;
  const seconds = Math.round(serial * DAY_SECONDS);
  const time = new Date((seconds % DAY_SECONDS) * 1000).toISOString().slice(11, 19);
  if (serial < 1) return time;
  const day = Math.floor(seconds / DAY_SECONDS);
  const base = is1904 ? BASE_1904_DAYS : BASE_1900_DAYS + (day < 60 ? 1 : 0);
  const date = new Date((day + base) * DAY_SECONDS * 1000).toISOString().slice(0, 10);
  return seconds % DAY_SECONDS === 0 ? date : `${date}T${time}`;
}
