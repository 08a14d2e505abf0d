/** Where groups of a document lead to (RTF 1.9.1, "Destinations"): what becomes of their text. */
import { fontPages } from "../../rtf/font-pages.ts";
import type { FieldName } from "../../model/fields.ts";

export type Destination =
  /** Text of the document; under a label where one is given. */
  | { readonly kind: "text"; readonly label: string | null }
  | { readonly kind: "field"; readonly name: FieldName }
  /** A date, as numbers in control words. */
  | { readonly kind: "date"; readonly name: FieldName }
  | { readonly kind: "special"; readonly name: SpecialName }
  | { readonly kind: "skip" };

export type SpecialName =
  "fonts" | "authors" | "picture" | "objectData" | "objectClass" | "commentAuthor" | "propertyName" | "propertyValue";

const text = (label: string | null): Destination => ({ kind: "text", label });
const field = (name: FieldName): Destination => ({ kind: "field", name });
const special = (name: SpecialName): Destination => ({ kind: "special", name });
const skip: Destination = { kind: "skip" };

export const destinations: ReadonlyMap<string, Destination> = new Map<string, Destination>([
  ["fonttbl", special("fonts")],
  ["revtbl", special("authors")],
  ["pict", special("picture")],
  ["objdata", special("objectData")],
  ["objclass", special("objectClass")],
  ["atnauthor", special("commentAuthor")],
  ["propname", special("propertyName")],
  ["staticval", special("propertyValue")],
  ["annotation", text("comments")],
  ["footnote", text("footnotes")],
  ...["header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"].map(
    (word) => [word, text("headers and footers")] as const,
  ),
  ["fldinst", text("field codes")],
  ["shptxt", text("text boxes")],
  ["htmltag", text("markup")],
  ["bkmkstart", text("bookmarks")],
  ["title", field("title")],
  ["subject", field("subject")],
  ["author", field("author")],
  ["operator", field("lastModifiedBy")],
  ["manager", field("manager")],
  ["company", field("company")],
  ["category", field("category")],
  ["keywords", field("keywords")],
  ["comment", field("comment")],
  ["doccomm", field("comment")],
  ["hlinkbase", field("linkBase")],
  ["generator", field("software")],
  ["template", field("template")],
  ["creatim", { kind: "date", name: "created" }],
  ["revtim", { kind: "date", name: "modified" }],
  ["printim", { kind: "date", name: "printed" }],
  // A picture for programs that do not know the one before it; the same once more.
  ["nonshppict", skip],
  ...[
    "colortbl",
    "stylesheet",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "bkmkend",
    "atnid",
    "atnref",
    "atnicn",
  ].map((word) => [word, skip] as const),
  ...["atrfstart", "atrfend", "atndate", "themedata", "colorschememapping", "datastore", "latentstyles", "pntext"].map(
    (word) => [word, skip] as const,
  ),
  ...["xmlnstbl", "mmathPr", "wgrffmtfilter", "pgptbl", "filetbl", "blipuid", "picprop", "panose", "falt"].map(
    (word) => [word, skip] as const,
  ),
]);

/** Groups marked with `\*` whose text counts although no destination of their own is needed. */
export const transparent: ReadonlySet<string> = new Set([
  ...["shppict", "shpinst", "userprops", "objname", "ud", "upr", "sp", "sv", "ftnsep", "do", "dptxbxtext", "object"],
  ...["fldrslt", "formfield", "ffname", "ffdeftext", "ffhelptext", "ffstattext", "oldcprops", "aftnsep"],
]);

/** Control words that stand for a character. */
export const characters: Readonly<Record<string, string>> = {
  par: "\n",
  sect: "\n",
  page: "\n",
  line: "\n",
  row: "\n",
  nestrow: "\n",
  cell: "\t",
  nestcell: "\t",
  tab: "\t",
  emdash: "\u2014",
  endash: "\u2013",
  emspace: "\u2003",
  enspace: "\u2002",
  bullet: "\u2022",
  lquote: "\u2018",
  rquote: "\u2019",
  ldblquote: "\u201c",
  rdblquote: "\u201d",
};

/** Code pages of the character sets of fonts (RTF 1.9.1, "Font table"). */
export const fontCharsets: Readonly<Record<number, number>> = { 0: 1252, ...fontPages };

export const pictureEndings: Readonly<Record<string, string>> = {
  pngblip: "png",
  jpegblip: "jpg",
  emfblip: "emf",
  wmetafile: "wmf",
  dibitmap: "dib",
  wbitmap: "bmp",
  macpict: "pict",
};
