/** VS_VERSIONINFO (Microsoft, "Version Information"): every string of every language, the fixed numbers where no string has them. */
import type { Extraction } from "../../model/extraction.ts";
import type { FieldName } from "../../model/fields.ts";
import { textField } from "./program-run.ts";

const names: Readonly<Record<string, FieldName>> = {
  CompanyName: "company",
  FileDescription: "description",
  FileVersion: "fileVersion",
  InternalName: "internalName",
  LegalCopyright: "copyright",
  OriginalFilename: "originalName",
  ProductName: "productName",
  ProductVersion: "productVersion",
  Comments: "comment",
};

const fixedSignature = 0xfeef_04bd;
const deepest = 4;
const mostNodes = 4096;

interface Node {
  readonly key: string;
  readonly value: Uint8Array;
  readonly isText: boolean;
  readonly children: readonly Node[];
}

export function* versionExtractions(bytes: Uint8Array): Generator<Extraction> {
  const root = nodeAt(Buffer.from(bytes), 0, bytes.length, 0, { left: mostNodes }).node;
  if (!root) return;
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const table of root.children.filter(({ key }) => key === "StringFileInfo").flatMap(({ children }) => children)) {
    for (const { key, value } of table.children) {
      const text = wide(value);
      if (text.trim() === "") continue;
      lines.push(`${key}: ${text}`);
      const field = names[key];
      if (!field || seen.has(`${field} ${text}`)) continue;
      seen.add(`${field} ${text}`);
      yield* textField(field, text, `version ${/^[0-9A-Fa-f]{8}$/.test(table.key) ? table.key.toLowerCase() : "?"}`);
    }
  }
  const has = (name: FieldName): boolean => [...seen].some((each) => each.startsWith(`${name} `));
  const fixed = fixedNumbers(root.value);
  if (fixed && !has("fileVersion")) yield* textField("fileVersion", fixed.file, "version");
  if (fixed && !has("productVersion")) yield* textField("productVersion", fixed.product, "version");
  if (lines.length > 0) yield { what: "text", label: "version", text: `${lines.join("\n")}\n` };
}

function fixedNumbers(value: Uint8Array): { file: string; product: string } | null {
  if (value.length < 24) return null;
  const bytes = Buffer.from(value);
  if (bytes.readUInt32LE(0) !== fixedSignature) return null;
  const four = (at: number): string => [at + 2, at, at + 6, at + 4].map((place) => bytes.readUInt16LE(place)).join(".");
  return { file: four(8), product: four(16) };
}

const wide = (value: Uint8Array): string =>
  Buffer.from(value.subarray(0, value.length & ~1))
    .toString("utf16le")
    .replace(/\0[^]*$/, "")
    .toWellFormed();

/** Length, length of the value (in units where it is text), kind, key; value and children at multiples of four. */
function nodeAt(
  bytes: Buffer,
  at: number,
  end: number,
  depth: number,
  budget: { left: number },
): { node: Node | null; next: number } {
  if (at + 6 > end || depth > deepest || budget.left-- <= 0) return { node: null, next: end };
  const length = bytes.readUInt16LE(at);
  const stop = Math.min(end, at + length);
  if (length < 6) return { node: null, next: end };
  const isText = bytes.readUInt16LE(at + 4) === 1;
  let keyEnd = at + 6;
  while (keyEnd + 2 <= stop && bytes.readUInt16LE(keyEnd) !== 0) keyEnd += 2;
  const key = bytes.toString("utf16le", at + 6, Math.min(keyEnd, stop));
  const valueAt = Math.min(stop, (keyEnd + 2 + 3) & ~3);
  const valueBytes = bytes.readUInt16LE(at + 2) * (isText ? 2 : 1);
  const valueEnd = Math.min(stop, valueAt + valueBytes);
  const children: Node[] = [];
  for (let place = (valueEnd + 3) & ~3; place + 6 <= stop;) {
    const { node, next } = nodeAt(bytes, place, stop, depth + 1, budget);
    if (node) children.push(node);
    place = Math.max(place + 4, (next + 3) & ~3);
  }
  return { node: { key, value: bytes.subarray(valueAt, valueEnd), isText, children }, next: at + length };
}
