/**
 * Messages as files: EML (also of maildir folders and of news readers), Apple Mail's EMLX, web pages in one file (MHTML).
 * RFC 5322, 6532, 2045 to 2049, 2047, 2231, 2183, 3676, 2557, 8551. Signatures are not verified, nothing is decrypted;
 * message/partial is not put together; parts of EMLX that lie in folders of their own are named, not fetched.
 */
import type { Extractor } from "../../model/extraction.ts";
import { extractEmlx } from "./emlx.ts";
import { extractMessage } from "./message.ts";

export const mailExtractor: Extractor = {
  id: "mail",
  family: "extractor",
  name: "Mail messages (EML, MIME)",
  spec: "RFC 5322; RFC 2045 to 2049; RFC 2231; RFC 2047; RFC 6532",
  level: "complete",
  types: ["eml"],
  extract: (source, context) => extractMessage(source, context, { start: 0, end: source.size, isWebArchive: false }),
};

export const emlxExtractor: Extractor = {
  id: "emlx",
  family: "extractor",
  name: "Messages of Apple Mail",
  spec: "RFC 5322; Apple PropertyList 1.0",
  level: "partial",
  types: ["emlx"],
  extract: extractEmlx,
};

export const mhtmlExtractor: Extractor = {
  id: "mhtml",
  family: "extractor",
  name: "Web pages in one file (MHTML)",
  spec: "RFC 2557",
  level: "complete",
  types: ["webarchive-mht"],
  extract: (source, context) => extractMessage(source, context, { start: 0, end: source.size, isWebArchive: true }),
};
