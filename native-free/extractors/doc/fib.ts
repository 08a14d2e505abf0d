/** The file information block at the start of a Word document (MS-DOC 2.5; of Word 6 and 95 as their format's notes give it). */
import { struct, u16, u32 } from "../../bytes/struct.ts";

/** MS-DOC 2.5.2 */
const base = struct("doc.fibBase", 32, {
  ident: [0, u16, "0xa5ec; 0xa5dc in Word 6 and 95"],
  version: [2, u16],
  language: [6, u16],
  flags: [10, u16],
  key: [14, u32, "password verifier, or bytes of the encryption header"],
  firstText: [24, u32, "bytes, of documents before Word 97"],
  endText: [28, u32],
});

/** MS-DOC 2.5.4: lengths of the parts in characters */
const counts97 = struct("doc.fibLw97", 32, {
  main: [0, u32],
  footnotes: [4, u32],
  headers: [8, u32],
  macros: [12, u32],
  comments: [16, u32],
  endnotes: [20, u32],
  textBoxes: [24, u32],
  headerTextBoxes: [28, u32],
});

const counts97At = 76;
const counts6At = 0x34;
const pairs97At = 154;
/** Where Word 6 and 95 keep place and length of the piece table. */
const clx6At = 0x160;

/** Numbers of the pairs of place and length in the table stream (MS-DOC 2.5.6). */
export const pair = {
  commentRefs: 4,
  commentTexts: 5,
  characterRuns: 12,
  clx: 33,
  commentOwners: 36,
  revisionAuthors: 51,
  savedBy: 71,
} as const;

const flag = { complex: 0x0004, encrypted: 0x0100, table1: 0x0200, obfuscated: 0x8000 } as const;

/** Parts of the text in the order in which they follow each other, with what they are called. */
export const partNames = [
  ["main", null],
  ["footnotes", "footnotes"],
  ["headers", "headers and footers"],
  ["macros", "macros"],
  ["comments", "comments"],
  ["endnotes", "endnotes"],
  ["textBoxes", "text boxes"],
  ["headerTextBoxes", "text boxes of headers"],
] as const;

export type PartName = (typeof partNames)[number][0];

export interface Fib {
  /** Word 97 or later. */
  readonly isWide: boolean;
  readonly isComplex: boolean;
  readonly isEncrypted: boolean;
  readonly isObfuscated: boolean;
  readonly tableName: "0Table" | "1Table";
  readonly key: number;
  readonly language: number;
  readonly firstText: number;
  readonly endText: number;
  readonly counts: Readonly<Record<PartName, number>>;
  /** Place and length of a structure in the table stream; length 0 where there is none. */
  pair(number: number): { readonly at: number; readonly length: number };
}

/** Bytes that the block may take. */
export const fibBytes = 2048;

/** `bytes`: the start of the stream, decrypted where the part behind the base is encrypted. Null where it is none. */
export function readFib(bytes: Uint8Array): Fib | null {
  if (bytes.length < 512) return null;
  const head = base.cursor().over(bytes);
  const isWide = head.ident === 0xa5ec && head.version >= 0xc1;
  if (!isWide && ![0xa5dc, 0xa5db, 0xa5ec].includes(head.ident)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const counts = counts97.cursor().over(bytes, isWide ? counts97At : counts6At);
  return {
    isWide,
    isComplex: (head.flags & flag.complex) !== 0,
    isEncrypted: (head.flags & flag.encrypted) !== 0,
    isObfuscated: (head.flags & flag.obfuscated) !== 0,
    tableName: (head.flags & flag.table1) !== 0 ? "1Table" : "0Table",
    key: head.key,
    language: head.language,
    firstText: head.firstText,
    endText: head.endText,
    counts: Object.fromEntries(partNames.map(([name]) => [name, counts[name]])) as Record<PartName, number>,
    pair: (number) => pairAt(view, isWide ? pairs97At + 8 * number : number === pair.clx ? clx6At : -1),
  };
}

function pairAt(view: DataView, at: number): { at: number; length: number } {
  if (at < 0 || at + 8 > view.byteLength) return { at: 0, length: 0 };
  return { at: view.getUint32(at, true), length: view.getUint32(at + 4, true) };
}
