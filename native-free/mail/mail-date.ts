/** Dates of mail (RFC 5322 3.3 with the old forms of 4.3, RFC 850, asctime) as ISO 8601 with the zone that they give. */

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** RFC 5322 4.3; all other letters say nothing of the zone. */
const zones: Readonly<Record<string, string>> = {
  ut: "Z",
  utc: "Z",
  gmt: "Z",
  z: "Z",
  est: "-05:00",
  edt: "-04:00",
  cst: "-06:00",
  cdt: "-05:00",
  mst: "-07:00",
  mdt: "-06:00",
  pst: "-08:00",
  pdt: "-07:00",
};

const time = String.raw`(\d{1,2})\s*[:.]\s*(\d{1,2})(?:\s*[:.]\s*(\d{1,2})(?:[.,]\d+)?)?(?:\s*([AaPp])\.?[Mm]\.?)?`;
const zone = String.raw`(?:\s*([+-]\s?\d{1,2}:?\d{2}|[A-Za-z]{1,5}))?`;
const dayFirst = new RegExp(
  String.raw`^(?:[A-Za-z]{2,9}\.?,?\s*)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?,?[\s-]+(\d{2,4})(?:,?\s+${time}${zone})?`,
);
const monthFirst = new RegExp(
  String.raw`^(?:[A-Za-z]{3,9}\.?,?\s+)?([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(?:(\d{4}),?\s+)?${time}${zone}(?:\s+(\d{4}))?`,
);
const isoForm = new RegExp(String.raw`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T\s]+${time}${zone}`);

/** Null for what is no date of the calendar between 1970 and 2100. */
export function mailDate(raw: string): string | null {
  const text = raw
    .replaceAll(/\([^()]*\)/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const day = dayFirst.exec(text);
  if (day) return assemble(day[3]!, monthNumber(day[2]!), day[1]!, day.slice(4));
  const month = monthFirst.exec(text);
  if (month) return assemble(month[9] ?? month[3] ?? "", monthNumber(month[1]!), month[2]!, month.slice(4));
  const iso = isoForm.exec(text);
  return iso ? assemble(iso[1]!, Number(iso[2]), iso[3]!, iso.slice(4)) : null;
}

function monthNumber(name: string): number {
  return months.indexOf(name.toLowerCase()) + 1;
}

function assemble(
  yearText: string,
  month: number,
  dayText: string,
  clock: readonly (string | undefined)[],
): string | null {
  const [hourText, minuteText, secondText, half, zoneText] = clock;
  const year = fullYear(yearText);
  const day = Number(dayText);
  if (year < 1970 || year > 2100 || month < 1 || month > 12 || day < 1) return null;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const date = `${year}-${pad(month)}-${pad(day)}`;
  if (hourText === undefined || minuteText === undefined) return date;
  const hour = half === undefined ? Number(hourText) : (Number(hourText) % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  const [minute, second] = [Number(minuteText), Number(secondText ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) return null;
  const seconds = secondText === undefined ? "" : `:${pad(second)}`;
  return `${date}T${pad(hour)}:${pad(minute)}${seconds}${zoneOf(zoneText)}`;
}

/** Two and three digits as RFC 5322 4.3 reads them. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year + (year < 50 ? 2000 : 1900);
  return text.length === 3 ? year + 1900 : year;
}

/** `-0000` is UTC of a place that is not told (RFC 5322 3.3). */
function zoneOf(text: string | undefined): string {
  if (text === undefined) return "";
  const named = zones[text.toLowerCase()];
  if (named !== undefined) return named;
  const digits = /^([+-])\s?(\d{1,2}):?(\d{2})$/.exec(text);
  if (!digits || Number(digits[2]) > 23 || Number(digits[3]) > 59) return "";
  const offset = `${digits[1]}${digits[2]!.padStart(2, "0")}:${digits[3]}`;
  return offset === "-00:00" ? "Z" : offset;
}

const pad = (value: number): string => String(value).padStart(2, "0");
