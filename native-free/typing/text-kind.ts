/** Dialects of text, told by content alone. An ordered table: the first test that holds names the type. */
import { jsonKind, jsonLinesKind } from "./json-kind.ts";
import { logKind } from "./log-kind.ts";
import { isCsv, isJson, isNdjson } from "./text-structure.ts";
import { xmlKind } from "./xml-kind.ts";

/** `text` is the decoded head without mark; `trimmed` the same without leading white space. */
interface Sample {
  readonly text: string;
  readonly trimmed: string;
  /** The sample is the whole file. */
  readonly complete: boolean;
}

type Test = (sample: Sample) => string | null;

const interpreters: readonly (readonly [RegExp, string])[] = [
  [/\b(ba|z|k|c|da|fi)?sh\b/, "shell"],
  [/\bpython[\d.]*\b/, "python"],
  [/\bperl[\d.]*\b/, "perl"],
  [/\bruby[\d.]*\b/, "ruby"],
  [/\bphp[\d.]*\b/, "php"],
  [/\b(node|deno|bun)(js)?\b/, "javascript"],
];

const starts: readonly (readonly [RegExp, string])[] = [
  [/^WEBVTT(?:[ \t\r\n]|$)/, "webvtt"],
  [/^BEGIN:VCARD\r?\n/i, "vcard"],
  [/^BEGIN:VCALENDAR\r?\n/i, "icalendar"],
  [/^-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK/, "pgp-armor-keys"],
  [/^-----BEGIN PGP SIGNED MESSAGE/, "pgp-signed"],
  [/^-----BEGIN PGP SIGNATURE/, "pgp-signature"],
  [/^-----BEGIN PGP (MESSAGE|ARMORED FILE)/, "pgp-armor"],
  [/^-----BEGIN [A-Z0-9 ]+-----\r?\n/, "pem"],
  [/^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-\S+|sk-\S+@openssh\.com) AAAA/, "ssh-public-key"],
  [/^Windows Registry Editor Version 5\.00|^REGEDIT4\r?\n/, "reg"],
  [/^\[InternetShortcut\]\r?\n/i, "url-shortcut"],
  [/^\[Desktop Entry\]\r?\n/, "desktop-entry"],
  [/^\[playlist\]\r?\n/i, "pls"],
  [/^#EXTM3U/, "m3u"],
  [/^ID;P[A-Z0-9]/, "sylk"],
  [/^TABLE\r?\n0,1\r?\n/, "dif"],
  [/^\s*0\r?\n\s*SECTION\r?\n\s*2\r?\n/, "dxf"],
  [/^solid .*\r?\n\s*facet normal /, "stl"],
  [/^\/\* XPM \*\//, "xpm"],
  [/^#define \w+_width \d+\r?\n#define \w+_height \d+/, "xbm"],
  [/^\$(GP|GN|GL)[A-Z]{3},[^*\n]*\*[0-9A-F]{2}\r?\n/, "gpx-nmea"],
  [/^(version: 1\r?\n\s*)?dn:{1,2} /, "ldif"],
  [/^:[0-9A-F]{8}[0-9A-F]*[0-9A-F]{2}\r?\n(:[0-9A-F]{10,}\r?\n)+/, "intel-hex"],
  [/^S0[0-9A-F]{6,}\r?\nS[1235]/, "srec"],
  [/^(diff --git |Index: .*\r?\n=+|--- \S.*\r?\n\+\+\+ \S)/, "diff"],
  [/^\d+\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> \d\d:\d\d:\d\d[,.]\d{3}/, "subrip"],
  [/^(REM .*\r?\n)*(FILE|TITLE|PERFORMER) ".*(\r?\n.*)*\r?\n\s*TRACK \d\d /, "cue"],
  [/^%YAML |^---\r?\n\s*[\w"'-]+:(\s|$)/, "yaml"],
];

const tests: readonly Test[] = [
  ({ text }) => (text.startsWith("#!") ? scriptKind(text) : null),
  ({ text, trimmed }) => {
    const isTrimmed = trimmed.length === text.length;
    for (const [pattern, id] of starts) if (pattern.test(text) || (!isTrimmed && pattern.test(trimmed))) return id;
    return null;
  },
  ({ trimmed }) => (/^<\?php[\s]/i.test(trimmed) || /^<\?(?!xml)\s/i.test(trimmed) ? "php" : null),
  ({ trimmed }) => (/^<%[@=\s]/.test(trimmed) ? "asp" : null),
  ({ trimmed }) => xmlKind(trimmed),
  ({ trimmed }) => (isHtml(trimmed) ? "html" : null),
  ({ text }) => logKind(text),
  ({ text }) => mailKind(text),
  ({ trimmed }) => (isTrafficRecording(trimmed) ? "har" : null),
  ({ trimmed, complete }) => {
    if (isNdjson(trimmed, complete)) return jsonLinesKind(trimmed) ?? "ndjson";
    return isJson(trimmed, complete) ? (jsonKind(trimmed) ?? "json") : null;
  },
  ({ text }) => (isWhatsapp(text) ? "whatsapp-export" : null),
  ({ trimmed }) => sourceKind(trimmed),
  ({ text, complete }) =>
    isCsv(text, ",", complete) || isCsv(text, ";", complete) ? "csv" : isCsv(text, "\t", complete) ? "tsv" : null,
];

/** The dialect, or `text`. */
export function textKind(text: string, complete: boolean): string {
  const sample: Sample = { text, trimmed: text.replace(/^[\s\ufeff]+/, ""), complete };
  for (const test of tests) {
    const id = test(sample);
    if (id) return id;
  }
  return "text";
}

function scriptKind(text: string): string {
  const line = text.slice(0, 256).split(/\r?\n/, 1)[0]!;
  for (const [pattern, id] of interpreters) if (pattern.test(line)) return id;
  return /^#!\s*\//.test(line) ? "script" : "text";
}

/** A doctype, or one of the elements that only HTML opens with, before any other words. */
function isHtml(trimmed: string): boolean {
  const head = trimmed.slice(0, 4096).replace(/^(\s*<!--[\s\S]*?-->)+\s*/, "");
  if (/^<!doctype\s+html/i.test(head)) return true;
  if (/^<(html|head|title|body|script|style|iframe|frameset|table|meta|link)(\s[^<]*)?>/i.test(head)) return true;
  // A fragment: it opens with an element or a stray comment end, and closes three kinds of element.
  if (/^(<|-->)/.test(head)) {
    const closed = new Set(
      head.match(/<\/(html|head|body|div|p|h[1-6]|ul|ol|li|table|tr|td|a|script|form|section|span)>/gi),
    );
    if (closed.size >= 3) return true;
  }
  return (
    /^<(div|p|h[1-6]|a|b|br|ul|center|font|span)(\s[^<]*)?>/i.test(head) &&
    /<\/(div|p|h[1-6]|a|b|ul|center|font|span)>/i.test(head)
  );
}

/** RFC 5322 4.5 allowed blanks before the colon. */
const headerLine = /^[!-9;-~]+[ \t]*:/;
const knownHeaders =
  /^(Return-Path|Received|Delivered-To|From|To|Cc|Bcc|Date|Subject|Message-ID|MIME-Version|Content-Type|Content-Transfer-Encoding|Reply-To|Sender|X-[\w-]+|DKIM-Signature|ARC-[\w-]+|Authentication-Results|References|In-Reply-To|Importance|Priority|Thread-[\w-]+|List-[\w-]+|Organization|User-Agent|Envelope-to|Delivery-date|Newsgroups|Path|Xref|Lines|Status|Snapshot-Content-Location)[ \t]*:/i;
const telling =
  /^(Return-Path|Received|Delivered-To|From|Date|Subject|Message-ID|MIME-Version|To|Envelope-to|Newsgroups|DKIM-Signature)[ \t]*:/i;

/** RFC 5322 headers: at least three known ones of which two are telling, nothing but headers before the blank line. */
function mailKind(text: string): string | null {
  if (/^From \S+@?\S*( [^\r\n]+)?\r?\n[!-9;-~]+:/.test(text)) {
    return mailKind(text.slice(text.indexOf("\n") + 1)) ? "mbox" : null;
  }
  const emlx = /^\d+ *\n(?=[\w-]+:)/.exec(text);
  if (emlx && mailKind(text.slice(emlx[0].length)) === "eml") return "emlx";
  // The first line decides for nearly all other texts.
  if (!/^[!-9;-~]+[ \t]{0,20}:/.test(text)) return null;
  const names = new Set<string>();
  const lines = text.slice(0, 16_384).split(/\r\n|\n|\r/);
  let known = 0;
  let tellingCount = 0;
  let strays = 0;
  let header = "";
  for (const [index, line] of lines.entries()) {
    if (line === "") break;
    if (/^[ \t]/.test(line) && index > 0) {
      header += line;
      continue;
    }
    if (!headerLine.test(line)) {
      if (index === lines.length - 1) break;
      if (++strays > 2) return null;
      continue;
    }
    header += `\n${line}`;
    if (knownHeaders.test(line)) known++;
    if (telling.test(line) && !names.has(line.slice(0, 8))) tellingCount++;
    names.add(line.slice(0, 8));
  }
  // Word and browsers save pages with next to no header.
  const isRelated = /^Content-Type: *multipart\/related/im.test(header) && !addressed.test(header);
  if (isRelated && /^MIME-Version:/im.test(header)) return "webarchive-mht";
  // Damaged headers hold a stray line; prose with colons in it holds more of them than fields.
  const least = strays > 0 ? 4 : 2;
  if (known < least || tellingCount < least) return null;
  if (savedPage.test(header) && !/^Received:/im.test(header)) return "webarchive-mht";
  return "eml";
}

/** Fields that messages have and saved pages do not. */
const addressed = /^(To|Cc|Bcc|Received|Message-ID|Delivered-To|Return-Path):/im;
const savedPage = /^(Snapshot-Content-Location:|From: *<?Saved by )/im;

/** HAR 1.2: an object `log` that begins with its version, creator or entries. */
function isTrafficRecording(trimmed: string): boolean {
  const head = trimmed.slice(0, 4096);
  return /^\{\s*"log"\s*:\s*\{\s*"(version|creator|browser|pages|entries|comment)"\s*:/.test(head);
}

/** Mail whose body is no text: only the header must be. Null for all other bytes. */
export function mailWithBinaryBody(head: Uint8Array): string | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 16_384)).toString("latin1");
  if (!/^([!-9;-~]+[ \t]{0,20}:|From \S|\d+ *\n)/.test(text)) return null;
  const end = /\n\r?\n/.exec(text);
  if (!end) return null;
  const header = text.slice(0, end.index + 1);
  return /[\0-\u0008\u000e-\u001a\u001c-\u001f]/.test(header) ? null : mailKind(header);
}

/** Exported chats: bracketed or dashed date, time, name, colon, in most of the first lines. */
function isWhatsapp(text: string): boolean {
  const lines = text
    .slice(0, 4096)
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .slice(0, 12);
  if (lines.length < 3) return false;
  const stamped =
    /^\u200e?\[?\d{1,2}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}:\d\d(:\d\d)?( ?[APap]\.?[Mm]\.?)?\]?( -)? [^:]{1,60}: /;
  return lines.filter((line) => stamped.test(line)).length * 3 >= lines.length * 2;
}

/** Programming languages only where a line can hardly be anything else. */
function sourceKind(trimmed: string): string | null {
  const head = trimmed.slice(0, 4096);
  if (/^@echo off\b/im.test(head.slice(0, 400))) return "batch";
  if (/^\\document(class|style)[[{]|^\\begin\{document\}/m.test(head)) return "latex";
  if (/^\s*#\s*include\s*[<"][\w./+-]+[>"]/m.test(head)) return "c-source";
  if (
    /^package [\w.]+;\s*$/m.test(head) &&
    /^(import [\w.*]+;|(public |final |abstract )*(class|interface|enum) \w+)/m.test(head)
  )
    return "java-source";
  return dataKind(head);
}

// No alternative of a repeated group may begin as another does: a text of comments would take years.
const sqlStart =
  /^(?:(?:CREATE|DROP|ALTER) (?:TABLE|DATABASE|INDEX|VIEW|SCHEMA|TEMP)\b|INSERT INTO \S+|BEGIN TRANSACTION;|PRAGMA \w+ ?=|SET (?:statement_timeout|NAMES|SQL_MODE))/i;
const cssStart =
  /^(?:\s|@(?:charset|import) [^;\n]+;)*[@.#*:[\w][^{}<>;="]{0,200}\{\s*(?:--)?[a-z-]+\s*:\s*[^;{}\n]+;[^{}]*\}/;
const objLine = /^(?:#.*|(?:v|vn|vt) -?[\d.]+ -?[\d.]+.*|(?:o|g|usemtl|mtllib|s) \S.*|f \d+[\d/]* \d+.*|\s*)$/;

/** Statements of SQL, style sheets, models of points and faces, settings in sections. */
function dataKind(head: string): string | null {
  const plain = head.replaceAll(/\/\*[\s\S]*?\*\//g, " ");
  if (sqlStart.test(plain.replaceAll(/^--[^\n]*$/gm, "").trimStart())) return "sql";
  if (cssStart.test(plain)) return "css";
  const lines = head.split(/\r?\n/);
  lines.pop();
  if (
    lines.filter((line) => /^v -?[\d.]+ -?[\d.]+ -?[\d.]+/.test(line)).length > 2 &&
    lines.every((line) => objLine.test(line))
  )
    return "obj";
  return isIni(lines) ? "ini" : null;
}

/** Sections in brackets, and nothing but settings and comments below them. */
function isIni(lines: readonly string[]): boolean {
  const filled = lines.filter((line) => !/^\s*(?:[;#].*)?$/.test(line));
  const settings = filled.filter((line) => /^[ \t]*[\w .@$%*\\/:{}"-]{1,80}?[ \t]*=/.test(line)).length;
  const sections = filled.filter((line) => /^\[[^\][\n]{1,120}\]\s*$/.test(line)).length;
  return settings > 0 && /^\[[^\][\n]{1,120}\]\s*$/.test(filled[0] ?? "") && settings + sections === filled.length;
}
