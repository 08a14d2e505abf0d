/** What `vestige export` does. Loaded when it is needed: it brings the reader of every format with it. */
import { createHash, getHashes } from "node:crypto";
import { writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { isatty } from "node:tty";
import { isLost, type ByteSource } from "../../native-free/bytes/byte-source.ts";
import { Slice } from "../../native-free/volumes/slice.ts";
import type { CheckedSource } from "../acquire/image/checked-source.ts";
import { infoSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { fileFacts } from "../platform/block-devices.ts";
import type { SourcePart } from "../source/acquisition-source.ts";
import { resolveIn } from "../source/evidence-path.ts";
import { openEvidence, type OpenedEvidence } from "../source/evidence.ts";
import { flagText, type CommandContext } from "./command.ts";
import { machineOptions } from "./desk.ts";
import { imageSource } from "./imaging.ts";
import { ProgressLine } from "./progress.ts";
import { byteCount, evidenceOptionsOf } from "./evidence-flags.ts";

export async function exportOf(context: CommandContext): Promise<ExitCode> {
  const { args, flags, output, signal } = context;
  const to = flagText(flags, "to");
  if (to === null) throw new OperatorError("usage/to", infoSays.toMissing());
  const format = flagText(flags, "format") ?? "raw";
  if (to === "-" && format !== "raw") throw new OperatorError("usage/format", infoSays.streamOnlyRaw());
  if (to === "-" && isatty(1)) throw new OperatorError("usage/terminal", infoSays.terminalRefused());
  const [path] = args as [string];
  const evidence = await openEvidence(path, evidenceOptionsOf(flags, signal, new ProgressLine(output), output));
  try {
    const asked = partOf(evidence, flags);
    if (to === "-") return await stream(asked, evidence, context);
    const source = checkedPart(evidence, asked.part, format);
    const given = { ...context, flags: { ...flags, format, "no-triage": true as const } };
    return await imageSource(source, given, to, machineOptions(flags).workers);
  } finally {
    evidence.close();
  }
}

interface Asked {
  readonly part: SourcePart;
  readonly source: ByteSource;
}

function partOf({ medium, path }: OpenedEvidence, flags: CommandContext["flags"]): Asked {
  const at = flagText(flags, "at");
  const other = flagText(flags, "snapshot");
  const found = at === null ? null : resolveIn(medium, at, path);
  if (found?.kind === "entry" && found.entry.kind === "directory") {
    throw new OperatorError("source/folder", infoSays.folderGiven(at ?? ""));
  }
  const whole = found?.source ?? medium.image;
  if (whole.size === 0) throw new OperatorError("source/empty", infoSays.nothingThere(at ?? path));
  const range = flagText(flags, "range");
  const [, fromText, lengthText] = range === null ? [] : (/^([^:]+):([^:]+)$/.exec(range) ?? []);
  if (range !== null && fromText === undefined) throw new OperatorError("usage/range", infoSays.badRange(range));
  const from = fromText === undefined ? 0 : byteCount(fromText);
  const length = lengthText === undefined ? whole.size : byteCount(lengthText);
  if (length === 0 || from + length > whole.size) {
    throw new OperatorError("usage/range", infoSays.outsideRange(from, length, whole.size));
  }
  return { part: { at, other, from, length }, source: new Slice(whole, from, length) };
}

function checkedPart({ path, found, medium }: OpenedEvidence, part: SourcePart, format: string): CheckedSource {
  const { at, other, from, length } = part;
  const sectorBytes = medium.image.bytesPerSector;
  if (format !== "raw" && length % sectorBytes !== 0) {
    throw new OperatorError("usage/range", infoSays.partialSector(length, sectorBytes));
  }
  const whole = at === null && other === null && from === 0 && length === medium.image.size;
  const shown = resolve(path);
  const files = found.names.map((name) => resolve(join(found.folder, name)));
  return {
    spec: { kind: "image", format: found.format, files, ...(whole ? {} : { part }) },
    kind: "image",
    path: whole ? shown : infoSays.partName(shown, [other, at].filter((each) => each !== null).join("/"), from, length),
    size: length,
    sectorBytes,
    stored: whole ? medium.image.storedHashes : {},
    facts: { ...fileFacts(shown, length), logicalSectorBytes: sectorBytes },
    family: new Set(),
    overridden: [],
  };
}

const stepBytes = 1 << 20;

async function stream(
  { part, source }: Asked,
  { medium: { image } }: OpenedEvidence,
  { output, signal }: CommandContext,
): Promise<ExitCode> {
  const whole = part.at === null && part.other === null && part.length === image.size;
  const stored = Object.entries(whole ? image.storedHashes : {}).filter(([name]) => getHashes().includes(name));
  const checks = stored.map(([name, value]) => ({ name, value, hash: createHash(name) }));
  const hash = createHash("sha256");
  const step = Buffer.alloc(stepBytes);
  const progress = new ProgressLine(output);
  let lost = 0;
  for (let at = 0; at < source.size;) {
    if (signal.aborted) throw new OperatorError("interrupted", infoSays.exportStopped(at), exitCodes.stopped);
    const count = source.readInto(step.subarray(0, Math.min(stepBytes, source.size - at)), at);
    const bytes = step.subarray(0, count);
    for (const { start, length, kind } of source.runsIn(at, count)) {
      if (!isLost(kind)) continue;
      bytes.fill(0, start - at, start - at + length);
      lost += length;
    }
    hash.update(bytes);
    for (const check of checks) check.hash.update(bytes);
    if (!writeStandard(bytes)) return exitCodes.done;
    at += count;
    progress.passing("export", infoSays.exporting, at, source.size);
    // Lets a signal in.
    await new Promise((go) => setImmediate(go));
  }
  progress.end();
  output.note(infoSays.exported(source.size, hash.digest("hex")));
  if (lost > 0) output.warn(infoSays.exportLost(lost));
  const differ = checks.flatMap(({ name, value, hash: own }) => {
    const found = own.digest("hex");
    return found === value ? [] : [infoSays.storedDiffers(name, value, found)];
  });
  for (const sentence of differ) output.warn(sentence);
  return lost > 0 || differ.length > 0 ? exitCodes.loss : exitCodes.done;
}

/** False where the reader of the pipe wants no more. */
function writeStandard(bytes: Buffer): boolean {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
    }
  }
  return true;
}
