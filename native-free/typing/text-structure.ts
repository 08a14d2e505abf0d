/** JSON and tables, told by reading the sample as such. */

const ending = /[\s\u001a]*$/;

/** RFC 8259 object or array with at least one member; a sample cut by its end need only be a valid beginning. */
export function isJson(text: string, complete: boolean): boolean {
  if (!/^(\{\s*("|\})|\[\s*(["{[\]\-\d]|true|false|null))/.test(text)) return false;
  if (complete) {
    if (text.replace(ending, "").length < 3) return false;
    try {
      JSON.parse(text.replace(ending, ""));
      return true;
    } catch {
      return false; // JSON.parse throws only SyntaxError: it is not JSON.
    }
  }
  return isJsonPrefix(text);
}

/** One JSON object or array per line, two lines at least. */
export function isNdjson(text: string, complete: boolean): boolean {
  if (text[0] !== "{" && text[0] !== "[") return false;
  const lines = text.split(/\r?\n/);
  if (!complete) lines.pop();
  const filled = lines.filter((line) => line.trim() !== "");
  return filled.length > 1 && filled.every((line) => isJson(line, true));
}

const jsonToken =
  /\s*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;

/** Tokens of JSON in an order that JSON allows, up to where the sample ends. */
function isJsonPrefix(text: string): boolean {
  const stack: string[] = [];
  let expectsValue = true;
  let expectsKey = false;
  let seen = 0;
  jsonToken.lastIndex = 0;
  for (;;) {
    const at = jsonToken.lastIndex;
    const match = jsonToken.exec(text);
    if (!match)
      return (
        seen > 4 &&
        (text.length - at < 4096
          ? /^\s*("[^"]*|-?[\d.eE+-]*|[a-z]{0,4})$|^\s*"/.test(text.slice(at))
          : text[at] === '"')
      );
    seen++;
    const [, string, atom, mark] = match;
    if (mark === "{" || mark === "[") {
      if (!expectsValue) return false;
      stack.push(mark);
      expectsKey = mark === "{";
      expectsValue = mark === "[";
    } else if (mark === "}" || mark === "]") {
      if (stack.pop() !== (mark === "}" ? "{" : "[")) return false;
      expectsValue = expectsKey = false;
    } else if (mark === ",") {
      if (stack.length === 0 || expectsValue || expectsKey) return false;
      expectsKey = stack.at(-1) === "{";
      expectsValue = !expectsKey;
    } else if (mark === ":") {
      if (stack.at(-1) !== "{" || expectsValue) return false;
      expectsValue = true;
    } else if (expectsKey) {
      if (string === undefined) return false;
      expectsKey = false;
    } else {
      if (!expectsValue || (string === undefined && atom === undefined)) return false;
      expectsValue = false;
    }
  }
}

/**
 * The same number of fields, two at least, in every record of the sample; four records at least, or two when the fields
 * are quoted. RFC 4180 quoting. Prose with commas fails on the count.
 */
export function isCsv(text: string, delimiter: string, complete: boolean): boolean {
  if (/^\s*[[{<]/.test(text)) return false;
  const length = Math.min(text.length, csvSampleChars);
  const { records, width } = recordsOfOneWidth(
    text,
    length,
    delimiter.charCodeAt(0),
    complete && text.length <= length,
  );
  if (records < (delimiter === "\t" ? 2 : 3)) return false;
  return width >= 3 || (width === 2 && records >= 4);
}

const csvSampleChars = 32_768;
const maxRecords = 200;
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** How many records there are and their width; no record at all where two differ or one is a single field. */
function recordsOfOneWidth(text: string, length: number, delimiter: number, complete: boolean) {
  let first = 0;
  let records = 0;
  let width = 1;
  let quoted = false;
  let fieldStart = true;
  let empty = true;
  for (let at = 0; at < length && records < maxRecords; at++) {
    const unit = text.charCodeAt(at);
    if (quoted) {
      if (unit !== quote) continue;
      if (at + 1 < length && text.charCodeAt(at + 1) === quote) at++;
      else quoted = false;
      continue;
    }
    if (unit === quote && fieldStart) quoted = true;
    fieldStart = unit === delimiter || unit === lineFeed;
    if (unit === delimiter) width++;
    if (unit === lineFeed) {
      if (!empty) {
        // Most texts are no table and show it in their first lines.
        if (width < 2 || (records > 0 && width !== first)) return { records: 0, width: 0 };
        first = width;
        records++;
      }
      width = 1;
      empty = true;
    } else if (unit !== carriageReturn) empty = false;
  }
  if (!empty && complete) {
    if (records > 0 && width !== first) return { records: 0, width: 0 };
    first = width;
    records++;
  }
  return { records, width: first };
}
