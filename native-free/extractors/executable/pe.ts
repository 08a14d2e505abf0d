/** Windows programs and libraries: Microsoft PE/COFF; Authenticode's signature as PKCS #7. */
import type { Extraction } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { isoDate } from "../plausible.ts";
import { stretchChild } from "../part-child.ts";
import { machines, type PeImage, readImage } from "./pe-image.ts";
import { exportFields, importFields, readDebug } from "./pe-imports.ts";
import { resourceExtractions, sectionText } from "./pe-resources.ts";
import { type ProgramRun, textField } from "./program-run.ts";
import { signerFields } from "./signature.ts";

const longestSignature = 16 << 20;
const signedDataKind = 2;
const certificateHead = 8;

export async function* peExtractions(run: ProgramRun): AsyncGenerator<Extraction> {
  const image = readImage(run.reader);
  yield* textField("machine", machines[image.machine] ?? `0x${image.machine.toString(16)}`, "header");
  yield* run.part("debug directory", () => debugFields(run, image));
  yield* run.part("resources", () => resourceExtractions(run, image));
  yield* run.part("signature", () => signature(run, image));
  yield* run.part("imports", () => importFields(run, image));
  yield* run.part("exports", () => exportFields(run, image));
  yield* run.part("sections", () => sectionText(run, image));
  const end = Math.max(...image.sections.map(({ at, bytes }) => at + bytes), image.headerBytes);
  if (end > run.source.size) {
    const missing = end - run.source.size;
    const place = { offset: run.source.size, length: missing };
    yield { what: "finding", finding: finding("program/truncated", { bytes: missing }, place) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  yield* overlay(run, image, end);
}

function* debugFields(run: ProgramRun, image: PeImage): Generator<Extraction> {
  const { isReproducible, symbols } = readDebug(run, image);
  const date = isoDate(new Date(image.timestamp * 1000).toISOString().replace(".000Z", "Z"));
  if (!isReproducible && image.timestamp > 0 && date)
    yield { what: "field", name: "compiled", value: date, source: "header" };
  yield* symbols;
}

/** The certificate table is the one directory that is given by its offset in the file. */
async function* signature(run: ProgramRun, image: PeImage): AsyncGenerator<Extraction> {
  const table = image.directories[4];
  if (!table?.address || table.size < certificateHead) return;
  const end = Math.min(table.address + table.size, run.source.size);
  for (let at = table.address; at + certificateHead <= end;) {
    const length = run.reader.u32(at);
    if (length <= certificateHead || length > longestSignature) return;
    const isSigned = run.reader.u16(at + 6) === signedDataKind;
    if (isSigned) yield* signerFields(run.reader.bytes(at + certificateHead, length - certificateHead), "authenticode");
    at += (length + 7) & ~7;
  }
}

/** What stands behind the sections, without the certificate table and the bytes that align it. */
function* overlay(run: ProgramRun, image: PeImage, end: number): Generator<Extraction> {
  const table = image.directories[4];
  const isSigned = table !== undefined && table.address >= end && table.address < run.source.size && table.size > 0;
  const stop = isSigned ? table.address : run.source.size;
  if (stop - end > 8) yield { what: "child", child: stretchChild(run.source, "overlay", "overlay", end, stop - end) };
  const behind = isSigned ? table.address + table.size : stop;
  if (run.source.size - behind > 8) {
    const child = stretchChild(run.source, "overlay/2", "overlay behind signature", behind, run.source.size - behind);
    yield { what: "child", child };
  }
}
