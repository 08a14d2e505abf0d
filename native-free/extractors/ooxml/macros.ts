/**
 * Names of the modules of a document's Visual Basic project (MS-OVBA). The project itself is a child, whose reader gives the
 * source: so it is indexed once, where it stands.
 */
import { Buffer } from "node:buffer";
import { MemorySource } from "../../bytes/byte-source.ts";
import { openCompound } from "../../compound/compound.ts";
import { readPart } from "../../containers/zip-parts.ts";
import { isEvidenceError } from "../../model/errors.ts";
import { vbaExtractions } from "../../vba/project.ts";
import type { DocumentRun } from "../document-run.ts";
import type { OoxmlPackage } from "./package.ts";

const PROJECT_BYTES = 64 << 20;

export async function readMacroNames(pack: OoxmlPackage, run: DocumentRun): Promise<void> {
  for (const entry of pack.unhandled(/(^|\/)vbaProject[^/]*\.bin$/i)) {
    try {
      const pieces: Uint8Array[] = [];
      for await (const piece of readPart(entry, PROJECT_BYTES)) pieces.push(piece);
      for (const found of vbaExtractions(openCompound(new MemorySource(Buffer.concat(pieces))))) {
        if (found.what === "field" && found.name === "macro") run.fieldOnce("macro", found.value, "vba");
      }
    } catch (error) {
      // What is wrong with the project is said where it is read: with the child.
      if (!isEvidenceError(error)) throw error;
    }
  }
}
