/**
 * Office Open XML documents (ECMA-376, ISO/IEC 29500; transitional and strict): text, properties, links, embedded parts.
 * Not supported: encrypted packages (they are compound files), ink, layout. Writers tested:
 * Microsoft Office 2007 to 365, LibreOffice, Google Docs, openpyxl-like generators.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { embeddedChild, openParts, partName, type ZipEntry } from "../../containers/zip-parts.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { DocumentRun } from "../document-run.ts";
import { readSheets } from "./sheets.ts";
import { readMacroNames } from "./macros.ts";
import { OoxmlPackage } from "./package.ts";
import { readSlides } from "./slides.ts";
import { readProperties } from "./properties.ts";
import { readWord } from "./word.ts";
import { readWorkings } from "./workings.ts";
import { readDrawing } from "./drawing.ts";
import { readFixedPages } from "./fixed-pages.ts";

export const ooxmlExtractor: Extractor = {
  id: "ooxml",
  family: "extractor",
  name: "Office Open XML document",
  spec: "ECMA-376 5th edition, ISO/IEC 29500; ECMA-388; MS-VSDX",
  level: "partial",
  types: [
    ...["docx", "docm", "dotx", "dotm"],
    ...["xlsx", "xlsm", "xltx", "xltm", "xlam", "xlsb"],
    ...["pptx", "pptm", "potx", "potm", "ppsx", "ppsm", "ppam", "sldx", "sldm", "thmx"],
    ...["vsdx", "vsdm", "xps", "ooxml"],
  ],
  extract: (source, context) => extractOoxml(source, context),
};

async function* extractOoxml(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  const parts = await openParts(source);
  yield* parts.notes;
  const run = new DocumentRun(context);
  const pack = new OoxmlPackage(parts, run);
  yield* readProperties(pack, run);
  const main = await findMain(pack);
  if (!main) {
    run.finding("document/no-main-part");
    run.status("partial", "damaged");
  } else if (main.kind === "word") yield* readWord(pack, run, main.entry);
  else if (main.kind === "sheets") yield* readSheets(pack, run, main.entry);
  else if (main.kind === "slides") yield* readSlides(pack, run, main.entry);
  else if (main.kind === "drawing") yield* readDrawing(pack, run, main.entry);
  else yield* readFixedPages(pack, run, main.entry);
  yield* readWorkings(pack, run);
  await readMacroNames(pack, run);
  yield* readLinks(pack, run);
  yield* run.drain();
  for (const entry of parts.entries) if (isChild(pack, entry)) yield { what: "child", child: embeddedChild(entry) };
}

type MainKind = "word" | "sheets" | "slides" | "drawing" | "pages";

const USUAL_MAINS: readonly (readonly [kind: MainKind, pattern: RegExp])[] = [
  ["word", /^word\/document\d*\.xml$/i],
  ["sheets", /^xl\/workbook\d*\.(xml|bin)$/i],
  ["slides", /^ppt\/presentation\d*\.xml$/i],
  ["drawing", /^visio\/document\d*\.xml$/i],
  ["pages", /\.fdseq$/i],
];

/** The main part by the package's relationship, else by its usual name; its kind by its folder. */
async function findMain(pack: OoxmlPackage): Promise<{ entry: ZipEntry; kind: MainKind } | null> {
  const related = await pack.related("", "officeDocument", "document", "fixedrepresentation");
  const usual = USUAL_MAINS.flatMap(([, pattern]) => pack.unhandled(pattern));
  const entry = related[0]?.entry ?? usual[0];
  if (!entry) return null;
  const name = partName(entry);
  const kind = USUAL_MAINS.find(([, pattern]) => pattern.test(name))?.[0] ?? kindOfFolder(name);
  return { entry, kind };
}

function kindOfFolder(name: string): MainKind {
  if (/^xl\//i.test(name)) return "sheets";
  if (/^ppt\//i.test(name)) return "slides";
  return /^visio\//i.test(name) ? "drawing" : "word";
}

/** Targets outside of the document: web addresses, linked files, remote templates, paths on the author's computer. */
async function* readLinks(pack: OoxmlPackage, run: DocumentRun): AsyncGenerator<Extraction> {
  for (const entry of pack.unhandled(/(^|\/)_rels\/[^/]*\.rels$/i)) {
    await pack.relationshipsOf(partName(entry).replace(/(^|\/)_rels\/([^/]*)\.rels$/i, "$1$2"));
  }
  yield* run.drain();
  if (pack.links.size > 0) run.text(`${[...pack.links].join("\n")}\n`, "links");
}

/**
 * Parts that hold formats, lists of names and other workings of the document, known to hold no text of its author.
 * Whatever else was not read becomes a child, so that nothing is left out unseen.
 */
const WORKINGS =
  /^\[Content_Types\]\.xml$|\.rels$|(^|\/)(styles|stylesWithEffects|settings|webSettings|fontTable|numbering|theme\d*|themeOverride\d*|presProps|viewProps|tableStyles|calcChain|metadata|people|commentsExtended|commentsIds|commentsExtensible|colors\d*|style\d*|layout\d*|quickStyle\d*|drawing\d+|slideLayout\d+|windows?|masters|pages|revisionInfo|tags?\d*|itemProps\d+)\.xml$/i;

function isChild(pack: OoxmlPackage, entry: ZipEntry): boolean {
  if (entry.kind === "directory" || pack.handled.has(entry)) return false;
  return !WORKINGS.test(partName(entry));
}
