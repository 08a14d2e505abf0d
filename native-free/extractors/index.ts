/**
 * Every extractor, in the order in which tables list them; one line per format. What needs a heavy library loads it on
 * first use, so that a worker that sees only text loads none.
 */
import type { Extractor } from "../model/extraction.ts";
import { executableExtractor } from "./executable/extractor.ts";
import { docExtractor } from "./doc/extractor.ts";
import { epubExtractor } from "./epub/extractor.ts";
import { fb2Extractor } from "./fb2/extractor.ts";
import { htmlExtractor } from "./html/html-extractor.ts";
import { icalendarExtractor, vcardExtractor } from "./cards/card-extractor.ts";
import { emlxExtractor, mailExtractor, mhtmlExtractor } from "./mail/extractor.ts";
import { certificateExtractor } from "./keys/certificate-extractor.ts";
import { pgpExtractor } from "./keys/pgp-extractor.ts";
import { harExtractor } from "./json/har-extractor.ts";
import { jsonExtractor } from "./json/json-extractor.ts";
import { mediaExtractor } from "./media/media-extractor.ts";
import { odfExtractor } from "./odf/extractor.ts";
import { ooxmlExtractor } from "./ooxml/extractor.ts";
import { pdfExtractor } from "./pdf/extractor.ts";
import { pictureExtractor } from "./picture/picture-extractor.ts";
import { plistExtractor } from "./plist/extractor.ts";
import { pptExtractor } from "./ppt/extractor.ts";
import { rtfExtractor } from "./rtf/extractor.ts";
import { sqliteExtractor } from "./sqlite/extractor.ts";
import { lnkExtractor } from "./system/lnk.ts";
import { recycleBinExtractor, recycleIndexExtractor } from "./system/recycle-bin.ts";
import { thumbcacheExtractor } from "./system/thumbcache.ts";
import { torrentExtractor } from "./system/torrent.ts";
import { encodingTextExtractor, textExtractor } from "./text/text-extractor.ts";
import { xlsExtractor } from "./xls/extractor.ts";
import { xmlExtractor } from "./xml/xml-extractor.ts";

export const extractors: readonly Extractor[] = [
  textExtractor,
  encodingTextExtractor,
  htmlExtractor,
  ooxmlExtractor,
  docExtractor,
  xlsExtractor,
  pptExtractor,
  rtfExtractor,
  epubExtractor,
  fb2Extractor,
  plistExtractor,
  jsonExtractor,
  harExtractor,
  // Before XML, which reads flat documents as well but knows nothing of their structure.
  odfExtractor,
  xmlExtractor,
  pdfExtractor,
  pictureExtractor,
  mediaExtractor,
  // What people write to each other.
  mailExtractor,
  emlxExtractor,
  mhtmlExtractor,
  vcardExtractor,
  icalendarExtractor,
  // Data and what systems leave behind.
  sqliteExtractor,
  executableExtractor,
  lnkExtractor,
  recycleBinExtractor,
  recycleIndexExtractor,
  thumbcacheExtractor,
  torrentExtractor,
  certificateExtractor,
  pgpExtractor,
];

const byType = new Map<string, Extractor>();
for (const extractor of extractors) {
  for (const type of extractor.types) if (!byType.has(type)) byType.set(type, extractor);
}

/** The extractor that reads a type of the typing registry; null where none does. */
export function extractorFor(typeId: string): Extractor | null {
  return byType.get(typeId) ?? null;
}
