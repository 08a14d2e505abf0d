/** Plausibility of values that libraries return: several of them return something from garbage too. */

/** Years in which a document can have been made; earlier and later ones are reported, not believed. */
const firstYear = 1900;
const lastYear = 2100;

const months: Readonly<Record<string, string>> = {
  jan: "01",
  feb: "02",
  mar: "03",
  apr: "04",
  may: "05",
  jun: "06",
  jul: "07",
  aug: "08",
  sep: "09",
  oct: "10",
  nov: "11",
  dec: "12",
};

/**
 * ISO 8601 from the forms that documents use: ISO itself, EXIF `YYYY:MM:DD hh:mm:ss`, `YYYYMMDD`, and RFC 5322 dates. As
 * precise as the source; `Z` or an offset only where the source gives one. Null for anything else and for dates that the
 * calendar does not have.
 */
export function isoDate(text: string): string | null {
  const value = text.trim();
  const iso =
    /^(\d{4})[-:.](\d\d)(?:[-:.](\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)? ?(Z|[+-]\d\d:?\d\d)?$/.exec(
      value,
    );
  if (iso) return assemble(iso[1]!, iso[2]!, iso[3], iso[4], iso[5], iso[6], iso[7], iso[8]);
  const plain = /^(\d{4})(\d\d)(\d\d)$/.exec(value);
  if (plain) return assemble(plain[1]!, plain[2]!, plain[3]);
  if (/^\d{4}$/.test(value)) return Number(value) >= firstYear && Number(value) <= lastYear ? value : null;
  const mail =
    /^(?:[A-Za-z]{3},? +)?(\d{1,2}) +([A-Za-z]{3})[a-z]* +(\d{4})(?: +(\d\d):(\d\d)(?::(\d\d))?)?(?: +(GMT|UTC|[+-]\d{4}))?$/.exec(
      value,
    );
  const month = mail && months[mail[2]!.toLowerCase()];
  if (!mail || !month) return null;
  const zone = mail[7] === "GMT" || mail[7] === "UTC" ? "Z" : mail[7];
  return assemble(mail[3]!, month, mail[1]!.padStart(2, "0"), mail[4], mail[5], mail[6], undefined, zone);
}

function assemble(
  year: string,
  month: string,
  day?: string,
  hour?: string,
  minute?: string,
  second?: string,
  fraction?: string,
  zone?: string,
): string | null {
  if (!isCalendarDate(Number(year), Number(month), day === undefined ? 1 : Number(day))) return null;
  if (day === undefined) return `${year}-${month}`;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined || minute === undefined) return date;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60) return null;
  const offset =
    zone === undefined || zone === "Z"
      ? (zone ?? "")
      : zone.length === 5
        ? `${zone.slice(0, 3)}:${zone.slice(3)}`
        : zone;
  return `${date}T${hour}:${minute}${second === undefined ? "" : `:${second}`}${fraction === undefined ? "" : `.${fraction}`}${offset}`;
}

function isCalendarDate(year: number, month: number, day: number): boolean {
  if (year < firstYear || year > lastYear || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Decimal degrees with six digits (0.1 m), or null outside the globe or exactly at the null island of empty tags. */
export function degrees(value: number, limit: 90 | 180): string | null {
  if (!Number.isFinite(value) || Math.abs(value) > limit) return null;
  return String(Math.round(value * 1e6) / 1e6);
}

/** A pixel dimension that a format can hold. */
export function pixels(value: unknown): string | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 1_000_000 ? String(value) : null;
}

/** Text of a tag: without NULs and blanks around it; null for nothing, for non-text and for mostly unprintable bytes. */
export function tagText(value: unknown, limitChars = 4096): string | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  // eslint-disable-next-line no-control-regex
  const text = String(value)
    .replace(/\0[\s\S]*$/, "")
    .trim();
  if (text === "" || text.length > limitChars) return null;
  // eslint-disable-next-line no-control-regex
  const bad = text.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd]/g)?.length ?? 0;
  return bad * 8 > text.length ? null : text;
}
