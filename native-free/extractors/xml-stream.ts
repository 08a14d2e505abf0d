/**
 * XML 1.0 as a stream of events, with saxes: no DTD, no entities beyond the five, no recursion. Ill-formed input is read
 * on as far as it makes sense, and the first problem is kept. UTF-8, UTF-16 by byte order mark, else as declared.
 */
import { SaxesParser } from "saxes";

/** Attribute values by name; a name without prefix also finds a prefixed one. */
export interface XmlAttributes {
  get(name: string): string | null;
}

export interface XmlHandler {
  /** `local` is the name without its prefix, `name` the whole. */
  open(local: string, attributes: XmlAttributes, name: string): void;
  close(local: string, name: string): void;
  text(text: string): void;
}

/** Keeps the first problem and reads on. Making an error of every one would cost most of the time on damaged input. */
class LenientParser extends SaxesParser<object> {
  problem: string | null = null;

  override fail(message: string): this {
    this.problem ??= problemOf(message);
    return this;
  }
}

/** Feeds bytes to a handler, piece by piece. */
export class XmlStream {
  readonly #parser = new LenientParser({});
  #decoder: InstanceType<typeof TextDecoder> | null = null;
  #hasDoctype = false;

  constructor(handler: XmlHandler) {
    const parser = this.#parser;
    parser.on("doctype", () => {
      this.#hasDoctype = true;
    });
    parser.on("opentag", (tag) => {
      handler.open(localOf(tag.name), new Attributes(tag.attributes), tag.name);
    });
    parser.on("closetag", (tag) => handler.close(localOf(tag.name), tag.name));
    parser.on("text", (text) => handler.text(text));
    parser.on("cdata", (text) => handler.text(text));
  }

  /** A short technical word for the first thing that is not well-formed; null while there is none. */
  get problem(): string | null {
    return this.#parser.problem;
  }

  get hasDoctype(): boolean {
    return this.#hasDoctype;
  }

  write(bytes: Uint8Array): void {
    this.#decoder ??= new TextDecoder(encodingOf(bytes));
    this.#parser.write(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Ends the document; open elements are reported as a problem. */
  close(): void {
    const rest = this.#decoder?.decode() ?? "";
    if (rest !== "") this.#parser.write(rest);
    this.#parser.close();
  }
}

class Attributes implements XmlAttributes {
  readonly #values: Readonly<Record<string, string>>;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = values;
  }

  get(name: string): string | null {
    if (Object.hasOwn(this.#values, name)) return this.#values[name] ?? null;
    if (name.includes(":")) return null;
    for (const key in this.#values) {
      if (key.at(-name.length - 1) === ":" && key.endsWith(name)) return this.#values[key] ?? null;
    }
    return null;
  }
}

function localOf(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  if (head[0] === 0x3c && head[1] === 0) return "utf-16le";
  if (head[0] === 0 && head[1] === 0x3c) return "utf-16be";
  const start = new TextDecoder("latin1").decode(head.subarray(0, 200));
  const declared = /^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(start)?.[1] ?? "utf-8";
  return isKnownEncoding(declared) ? declared : "utf-8";
}

function isKnownEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    // A declaration that can be read as bytes cannot be UTF-16 as it claims.
    return !/^(utf-?16|ucs-?2|iso-10646)/i.test(label);
  } catch {
    // An unknown label: the bytes are read as UTF-8, XML's own default.
    return false;
  }
}

/** The parser's messages quote evidence; only what kind of problem it is goes on. */
function problemOf(message: string): string {
  if (/unclosed tag|unexpected end/.test(message)) return "unclosed";
  if (/unmatched closing tag|unexpected close/.test(message)) return "tags";
  if (/entity/.test(message)) return "entity";
  if (/attribute/.test(message)) return "attribute";
  if (/disallowed character|character/.test(message)) return "character";
  if (/must contain a root|text data outside/.test(message)) return "root";
  return "syntax";
}
