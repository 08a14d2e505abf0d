/**
 * Where words go. With `--json`: one object a line on stdout, each with `schema` and `event`, the last one a `summary`;
 * everything else goes to stderr. Without: results on stdout, progress and warnings on stderr. Evidence text is escaped
 * here and nowhere else, so that no caller can forget it.
 */
import { writeSync } from "node:fs";
import { escapeForTerminal } from "../../native-free/model/escape.ts";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface Output {
  readonly json: boolean;
  /** True where stderr is a terminal and progress bars may be drawn. */
  readonly interactive: boolean;
  /** A line of a result: stdout, or stderr under `--json`. Our own words only. */
  line(text: string): void;
  /** A line on stderr: progress and hints, nothing with --quiet. Our own words only. */
  note(text: string): void;
  /** A line on stderr that --quiet does not hide: refusals, loss, what makes a result doubtful. Our own words only. */
  warn(text: string): void;
  /** Evidence text made safe for `line` and `note`. */
  safe(evidenceText: string): string;
  /** A JSON line on stdout (nothing without `--json`). Absent values are null, never undefined. */
  event(schema: string, event: string, body: Readonly<Record<string, JsonValue>>): void;
  /** The last JSON line of a command. */
  summary(exit: number, counts: Readonly<Record<string, JsonValue>>): void;
  /** Raw bytes on stdout (CSV, completion script). */
  raw(text: string): void;
}

/** JSON for a terminal: what JSON.stringify leaves readable is escaped too (DEL, C1, bidi), still valid JSON. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** In UTF-8 of a unit of UTF-16, at most. */
const bytesPerUnit = 3;
/** Listings write megabytes in pieces: they go through one buffer, which nothing else is done with meanwhile. */
const scratch = Buffer.allocUnsafeSlow(1 << 18);

/** Writes everything or throws; a closed pipe (EPIPE) ends the process quietly, as `head` expects. */
function writeAll(descriptor: number, text: string): void {
  const isShort = text.length * bytesPerUnit <= scratch.length;
  const bytes = isShort ? scratch : Buffer.from(text, "utf8");
  const length = isShort ? scratch.write(text, "utf8") : bytes.length;
  let at = 0;
  while (at < length) {
    try {
      at += writeSync(descriptor, bytes, at, length - at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EAGAIN") continue;
      if (code === "EPIPE") process.exit(0);
      throw error;
    }
  }
}

/** Writes to standard output (1) or standard error (2). */
export type WriteText = (descriptor: 1 | 2, text: string) => void;

export function makeOutput(options: { json: boolean; quiet: boolean }, write: WriteText = writeAll): Output {
  const { json, quiet } = options;
  return {
    json,
    interactive: Boolean(process.stderr.isTTY) && !quiet,
    line: (text) => write(json ? 2 : 1, `${text}\n`),
    note: (text) => {
      if (!quiet) write(2, `${text}\n`);
    },
    warn: (text) => write(2, `${text}\n`),
    safe: escapeForTerminal,
    event: (schema, event, body) => {
      if (json) write(1, `${jsonLine({ schema, event, ...body })}\n`);
    },
    summary: (exit, counts) => {
      if (json) write(1, `${jsonLine({ schema: "vestige.summary/1", event: "summary", exit, counts })}\n`);
    },
    raw: (text) => write(1, text),
  };
}
