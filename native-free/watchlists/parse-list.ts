/**
 * Reads a watch-list: plain UTF-8 text that an officer writes by hand.
 *
 *     id: sample                       header lines first; id, version, date, title and language are required,
 *     version: 1.0                     licence, source and note may follow (source and note several times)
 *     date: 2026-11-22
 *     title: Sample
 *     language: en                     of the entries that name none; mul stands for any
 *
 *     # a comment
 *     [Tobacco]                        heading: the category of the entries below
 *     word cigarette
 *     stem zigarett @de                @ and the languages, commas between them
 *     phrase cut rag = cut tobacco     = and what it stands for
 *     code 103-79-7 # P2P              # and a comment
 *     code 1A003*                      * at the end: longer codes that begin so count too
 *     tariff 2402 20
 *     regex /lot no\. \d{6}/i          between slashes, then flags out of i, m, s
 *     phrase "A # B"                   in quotes where a text holds ` #`, ` @` or ` =`; "" is one quote
 *
 * Every line is a header, a heading, a comment, an entry or a problem with its place: nothing is passed over. All problems of a
 * file are told at once. No includes, no nesting, no weights.
 */
import { entryOf } from "./parse-entry.ts";
import type { ListProblem, ListProblemCode, WatchEntry, WatchList } from "./watch-list.ts";

const once = ["id", "version", "date", "title", "language", "licence"] as const;
const required = ["id", "version", "date", "title", "language"] as const;
const several = ["source", "note"] as const;

export const headerNames: readonly string[] = [...once, ...several];

export type ReportProblem = (code: ListProblemCode, column: number, found: string, detail?: string) => void;

export interface ParsedList {
  /** Null where there is a problem. */
  readonly list: WatchList | null;
  readonly problems: readonly ListProblem[];
}

const shapes: Readonly<Record<"id" | "version" | "language", RegExp>> = {
  id: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  version: /^\d+(?:\.\d+){0,2}$/,
  language: /^[a-z]{2,3}$/,
};

/** `fileName` is for the problems' places only. */
export function parseWatchList(text: string, fileName: string): ParsedList {
  const reading = new Reading(fileName);
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  for (const [index, line] of lines.entries()) reading.take(line, index + 1);
  return reading.result(lines.length);
}

class Reading {
  readonly #file: string;
  readonly #problems: ListProblem[] = [];
  readonly #header = new Map<string, string[]>();
  readonly #entries: WatchEntry[] = [];
  #category = "";
  #begun = false;

  constructor(file: string) {
    this.#file = file;
  }

  take(line: string, number: number): void {
    const report: ReportProblem = (code, column, found, detail = "") => {
      this.#problems.push({ code, file: this.#file, line: number, column, found, detail });
    };
    const start = line.search(/\S/);
    if (start < 0 || line[start] === "#") return;
    if (line[start] === "[") {
      this.#begun = true;
      this.#takeCategory(line, start, report);
      return;
    }
    const header = /^\s*([A-Za-z-]+)[ \t]*:(.*)$/.exec(line);
    if (header !== null) {
      this.#takeHeader(header[1] as string, header[2] as string, line, report);
      return;
    }
    this.#begun = true;
    const language = this.#header.get("language")?.[0] ?? "mul";
    const entry = entryOf(line, number, this.#category, language, report);
    if (entry !== null) this.#entries.push(entry);
  }

  #takeCategory(line: string, start: number, report: ReportProblem): void {
    const heading = /^\s*\[([^[\]]*)\]\s*(?:#.*)?$/.exec(line);
    const name = heading?.[1]?.trim() ?? "";
    if (name === "") report("category", start + 1, line.slice(start).trim());
    else this.#category = name;
  }

  #takeHeader(name: string, raw: string, line: string, report: ReportProblem): void {
    const at = line.indexOf(name) + 1;
    const value = raw.trim();
    if (!headerNames.includes(name)) return report("header-unknown", at, name);
    if (this.#begun) return report("header-late", at, name);
    if (value === "") return report("header-empty", line.length + 1, "", name);
    const before = this.#header.get(name);
    if (before !== undefined && !several.includes(name as "note")) return report("header-twice", at, name);
    this.#header.set(name, [...(before ?? []), value]);
    this.#check(name, value, line.indexOf(value, at + name.length - 1) + 1, report);
  }

  #check(name: string, value: string, column: number, report: ReportProblem): void {
    if (name === "date") {
      if (!isDay(value)) report("date", column, value);
    } else if (name === "id" || name === "version" || name === "language") {
      if (!shapes[name].test(value)) report(name, column, value);
    }
  }

  result(lines: number): ParsedList {
    const end = { file: this.#file, line: lines, column: 1, found: "" };
    for (const name of required) {
      if (!this.#header.has(name)) this.#problems.push({ code: "header-missing", ...end, line: 1, detail: name });
    }
    if (this.#entries.length === 0 && this.#problems.length === 0) {
      this.#problems.push({ code: "no-entries", ...end, detail: "" });
    }
    if (this.#problems.length > 0) return { list: null, problems: this.#problems };
    const [id, version, date, title, language] = required.map((name) => this.#header.get(name)?.[0] ?? "");
    const list: WatchList = {
      id: id as string,
      version: version as string,
      date: date as string,
      title: title as string,
      language: language as string,
      licence: this.#header.get("licence")?.[0] ?? "",
      sources: this.#header.get("source") ?? [],
      notes: this.#header.get("note") ?? [],
      entries: this.#entries,
    };
    return { list, problems: [] };
  }
}

function isDay(value: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const february = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  const days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}
