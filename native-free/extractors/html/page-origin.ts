/**
 * Where a saved page came from, as the programs that save pages write it: HTTrack, Internet Explorer and Chromium ("saved
 * from url"), SingleFile, the Wayback Machine, ScrapBook. The forms are those of the programs; no specification has them.
 */
import { isoDate } from "../plausible.ts";

export interface PageOrigin {
  readonly url: string | null;
  /** ISO 8601. */
  readonly captured: string | null;
  readonly source: string;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** What a comment says; null where it says nothing of the kind. */
export function originOfComment(comment: string): PageOrigin | null {
  const text = comment.slice(0, 8192).trim();
  const mirrored =
    /^Mirrored from (\S+) by HTTrack Website Copier\/\S+ \[[^\]]*\],? ?([A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)?/.exec(
      text,
    );
  if (mirrored) {
    return { url: mirrored[1] ?? null, captured: mirrored[2] ? isoDate(mirrored[2]) : null, source: "httrack" };
  }
  const saved = /^saved from url=\(\d{4}\)(\S+)/i.exec(text);
  if (saved) return { url: saved[1] ?? null, captured: null, source: "saved-from" };
  if (/^Page saved with SingleFile/i.test(text)) {
    const date = /^\s*saved date:\s*(.+)$/im.exec(text)?.[1];
    return {
      url: /^\s*url:\s*(\S+)/im.exec(text)?.[1] ?? null,
      captured: date === undefined ? null : scriptDate(date),
      source: "singlefile",
    };
  }
  const archived = /FILE ARCHIVED ON (\d\d:\d\d:\d\d) ([A-Z][a-z]{2}) (\d{1,2}), (\d{4})/.exec(text);
  if (!archived) return null;
  return {
    url: null,
    captured: isoDate(`${archived[3]} ${archived[2]} ${archived[4]} ${archived[1]} GMT`),
    source: "wayback",
  };
}

/** ScrapBook keeps them in attributes of the root element. */
export function originOfRoot(attributes: Readonly<Record<string, string>>): PageOrigin | null {
  const url = attributes["data-scrapbook-source"];
  if (url === undefined) return null;
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(attributes["data-scrapbook-create"] ?? "");
  const captured = digits ? isoDate(`${digits.slice(1, 4).join("-")}T${digits.slice(4, 7).join(":")}Z`) : null;
  return { url, captured, source: "scrapbook" };
}

/** `Tue Mar 05 2024 10:00:00 GMT+0100 (…)`, as scripts print dates. */
function scriptDate(text: string): string | null {
  const match = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d)(?: GMT([+-]\d{4}))?/.exec(text.trim());
  const month = match ? MONTHS.indexOf(match[1]!.toLowerCase()) + 1 : 0;
  if (!match || month === 0) return isoDate(text);
  return isoDate(`${match[3]}-${String(month).padStart(2, "0")}-${match[2]}T${match[4]}${match[5] ?? ""}`);
}
