/**
 * Canonical JSON: RFC 8785 (JSON Canonicalization Scheme), and a strict reader of JSON (RFC 8259) for verification.
 * One value has exactly one canonical text, so a hash of the text is a hash of the value.
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Deeper values are refused, both ways: nothing that we sign comes near it, and a hostile file must not end the stack. */
const depthLimit = 256;

/** What is wrong with a value or text. A plain fault for values of ours; verification turns it into a verdict. */
export class JsonError extends Error {
  readonly kind = "json";
  /** UTF-16 offset in the text, -1 where a value (not a text) was refused. */
  readonly offset: number;

  constructor(message: string, offset = -1) {
    super(offset < 0 ? message : `${message} at character ${offset}`);
    this.offset = offset;
  }
}

/**
 * The canonical text of a value (RFC 8785 section 3.2): keys sorted by UTF-16 code units, numbers as ECMAScript prints
 * them, no white space. Throws `JsonError` on NaN, infinities, lone surrogates, `undefined`, functions, bigints, symbols,
 * holes, and objects that are not plain.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return writeString(value);
    case "number":
      if (!Number.isFinite(value)) throw new JsonError(`${value} has no JSON form`);
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth >= depthLimit) throw new JsonError("nested too deeply");
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      throw new JsonError(`a ${typeof value} has no JSON form`);
  }
}

function writeString(text: string): string {
  if (!text.isWellFormed()) throw new JsonError("a string holds a lone surrogate");
  return JSON.stringify(text);
}

function writeArray(list: readonly unknown[], depth: number): string {
  let out = "[";
  for (let index = 0; index < list.length; index++) {
    if (index > 0) out += ",";
    out += write(list[index], depth);
  }
  return out + "]";
}

function writeObject(object: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new JsonError("an object is not plain");
  if (Object.getOwnPropertySymbols(object).length > 0) throw new JsonError("a symbol key has no JSON form");
  let out = "{";
  // The default sort order of strings is by UTF-16 code units, which is what RFC 8785 section 3.2.3 asks for.
  for (const key of Object.keys(object).sort()) {
    if (out.length > 1) out += ",";
    out += writeString(key) + ":" + write((object as Record<string, unknown>)[key], depth);
  }
  return out + "}";
}

/**
 * Reads one JSON text strictly: RFC 8259 grammar, no duplicate keys, no lone surrogates, no number outside the range of
 * doubles, nothing after the value. Throws `JsonError`.
 */
export function parseStrictJson(text: string): JsonValue {
  const reader = new StrictReader(text);
  return reader.document();
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const spacePattern = /[ \t\n\r]*/y;

class StrictReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new JsonError("text after the value", this.#at);
    return value;
  }

  #space(): void {
    spacePattern.lastIndex = this.#at;
    spacePattern.exec(this.#text);
    this.#at = spacePattern.lastIndex;
  }

  #value(depth: number): JsonValue {
    this.#space();
    if (depth > depthLimit) throw new JsonError("nested too deeply", this.#at);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new JsonError("not a JSON value", this.#at);
    this.#at += word.length;
    return value;
  }

  #number(): number {
    numberPattern.lastIndex = this.#at;
    const match = numberPattern.exec(this.#text);
    if (!match) throw new JsonError("not a JSON value", this.#at);
    const value = Number(match[0]);
    if (!Number.isFinite(value)) throw new JsonError("a number is out of range", this.#at);
    this.#at += match[0].length;
    return value;
  }

  #string(): string {
    const quoted = this.#text.slice(this.#at, this.#endOfString());
    let value: string;
    try {
      value = JSON.parse(quoted) as string;
    } catch (error) {
      throw new JsonError(`a malformed string (${(error as Error).name})`, this.#at);
    }
    if (!value.isWellFormed()) throw new JsonError("a lone surrogate", this.#at);
    this.#at += quoted.length;
    return value;
  }

  /** The offset after the closing quote. A loop, since a pattern with alternatives runs out of stack on long strings. */
  #endOfString(): number {
    for (let at = this.#at + 1; ; at++) {
      at = this.#text.indexOf('"', at);
      if (at < 0) throw new JsonError("an unterminated string", this.#at);
      let slashes = 0;
      while (this.#text[at - 1 - slashes] === "\\") slashes++;
      if (slashes % 2 === 0) return at + 1;
    }
  }

  #array(depth: number): JsonValue[] {
    const list: JsonValue[] = [];
    this.#at++;
    if (this.#closes("]")) return list;
    for (;;) {
      list.push(this.#value(depth + 1));
      if (this.#closes("]")) return list;
      this.#expect(",");
    }
  }

  #object(depth: number): JsonObject {
    const object: Record<string, JsonValue> = {};
    this.#at++;
    if (this.#closes("}")) return object;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') throw new JsonError("a key was expected", this.#at);
      const keyAt = this.#at;
      const key = this.#string();
      if (Object.hasOwn(object, key)) throw new JsonError("a duplicate key", keyAt);
      this.#expect(":");
      const value = this.#value(depth + 1);
      // Assignment would set the prototype for the key "__proto__".
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
      if (this.#closes("}")) return object;
      this.#expect(",");
    }
  }

  #closes(mark: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    this.#space();
    if (this.#text[this.#at] !== mark) throw new JsonError(`"${mark}" was expected`, this.#at);
    this.#at++;
  }
}
