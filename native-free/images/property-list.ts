/**
 * Property lists of Apple in their XML form, which describe disk images (plist 1.0 DTD). Ill-formed text is read as far as it
 * goes and what was complete by then is kept; no entity beyond the five of XML, no DTD. Not read: the binary form.
 */
import { Buffer } from "node:buffer";
import { SaxesParser } from "saxes";

export type PropertyValue =
  string | number | boolean | Uint8Array | readonly PropertyValue[] | ReadonlyMap<string, PropertyValue>;

export interface PropertyList {
  /** Of the outermost element; null where there is none. */
  readonly value: PropertyValue | null;
  /** Whether the text is well-formed and ends where it should. */
  readonly whole: boolean;
}

/** Nothing that describes an image nests deeper. */
const deepest = 32;
/** Characters that are fed at once. */
const pieceChars = 1 << 20;

interface Open {
  readonly list: PropertyValue[] | null;
  readonly map: Map<string, PropertyValue> | null;
  key: string | null;
}

class LenientParser extends SaxesParser<object> {
  broken = false;

  override fail(): this {
    this.broken = true;
    return this;
  }
}

class Builder {
  value: PropertyValue | null = null;
  readonly #open: Open[] = [];
  #text = "";
  #ignored = 0;

  open(name: string): void {
    this.#text = "";
    if (name !== "dict" && name !== "array") return;
    if (this.#ignored > 0 || this.#open.length >= deepest) {
      this.#ignored++;
      return;
    }
    const made: Open = name === "dict" ? { list: null, map: new Map(), key: null } : { list: [], map: null, key: null };
    // Put in place before it is complete, so that what a cut-off text held so far is there.
    this.#put(made.map ?? made.list!);
    this.#open.push(made);
  }

  close(name: string): void {
    if (name === "dict" || name === "array") {
      if (this.#ignored > 0) this.#ignored--;
      else this.#open.pop();
      return;
    }
    if (this.#ignored > 0) return;
    const text = this.#text;
    this.#text = "";
    const top = this.#open.at(-1);
    if (name === "key" && top) top.key = text;
    const value = valueOf(name, text);
    if (value !== null) this.#put(value);
  }

  text(text: string): void {
    this.#text += text;
  }

  #put(value: PropertyValue): void {
    const top = this.#open.at(-1);
    if (!top) this.value ??= value;
    else if (top.list) top.list.push(value);
    else if (top.key !== null && !top.map!.has(top.key)) top.map!.set(top.key, value);
  }
}

function valueOf(name: string, text: string): PropertyValue | null {
  if (name === "string" || name === "date") return text;
  if (name === "integer" || name === "real") {
    const number = Number(text.trim());
    return text.trim() === "" || !Number.isFinite(number) ? null : number;
  }
  if (name === "true" || name === "false") return name === "true";
  // Everything that is no digit of base64 is passed over.
  if (name === "data") return Buffer.from(text, "base64");
  return null;
}

/** Never throws. Memory is a small multiple of the text. */
export function parsePropertyList(bytes: Uint8Array): PropertyList {
  const text = new TextDecoder().decode(bytes);
  const parser = new LenientParser({});
  const builder = new Builder();
  let ended = false;
  parser.on("opentag", ({ name }) => builder.open(name));
  parser.on("closetag", ({ name }) => {
    builder.close(name);
    if (name === "plist") ended = true;
  });
  parser.on("text", (piece) => builder.text(piece));
  parser.on("cdata", (piece) => builder.text(piece));
  for (let at = 0; at < text.length && !ended; at += pieceChars) parser.write(text.slice(at, at + pieceChars));
  // Not closed where it is cut off: that would end its open elements as if they were complete.
  return { value: builder.value, whole: ended && !parser.broken };
}

export function entryOf(value: PropertyValue | null | undefined, key: string): PropertyValue | null {
  return value instanceof Map ? ((value as ReadonlyMap<string, PropertyValue>).get(key) ?? null) : null;
}

export function textOf(value: PropertyValue | null | undefined): string | null {
  return typeof value === "string" ? value : null;
}
