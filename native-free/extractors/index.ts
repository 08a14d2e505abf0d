/**
 * Every extractor, in the order in which tables list them; one line per format. What needs a heavy library loads it on
 * first use, so that a worker that sees only text loads none.
 */
import type { Extractor } from "../model/extraction.ts";
import { htmlExtractor } from "./html/html-extractor.ts";
import { mediaExtractor } from "./media/media-extractor.ts";
import { odfExtractor } from "./odf/extractor.ts";
import { ooxmlExtractor } from "./ooxml/extractor.ts";
import { pdfExtractor } from "./pdf/extractor.ts";
import { pictureExtractor } from "./picture/picture-extractor.ts";
import { encodingTextExtractor, textExtractor } from "./text/text-extractor.ts";
import { xmlExtractor } from "./xml/xml-extractor.ts";

export const extractors: readonly Extractor[] = [
  textExtractor,
  encodingTextExtractor,
  htmlExtractor,
  ooxmlExtractor,
  // Before XML, which reads flat documents as well but knows nothing of their structure.
  odfExtractor,
  xmlExtractor,
  pdfExtractor,
  pictureExtractor,
  mediaExtractor,
];

const byType = new Map<string, Extractor>();
for (const extractor of extractors) {
  for (const type of extractor.types) if (!byType.has(type)) byType.set(type, extractor);
}

/** The extractor that reads a type of the typing registry; null where none does. */
export function extractorFor(typeId: string): Extractor | null {
  return byType.get(typeId) ?? null;
}
