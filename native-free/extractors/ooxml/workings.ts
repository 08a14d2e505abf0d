/**
 * Parts that serve the programs rather than the reader, and hold words all the same: document variables and the data source
 * of a mail merge (ECMA-376 part 1, 17.15.1.31, 17.14), tags of slides (19.3.3), persons of tracked changes (MS-DOCX 2.5.4),
 * signatures (part 2, clause 13).
 */
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlAttributes, XmlHandler } from "../xml-stream.ts";
import { XmlSignatures } from "../xml-signature.ts";
import type { OoxmlPackage } from "./package.ts";

interface Working {
  readonly pattern: RegExp;
  readonly label: string;
  /** Elements with the attributes that hold words, joined by a colon. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

const WORKINGS: readonly Working[] = [
  {
    pattern: /^word\/settings\.xml$/i,
    label: "document variables",
    attributes: { docVar: ["name", "val"], connectString: ["val"], query: ["val"], headerSource: ["val"] },
  },
  { pattern: /^ppt\/tags\/[^/]+\.xml$/i, label: "tags", attributes: { tag: ["name", "val"] } },
  {
    pattern: /^word\/people\.xml$/i,
    label: "persons",
    attributes: { person: ["author"], presenceInfo: ["providerId", "userId"] },
  },
];

export async function* readWorkings(pack: OoxmlPackage, run: DocumentRun): AsyncGenerator<Extraction> {
  for (const { pattern, label, attributes } of WORKINGS) {
    for (const entry of pack.unhandled(pattern)) {
      const handler = new AttributeText(run, label, attributes);
      pack.handled.add(entry);
      yield* readXmlPart(run, entry, label.replaceAll(" ", "-"), handler);
      handler.finish();
    }
  }
  for (const entry of pack.unhandled(/^_xmlsignatures\/[^/]+\.xml$/i)) {
    const handler = new XmlSignatures(run, "xml-signature");
    pack.handled.add(entry);
    yield* readXmlPart(run, entry, "signature", handler);
    handler.finish();
  }
  yield* run.drain();
}

class AttributeText implements XmlHandler {
  readonly #blocks: TextBlocks;
  readonly #wanted: Working["attributes"];

  constructor(run: DocumentRun, label: string, wanted: Working["attributes"]) {
    this.#blocks = new TextBlocks(run, label);
    this.#wanted = wanted;
  }

  open(local: string, attributes: XmlAttributes): void {
    const names = Object.hasOwn(this.#wanted, local) ? (this.#wanted[local] ?? []) : [];
    const words = names.flatMap((name) => attributes.get(name) ?? []).filter((word) => word !== "");
    if (words.length === 0) return;
    this.#blocks.add(words.join(": "));
    this.#blocks.endLine();
  }

  close(): void {
    // Only attributes hold words here.
  }

  text(): void {
    // Only attributes hold words here.
  }

  finish(): void {
    this.#blocks.flush();
  }
}
