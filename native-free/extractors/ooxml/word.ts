/**
 * WordprocessingML documents (ECMA-376 part 1, clause 17): body, then headers, footers, notes, comments, glossary,
 * charts and diagrams, each under its own label.
 */
import { partName, type ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, type DocumentRun } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";
import { BodyText, type BodyOptions } from "./body-text.ts";
import type { OoxmlPackage } from "./package.ts";

/** Relationship types of parts with text, with their label and the usual names of such parts. */
const TEXT_PARTS: readonly (readonly [type: string, label: string, pattern: RegExp])[] = [
  ["header", "header", /^word\/header\d*\.xml$/i],
  ["footer", "footer", /^word\/footer\d*\.xml$/i],
  ["footnotes", "footnote", /^word\/footnotes\d*\.xml$/i],
  ["endnotes", "endnote", /^word\/endnotes\d*\.xml$/i],
  ["comments", "comment", /^word\/comments\d*\.xml$/i],
  ["glossaryDocument", "building block", /^word\/glossary\/document\d*\.xml$/i],
  ["chart", "chart", /\/charts\/chart[^/]*\.xml$/i],
  ["chartEx", "chart", /\/charts\/chartEx[^/]*\.xml$/i],
  ["chartUserShapes", "chart", /\/drawings\/drawing\d+\.xml$/i],
  ["diagramData", "diagram", /\/diagrams\/data[^/]*\.xml$/i],
];

export async function* readWord(pack: OoxmlPackage, run: DocumentRun, main: ZipEntry): AsyncGenerator<Extraction> {
  const hiddenStyles = await readHiddenStyles(pack, run);
  yield* readTextPart(pack, run, main, { label: null, hiddenStyles });
  for (const [type, label] of TEXT_PARTS) {
    for (const { entry } of await pack.related(partName(main), type)) {
      yield* readTextPart(pack, run, entry, { label, hiddenStyles });
    }
  }
  yield* readStrayText(pack, run);
}

/** Ids of character styles that hide their text (17.3.2.41). */
async function readHiddenStyles(pack: OoxmlPackage, run: DocumentRun): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>();
  let style = "";
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local === "style") style = attributes.get("type") === "character" ? (attributes.get("styleId") ?? "") : "";
      else if (local === "vanish" && style !== "" && !/^(0|false|off)$/.test(attributes.get("val") ?? "")) {
        hidden.add(style);
      }
    },
    close: () => undefined,
    text: () => undefined,
  };
  for (const entry of pack.unhandled(/^word\/styles\.xml$/i)) {
    pack.handled.add(entry);
    for await (const extraction of readXmlPart(run, entry, "styles", handler)) run.push(extraction);
  }
  return hidden;
}

/** Parts with text that no relationship led to. */
export async function* readStrayText(pack: OoxmlPackage, run: DocumentRun): AsyncGenerator<Extraction> {
  for (const [, label, pattern] of TEXT_PARTS) {
    for (const entry of pack.unhandled(pattern)) yield* readTextPart(pack, run, entry, { label });
  }
}

/** Reads one part as running text, once. */
export async function* readTextPart(
  pack: OoxmlPackage,
  run: DocumentRun,
  entry: ZipEntry,
  options: BodyOptions,
): AsyncGenerator<Extraction> {
  if (pack.handled.has(entry) || run.isFull) return;
  pack.handled.add(entry);
  const handler = new BodyText(run, options);
  yield* readXmlPart(run, entry, options.label ?? "document", handler);
  handler.finish();
  yield* run.drain();
  await pack.relationshipsOf(partName(entry));
}
