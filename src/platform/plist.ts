/**
 * Property lists as the tools of macOS print them (Apple, plist(5) and PropertyList-1.0.dtd): dictionaries, arrays, strings,
 * numbers, booleans. Dates and data are kept as their text.
 */
import { SaxesParser } from "saxes";

export type PlistValue = string | number | boolean | PlistValue[] | { [key: string]: PlistValue };

interface Open {
  readonly value: PlistValue[] | Map<string, PlistValue>;
  key: string | null;
}

/** The value of the list. Throws Error where it is no property list; depth and names are limited by the parser's input only. */
export function parsePlist(xml: string): PlistValue {
  const open: Open[] = [];
  let root: PlistValue | undefined;
  let text = "";
  const put = (value: PlistValue): void => {
    const into = open.at(-1);
    if (!into) root = value;
    else if (Array.isArray(into.value)) into.value.push(value);
    else if (into.key === null) throw new Error("a value without a key");
    else into.value.set(into.key, value);
  };
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name }) => {
    text = "";
    if (name === "dict") open.push({ value: new Map(), key: null });
    if (name === "array") open.push({ value: [], key: null });
  });
  parser.on("text", (piece) => {
    text += piece;
  });
  parser.on("closetag", ({ name }) => {
    if (name === "key") {
      const into = open.at(-1);
      if (into) into.key = text;
    } else if (name === "dict" || name === "array") {
      const closed = open.pop()!.value;
      put(Array.isArray(closed) ? closed : Object.fromEntries(closed));
    } else if (name !== "plist") {
      put(scalarOf(name, text));
    }
    text = "";
  });
  parser.write(xml).close();
  if (root === undefined) throw new Error("no property list");
  return root;
}

function scalarOf(name: string, text: string): PlistValue {
  if (name === "true" || name === "false") return name === "true";
  return name === "integer" || name === "real" ? Number(text) : text;
}
