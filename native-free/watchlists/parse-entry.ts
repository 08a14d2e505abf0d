/** One entry line of a watch-list: mode, text, languages, label, comment. The format is in `parse-list.ts`. */
import { RE2JS } from "re2js";
import { tokensOf } from "../model/fold.ts";
import type { ReportProblem } from "./parse-list.ts";
import { matchModes, type MatchMode, type WatchEntry } from "./watch-list.ts";

/** Shortest folded stem and shortest code: shorter ones would hit everywhere. */
const leastStem = 3;
const leastCode = 3;
const mostTariffDigits = 10;
const leastTariffDigits = 4;

const oneWord = /^[\p{L}\p{N}\p{M}\p{Co}\u00ad\u200c\u200d'’]+$/u;

interface Value {
  readonly text: string;
  /** Column of its first character, from 1. */
  readonly column: number;
  readonly flags: string;
  /** What stands behind it. */
  readonly tail: string;
}

interface Tail {
  readonly languages: readonly string[];
  readonly label: string;
  readonly comment: string;
}

/** Null where a problem was reported. */
export function entryOf(
  line: string,
  number: number,
  category: string,
  language: string,
  report: ReportProblem,
): WatchEntry | null {
  const start = line.search(/\S/);
  const name = /^\S+/.exec(line.slice(start))?.[0] ?? "";
  const mode = matchModes.find((known) => known === name);
  if (mode === undefined) {
    report("mode", start + 1, name);
    return null;
  }
  const rest = line.slice(start + name.length);
  const gap = rest.search(/\S/);
  if (gap < 0 || (rest[gap] === "#" && gap > 0)) {
    report("text-missing", gap < 0 ? line.length + 1 : start + name.length + gap + 1, gap < 0 ? "" : rest.slice(gap));
    return null;
  }
  const at = start + name.length + gap;
  const value = mode === "regex" ? regexValue(line, at, report) : plainValue(line, at, report);
  if (value === null) return null;
  const tail = tailOf(value.tail, line.length - value.tail.length, report);
  const code = mode === "code" && value.text.endsWith("*");
  const text = code ? value.text.slice(0, -1).trimEnd() : value.text;
  if (!checks[mode]({ ...value, text }, report) || tail === null) return null;
  const languages = tail.languages.length > 0 ? tail.languages : [language];
  const { flags } = value;
  return {
    mode,
    text,
    prefix: code,
    flags,
    languages,
    category,
    label: tail.label,
    comment: tail.comment,
    line: number,
  };
}

function plainValue(line: string, at: number, report: ReportProblem): Value | null {
  if (line[at] === '"') {
    const quoted = /^"((?:[^"]|"")*)"(?=\s|$)/.exec(line.slice(at));
    if (quoted === null) {
      report("quote-open", at + 1, line.slice(at));
      return null;
    }
    const text = (quoted[1] as string).replaceAll('""', '"').trim();
    if (text === "") report("text-missing", at + 1, quoted[0]);
    return text === "" ? null : { text, column: at + 2, flags: "", tail: line.slice(at + quoted[0].length) };
  }
  const rest = line.slice(at);
  const end = /\s(?:@\S|=(?:\s|$)|#)/.exec(rest)?.index ?? rest.length;
  return { text: rest.slice(0, end).trim(), column: at + 1, flags: "", tail: rest.slice(end) };
}

function regexValue(line: string, at: number, report: ReportProblem): Value | null {
  if (line[at] !== "/") {
    report("regex-start", at + 1, line.slice(at));
    return null;
  }
  let end = at + 1;
  while (end < line.length && line[end] !== "/") end += line[end] === "\\" ? 2 : 1;
  if (end >= line.length) {
    report("regex-end", line.length + 1, "");
    return null;
  }
  const flags = /^\S*/.exec(line.slice(end + 1))?.[0] ?? "";
  if (!/^(?!.*(.).*\1)[ims]*$/.test(flags)) {
    report("regex-flags", end + 2, flags);
    return null;
  }
  return { text: line.slice(at + 1, end), column: at + 2, flags, tail: line.slice(end + 1 + flags.length) };
}

/** `offset`: where the tail begins in its line. */
function tailOf(tail: string, offset: number, report: ReportProblem): Tail | null {
  const parts = /^(?:\s+@(\S+))?(?:\s+=((?:\s(?:(?!\s#).)*?)?))?(?:\s+#\s*(.*?))?\s*$/.exec(tail);
  if (parts === null) {
    const at = Math.max(0, tail.search(/\S/));
    report("tail", offset + at + 1, tail.slice(at).trim());
    return null;
  }
  const [, named = "", label, comment = ""] = parts;
  const languages = named === "" ? [] : named.split(",");
  const wrong = languages.find((code) => !/^[a-z]{2,3}$/.test(code));
  if (wrong !== undefined) {
    report("language", offset + tail.indexOf(named) + 1, named);
    return null;
  }
  if (label?.trim() === "") {
    report("label-empty", offset + tail.length + 1, "");
    return null;
  }
  return { languages, label: label?.trim() ?? "", comment };
}

type Check = (value: Value, report: ReportProblem) => boolean;

const checks: Readonly<Record<MatchMode, Check>> = {
  word: isWord,
  stem: (value, report) => {
    if (!isWord(value, report)) return false;
    if (tokensOf(value.text).join("").length >= leastStem) return true;
    report("stem", value.column, value.text);
    return false;
  },
  phrase: ({ text, column }, report) => {
    if (tokensOf(text).length > 1) return true;
    report("phrase", column, text);
    return false;
  },
  code: ({ text, column }, report) => {
    const characters = codeCharacters(text);
    if (characters.length >= leastCode && /^[a-z0-9]+$/.test(characters)) return true;
    report("code", column, text);
    return false;
  },
  tariff: ({ text, column }, report) => {
    const digits = codeCharacters(text);
    const { length } = digits;
    if (/^\d+$/.test(digits) && length >= leastTariffDigits && length <= mostTariffDigits) return true;
    report("tariff", column, text);
    return false;
  },
  regex: checkRegex,
};

/** The letters and digits of a code, lower case; what else it holds but separators stays and makes it wrong. */
export function codeCharacters(text: string): string {
  return text.toLowerCase().replaceAll(/[ .\-/_:,]/g, "");
}

function isWord({ text, column }: Value, report: ReportProblem): boolean {
  if (oneWord.test(text) && tokensOf(text).length > 0 && !tokensOf(text).some((token) => token.length > 500)) {
    // Several tokens come of one word only in scripts that write no spaces.
    if (tokensOf(text).length === 1 || !/['’]/.test(text)) return true;
  }
  report("word", column, text);
  return false;
}

/** A regex of a list as the engine takes it: its flags in front. */
export function regexSource(text: string, flags: string): string {
  return flags === "" ? text : `(?${flags})${text}`;
}

function checkRegex({ text, column, flags }: Value, report: ReportProblem): boolean {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(regexSource(text, flags));
  } catch (error) {
    const { error: what, input } = error as { error?: string; input?: string | null };
    if (what === undefined) throw error;
    const at = input == null ? -1 : text.indexOf(input);
    report("regex-syntax", column + Math.max(0, at), input ?? text, what);
    return false;
  }
  const empty = ["", "a b", "1 .\n"].some((sample) => {
    const matcher = compiled.matcher(sample);
    return matcher.find() && matcher.start() === matcher.end();
  });
  if (empty) report("regex-empty", column, text);
  return !empty;
}
