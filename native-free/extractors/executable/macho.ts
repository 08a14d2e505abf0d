/**
 * Mach-O programs and libraries, and universal files of several: Apple, "Mach-O file format" (loader.h), "Code Signing"
 * (cs_blobs.h). Machine, libraries, own name, uuid, symbols, signature with identifier, team, entitlements and signer.
 */
import type { Extraction } from "../../model/extraction.ts";
import { uuidText } from "../../bytes/guid.ts";
import { stretchChild } from "../part-child.ts";
import { type ProgramRun, textField } from "./program-run.ts";
import { signerFields } from "./signature.ts";

const machines: Readonly<Record<number, string>> = {
  7: "x86",
  0x0100_0007: "x86-64",
  12: "ARM",
  0x0100_000c: "ARM64",
  0x0200_000c: "ARM64-32",
  18: "PowerPC",
  0x0100_0012: "PowerPC 64",
  6: "68000",
  14: "SPARC",
};
const machineName = (number: number): string => machines[number] ?? `Mach-O processor ${number}`;

const command = { symbols: 2, load: 0xc, own: 0xd, uuid: 0x1b, signature: 0x1d, rpath: 0x8000_001c };
const loads = new Set([command.load, 0x8000_0018, 0x8000_001f, 0x20, 0x8000_0023]);
const mostCommands = 4096;
const mostSymbols = 1 << 20;
const longestBlob = 16 << 20;

export async function* machoExtractions(run: ProgramRun): AsyncGenerator<Extraction> {
  const { reader } = run;
  const mark = Buffer.from(reader.bytes(0, 4)).toString("hex");
  if (mark === "cafebabe" || mark === "cafebabf") {
    yield* universal(run, mark === "cafebabf");
    return;
  }
  reader.little = mark === "cefaedfe" || mark === "cffaedfe";
  const wide = mark === "cffaedfe" || mark === "feedfacf";
  yield* textField("machine", machineName(reader.u32(4)), "header");
  const start = wide ? 32 : 28;
  const count = Math.min(mostCommands, reader.u32(16));
  let at = start;
  for (let index = 0; index < count; index++) {
    const here = at;
    const size = at + 8 <= run.source.size ? reader.u32(at + 4) : 0;
    yield* run.part("load commands", () => commandFields(run, here, wide));
    if (size < 8) break;
    at += size;
  }
}

/** A universal file: every program in it is a child. */
function* universal(run: ProgramRun, wide: boolean): Generator<Extraction> {
  const { reader } = run;
  reader.little = false;
  const count = Math.min(64, reader.u32(4));
  for (let index = 0; index < count; index++) {
    const at = 8 + index * (wide ? 32 : 20);
    const name = machineName(reader.u32(at));
    const [start, size] = wide ? [reader.u64(at + 8), reader.u64(at + 16)] : [reader.u32(at + 8), reader.u32(at + 12)];
    yield* textField("machine", name, "header");
    if (start >= run.source.size) reader.fail("universal header");
    yield { what: "child", child: stretchChild(run.source, `arch/${index}`, name, start, size, { origin: "entry" }) };
  }
}

async function* commandFields(run: ProgramRun, at: number, wide: boolean): AsyncGenerator<Extraction> {
  const { reader } = run;
  const kind = reader.u32(at);
  if (loads.has(kind)) yield* textField("importedLibrary", reader.text(at + reader.u32(at + 8), 1024), "load commands");
  else if (kind === command.own)
    yield* textField("internalName", reader.text(at + reader.u32(at + 8), 1024), "load commands");
  else if (kind === command.rpath)
    yield* textField("custom", `library path = ${reader.text(at + reader.u32(at + 8), 1024)}`, "load commands");
  else if (kind === command.uuid) yield* textField("documentId", uuidText(reader.bytes(at + 8, 16)), "load commands");
  else if (kind === command.symbols) yield* symbolFields(run, at, wide);
  else if (kind === command.signature) yield* signature(run, reader.u32(at + 8));
}

/** External symbols: undefined ones come from elsewhere. */
function* symbolFields(run: ProgramRun, at: number, wide: boolean): Generator<Extraction> {
  const { reader } = run;
  const [symbols, count, strings] = [reader.u32(at + 8), reader.u32(at + 12), reader.u32(at + 16)];
  const size = wide ? 16 : 12;
  for (let index = 0; index < Math.min(count, mostSymbols) && !run.isFull; index++) {
    const entry = symbols + size * index;
    const type = reader.u8(entry + 4);
    // Debugger's entries have bits of the upper three set, external ones the lowest.
    if ((type & 0xe0) !== 0 || (type & 1) === 0) continue;
    const name = reader.text(strings + reader.u32(entry), 512);
    yield* run.name((type & 0x0e) === 0 ? "importedFunction" : "exportedFunction", name, "symbols");
  }
}

const blob = { all: 0xfade_0cc0, directory: 0xfade_0c02, entitlements: 0xfade_7171, message: 0xfade_0b01 };

/** Everything in a signature is big-endian. */
async function* signature(run: ProgramRun, start: number): AsyncGenerator<Extraction> {
  const { reader } = run;
  const { little } = reader;
  reader.little = false;
  try {
    if (reader.u32(start) !== blob.all) reader.fail("signature");
    const count = Math.min(64, reader.u32(start + 8));
    for (let index = 0; index < count; index++) yield* signatureBlob(run, start + reader.u32(start + 16 + 8 * index));
  } finally {
    reader.little = little;
  }
}

async function* signatureBlob(run: ProgramRun, at: number): AsyncGenerator<Extraction> {
  const { reader } = run;
  const kind = reader.u32(at);
  const length = reader.u32(at + 4);
  if (kind === blob.directory) {
    yield* textField("internalName", reader.text(at + reader.u32(at + 20), 512), "signature");
    const team = reader.u32(at + 8) >= 0x2_0200 ? reader.u32(at + 48) : 0;
    if (team > 0) yield* textField("company", reader.text(at + team, 128), "signature");
  } else if (length <= 8 || length > longestBlob) return;
  else if (kind === blob.entitlements) {
    yield { what: "text", label: "entitlements", text: Buffer.from(reader.bytes(at + 8, length - 8)).toString("utf8") };
  } else if (kind === blob.message) yield* signerFields(reader.bytes(at + 8, length - 8), "code signature");
}
