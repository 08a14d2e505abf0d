/** Many lines to standard output: gathered and written in large pieces, since a listing has hundreds of thousands. */
import { escapeForTerminal } from "../../../native-free/model/escape.ts";
import { jsonLine, type JsonValue, type Output } from "../output.ts";

/** Small enough to stay in the caches of a processor. */
const pieceLength = 1 << 16;

export class Rows {
  readonly #output: Output;
  #held = "";

  constructor(output: Output) {
    this.#output = output;
  }

  /** Without an end of line, our own words and escaped evidence text only. Nothing with `--json`. */
  line(text: string): void {
    if (!this.#output.json) this.raw(`${text}\n`);
  }

  /** A JSON line as `Output.event` writes it; nothing without `--json`. */
  event(schema: string, event: string, body: Readonly<Record<string, JsonValue>>): void {
    if (this.#output.json) this.raw(`${jsonLine({ schema, event, ...body })}\n`);
  }

  raw(text: string): void {
    this.#held += text;
    if (this.#held.length >= pieceLength) this.flush();
  }

  /** To be called at the end, and before anything else is said on standard output. */
  flush(): void {
    if (this.#held !== "") this.#output.raw(this.#held);
    this.#held = "";
  }
}

/** Printable ASCII without the backslash, which is what most paths are, needs no escape. */
const harmless = /^[ -[\]-~]*$/;

/** Evidence text made safe, without the cost where it is plain. */
export function safeText(output: Output, text: string): string {
  return harmless.test(text) ? text : output.safe(text);
}

/** The same with the backslash, which stands for itself in paths. */
const harmlessPath = /^[ -~]*$/;

/**
 * A forensic path made safe for a terminal and still one: what could act there is written %HH, as paths write everything that cannot be
 * seen, so that it can be copied and given back.
 */
export function pathText(path: string): string {
  if (harmlessPath.test(path)) return path;
  return Array.from(path, (character) => {
    if (character === "\\" || escapeForTerminal(character) === character) return character;
    return Array.from(
      Buffer.from(character, "utf8"),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join("");
  }).join("");
}
