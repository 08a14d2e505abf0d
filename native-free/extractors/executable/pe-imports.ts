/** Imports, delayed imports, exports and the debug directory (Microsoft PE/COFF, ".idata", ".edata", ".debug"). */
import type { Extraction } from "../../model/extraction.ts";
import { mixedGuidText } from "../../bytes/guid.ts";
import { type Directory, offsetOf, type PeImage } from "./pe-image.ts";
import { type ProgramRun, textField } from "./program-run.ts";

const mostLibraries = 1024;
const mostFunctions = 65_536;
const importBytes = 20;
const delayedBytes = 32;
const debugBytes = 28;

export function* importFields(run: ProgramRun, image: PeImage): Generator<Extraction> {
  const [ordinary, delayed] = [image.directories[1], image.directories[13]];
  if (ordinary?.address) yield* libraries(run, image, ordinary, importBytes, 12, [0, 16]);
  if (delayed?.address) yield* libraries(run, image, delayed, delayedBytes, 4, [16, 12]);
}

/** `tables`: where the addresses of the names stand; the second where the first is 0, as old linkers have it. */
function* libraries(
  run: ProgramRun,
  image: PeImage,
  directory: Directory,
  entryBytes: number,
  nameAt: number,
  tables: readonly [number, number],
): Generator<Extraction> {
  const { reader } = run;
  const start = offsetOf(image, directory.address);
  if (start < 0) reader.fail("imports");
  for (let index = 0; index < mostLibraries; index++) {
    const entry = start + entryBytes * index;
    const nameOffset = offsetOf(image, reader.u32(entry + nameAt));
    if (reader.u32(entry + nameAt) === 0) return;
    if (nameOffset < 0) reader.fail("imports");
    const library = reader.text(nameOffset, 260);
    yield* textField("importedLibrary", library, "imports");
    const table = reader.u32(entry + tables[0]) || reader.u32(entry + tables[1]);
    yield* functions(run, image, library, offsetOf(image, table));
  }
}

function* functions(run: ProgramRun, image: PeImage, library: string, table: number): Generator<Extraction> {
  const { reader } = run;
  const width = image.is64 ? 8 : 4;
  for (let index = 0; table >= 0 && index < mostFunctions && !run.isFull; index++) {
    const at = table + width * index;
    const low = reader.u32(at);
    const high = image.is64 ? reader.u32(at + 4) : low;
    if (low === 0 && (high === 0 || !image.is64)) return;
    if (high >= 0x8000_0000) {
      yield* run.name("importedFunction", `${library}!#${low & 0xffff}`, "imports");
      continue;
    }
    // The name stands behind a hint of two bytes.
    const name = offsetOf(image, low);
    if (name < 0) return;
    yield* run.name("importedFunction", `${library}!${reader.text(name + 2, 512)}`, "imports");
  }
}

export function* exportFields(run: ProgramRun, image: PeImage): Generator<Extraction> {
  const { reader } = run;
  const directory = image.directories[0];
  if (!directory?.address) return;
  const at = offsetOf(image, directory.address);
  if (at < 0) reader.fail("exports");
  const nameAt = offsetOf(image, reader.u32(at + 12));
  if (nameAt >= 0) yield* textField("internalName", reader.text(nameAt, 260), "exports");
  const count = Math.min(reader.u32(at + 24), mostFunctions);
  const names = offsetOf(image, reader.u32(at + 32));
  for (let index = 0; names >= 0 && index < count && !run.isFull; index++) {
    const name = offsetOf(image, reader.u32(names + 4 * index));
    if (name < 0) reader.fail("exports");
    yield* run.name("exportedFunction", reader.text(name, 512), "exports");
  }
}

const codeView = 2;
const reproducible = 16;

/** Whether the time of linking is a hash instead ("IMAGE_DEBUG_TYPE_REPRO"), and the path of the symbols. */
export function readDebug(run: ProgramRun, image: PeImage): { isReproducible: boolean; symbols: Extraction[] } {
  const { reader } = run;
  const directory = image.directories[6];
  const symbols: Extraction[] = [];
  let isReproducible = false;
  const start = directory?.address ? offsetOf(image, directory.address) : -1;
  const count = start < 0 ? 0 : Math.min(64, Math.floor(directory!.size / debugBytes));
  for (let index = 0; index < count; index++) {
    const at = start + debugBytes * index;
    const type = reader.u32(at + 12);
    if (type === reproducible) isReproducible = true;
    if (type === codeView) symbols.push(...symbolPath(run, reader.u32(at + 24)));
  }
  return { isReproducible, symbols };
}

/** The path on the machine where it was linked: often with the name of who did. */
function* symbolPath(run: ProgramRun, at: number): Generator<Extraction> {
  const { reader } = run;
  const mark = reader.latin1(at, 4);
  if (mark !== "RSDS" && mark !== "NB10") return;
  yield* textField("originalPath", reader.text(at + (mark === "RSDS" ? 24 : 16), 1024), "debug directory");
  if (mark === "RSDS") yield* textField("documentId", mixedGuidText(reader.bytes(at + 4, 16)), "debug directory");
}
