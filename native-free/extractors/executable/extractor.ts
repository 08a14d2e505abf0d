/**
 * Programs: Windows (PE), ELF, Mach-O, Dalvik, Java and Android's binary XML. What they say of themselves becomes fields,
 * what is embedded becomes children, and all printable strings are text. Signatures are read, never verified. Nothing is
 * ever run or unpacked. Not read: code, resources of .NET, 16-bit programs.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { readHead } from "../../bytes/byte-source.ts";
import type { Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { isEvidenceError } from "../../model/errors.ts";
import { extractStrings } from "../strings.ts";
import { axmlExtractions, dexExtractions } from "./android.ts";
import { elfExtractions } from "./elf.ts";
import { classExtractions } from "./java-class.ts";
import { machoExtractions } from "./macho.ts";
import { peExtractions } from "./pe.ts";
import { ProgramRun } from "./program-run.ts";

type Read = (run: ProgramRun) => Iterable<Extraction> | AsyncIterable<Extraction>;

export const executableExtractor: Extractor = {
  id: "executable",
  family: "extractor",
  name: "Programs: versions, imports, exports, resources, signers",
  spec: "Microsoft PE/COFF; System V gABI; Mach-O; Dalvik; JVMS 4; RFC 5652",
  level: "partial",
  types: ["pe", "elf", "macho", "macho-fat", "dex", "axml", "java-class"],
  extract: extractProgram,
};

/** By the first bytes: equal bytes are read in the same way whatever type they were taken for. */
function readerOf(head: Uint8Array): Read | null {
  const mark = Buffer.from(head).toString("latin1");
  if (mark.startsWith("MZ")) return peExtractions;
  if (mark.startsWith("\x7fELF")) return elfExtractions;
  if (/^(\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe)/.test(mark)) return machoExtractions;
  // A universal file counts its programs where a class has its version, which begins at 45.
  if (/^\xca\xfe\xba[\xbe\xbf]/.test(mark))
    return (head[7] ?? 0) < 30 && head[6] === 0 ? machoExtractions : classExtractions;
  if (mark.startsWith("dex\n")) return dexExtractions;
  return mark.startsWith("\x03\0\x08\0") ? axmlExtractions : null;
}

async function* extractProgram(source: ByteSource): AsyncGenerator<Extraction> {
  const head = readHead(source, 8);
  const read = readerOf(head);
  const run = new ProgramRun(source, true);
  try {
    if (read) yield* read(run);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    yield { what: "finding", finding: finding(error.code, error.params) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  yield* run.end();
  if (read === axmlExtractions || read === classExtractions) return;
  for (const text of extractStrings(source)) yield { what: "text", label: "strings", text };
}
