/**
 * Records of the Windows recycle bin: `$I` of Vista (version 1) and of Windows 10 (version 2), each beside a `$R` that is the
 * deleted content; `INFO2` and `INFO` of earlier systems with a record per file. Layouts after the published research on them
 * ("The forensic analysis of the Microsoft Windows Vista Recycle Bin", libyal "Windows Recycle.Bin file formats").
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { ByteReader } from "../byte-reader.ts";
import { fileTime, timeField } from "./file-time.ts";

const code = "system/damaged";
const oldPathBytes = 520;
const longestPathUnits = 32_768;

export const recycleBinExtractor: Extractor = {
  id: "recycle-bin",
  family: "extractor",
  name: "Windows recycle bin: what was deleted, from where and when",
  spec: "Windows Recycle.Bin file formats (libyal)",
  level: "complete",
  types: ["recycle-i"],
  extract: extractRecord,
};

async function* extractRecord(source: ByteSource, { beside }: ExtractContext): AsyncGenerator<Extraction> {
  const reader = new ByteReader(source, true, code, "recycle bin record");
  const isNew = reader.u32(0) === 2;
  const size = reader.u64(8);
  yield { what: "field", name: "size", value: String(size), source: "$I" };
  yield* timeField(reader, 16, "deleted", "$I");
  const units = isNew ? Math.min(reader.u32(24), longestPathUnits) : oldPathBytes / 2;
  const path = reader.wideText(isNew ? 28 : 24, units * 2).trim();
  if (path !== "") {
    yield { what: "field", name: "originalPath", value: path, source: "$I" };
    yield { what: "text", label: "original path", text: `${path}\n` };
  }
  if (beside) yield partnerOf(beside, size);
}

/** The content has the same name with R in place of I. A directory is no regular file and stands beside it all the same. */
function partnerOf(beside: NonNullable<ExtractContext["beside"]>, size: number): Extraction {
  const name = beside.self.startsWith("$I") ? `$R${beside.self.slice(2)}` : null;
  const partner = name !== null && beside.names().includes(name) ? beside.open(name) : null;
  const found = partner
    ? finding("recycle/content-beside", { bytes: partner.size, recorded: size })
    : finding("recycle/content-absent", { recorded: size });
  return { what: "finding", finding: found, here: true };
}

export const recycleIndexExtractor: Extractor = {
  id: "recycle-index",
  family: "extractor",
  name: "Windows recycle bin before Vista (INFO2, INFO)",
  spec: "Windows Recycler file formats (libyal)",
  level: "complete",
  types: ["recycle-info2"],
  extract: extractIndex,
};

const indexHead = 20;
const ansiBytes = 260;
const wideRecord = 800;
const mostRecords = 100_000;
const mostFields = 10_000;

async function* extractIndex(source: ByteSource): AsyncGenerator<Extraction> {
  const reader = new ByteReader(source, true, code, "recycle bin index");
  const recordBytes = reader.u32(12);
  if (recordBytes !== wideRecord && recordBytes !== 280) reader.fail();
  let fields = 0;
  let at = indexHead;
  for (let count = 0; at + recordBytes <= source.size && count < mostRecords; count++, at += recordBytes) {
    // The first letter of the path is wiped when the file is restored or removed for good.
    const isWiped = reader.u8(at) === 0;
    const wide = recordBytes === wideRecord ? reader.wideText(at + 280, oldPathBytes) : "";
    const ansi = reader
      .latin1(at, ansiBytes)
      .slice(isWiped ? 1 : 0)
      .replace(/\0[^]*$/, "");
    const path = (wide || `${isWiped ? "?" : ""}${ansi}`).trim();
    if (path === "" || path === "?") continue;
    const deleted = fileTime(reader, at + 268);
    const size = reader.u32(at + 276);
    yield {
      what: "text",
      label: isWiped ? "removed records" : "records",
      text: `${path}\t${deleted ?? ""}\t${size}\n`,
    };
    if (fields++ >= mostFields) continue;
    yield { what: "field", name: "originalPath", value: path, source: "INFO2" };
    if (deleted) yield { what: "field", name: "deleted", value: deleted, source: "INFO2" };
  }
  if (at < source.size) {
    yield { what: "finding", finding: finding(code, { what: "last record" }) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
}
