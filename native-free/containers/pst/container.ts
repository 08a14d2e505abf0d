/**
 * Outlook data files, PST and OST (MS-PST): folders with their messages, contacts, appointments and tasks, each written as a
 * message of its own; items that no folder lists any more, and those found through index pages left behind. 32 bits, 64 bits,
 * pages of 4 KiB. A password on the file encrypts nothing and is named. Not supported: search folders, whose items lie in
 * other folders; files in the protected form of information rights.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { PstWalk } from "./walk.ts";

export const pstContainer: Extractor = {
  id: "pst",
  family: "container",
  name: "Outlook data files (PST, OST)",
  spec: "MS-PST; libpff, Personal Folder File (PFF) format",
  level: "partial",
  types: ["pst", "ost"],
  extract: extractPst,
};

// oxlint-disable-next-line require-await
async function* extractPst(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  yield* new PstWalk(source, context).read();
}
