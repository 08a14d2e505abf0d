/** Project VIC (VICS 1.3 and 2.0): JSON of OData, `value` an array of media with MD5, SHA1 and a category. Read object by object. */
import { piecesOf } from "../../case/file-pieces.ts";
import type { HashRecord } from "../write-hash-set.ts";
import { recordOf } from "./columns.ts";

/** A longer object is no description of one picture. */
const longestObject = 16 << 20;

/** True where the head of a file looks like it. */
export function isProjectVic(head: string): boolean {
  return /^\s*\{/.test(head) && /"value"\s*:\s*\[/.test(head) && /"(?:MD5|SHA1|MediaID)"\s*:/i.test(head);
}

export function* projectVicRecords(file: string, onSkipped: () => void): Generator<HashRecord> {
  for (const text of objectsOf(file)) {
    const record = recordIn(text);
    if (record) yield record;
    else onSkipped();
  }
}

function recordIn(text: string): HashRecord | null {
  let media: Record<string, unknown>;
  try {
    media = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  const value = (name: string) => Object.entries(media).find(([key]) => key.toLowerCase() === name)?.[1];
  const cells = [value("md5"), value("sha1"), value("sha256")].map((cell) => (typeof cell === "string" ? cell : ""));
  const category = Number(value("category") ?? 0);
  return recordOf(cells, [0, 1, 2], Number.isInteger(category) && category >= 0 && category <= 255 ? category : 0);
}

/** The objects in the array `value`, as text. */
function* objectsOf(file: string): Generator<string> {
  const decoder = new TextDecoder("utf-8");
  const scanner = new ObjectScanner();
  let isInside = false;
  let rest = "";
  for (const piece of piecesOf(file)) {
    let text = decoder.decode(piece, { stream: true });
    if (!isInside) {
      rest += text;
      const opening = /"value"\s*:\s*\[/.exec(rest);
      if (!opening) continue;
      isInside = true;
      text = rest.slice(opening.index + opening[0].length);
      rest = "";
    }
    yield* scanner.take(text);
    if (scanner.isAtEnd) return;
  }
}

/** Cuts running text into the objects of an array, however its pieces fall. */
class ObjectScanner {
  isAtEnd = false;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  #text = "";

  *take(text: string): Generator<string> {
    let start = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < text.length; at++) {
      const char = text[at] as string;
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (char === "\\") this.#isEscaped = true;
        else if (char === '"') this.#inString = false;
        continue;
      }
      if (char === '"') this.#inString = true;
      else if (char === "{" && this.#depth++ === 0) start = at;
      else if (char === "}" && --this.#depth === 0) {
        yield this.#text + text.slice(start, at + 1);
        this.#text = "";
        start = -1;
      } else if (char === "]" && this.#depth === 0) {
        this.isAtEnd = true;
        return;
      }
    }
    if (start >= 0) this.#text = (this.#text + text.slice(start)).slice(0, longestObject);
  }
}
