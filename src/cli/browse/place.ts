/** Opens what the commands that browse images are given: a source, a place inside of it, and the trees of files there. */
import { statSync } from "node:fs";
import { readerPath, wholeMedium, type Medium, type Resolved } from "../../../native-free/layers/resolve.ts";
import {
  fileSystemOf,
  mayHoldFiles,
  nodesOf,
  type OpenedFileSystem,
  type VolumeNode,
} from "../../../native-free/layers/volume-tree.ts";
import type { FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { findings as kinds, sentenceOf, type Finding } from "../../../native-free/model/findings.ts";
import { browseSays, infoSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { resolveIn } from "../../source/evidence-path.ts";
import { openEvidence, type OpenedEvidence } from "../../source/evidence.ts";
import { flagText, type CommandContext } from "../command.ts";
import { evidenceOptionsOf } from "../evidence-flags.ts";
import type { Output } from "../output.ts";
import { ProgressLine } from "../progress.ts";
import { pathText } from "./rows.ts";

export interface OpenedPlace {
  readonly evidence: OpenedEvidence;
  readonly place: Resolved;
  readonly progress: ProgressLine;
}

/** The first argument is the source, with the forensic path behind it or in `--at`. Throws OperatorError. */
export async function atPlace(
  context: CommandContext,
  work: (opened: OpenedPlace) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { args, flags, output, signal } = context;
  const [source, behind] = splitSource(args[0] ?? "");
  const given = flagText(flags, "at");
  if (given !== null && behind !== null) throw new OperatorError("usage/at", browseSays.twoPaths());
  const at = given ?? behind;
  const progress = new ProgressLine(output);
  const evidence = await openEvidence(source, evidenceOptionsOf(flags, signal, progress, output));
  try {
    progress.end();
    const place = at === null ? wholeMedium(evidence.medium) : resolveIn(evidence.medium, at, source);
    return await work({ evidence, place, progress });
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    const problem = output.safe(sentenceOf(findingOf(error)));
    throw new OperatorError("source/damaged", infoSays.pathDamaged(output.safe(at ?? source), problem), exitCodes.loss);
  } finally {
    progress.end();
    evidence.close();
  }
}

const inner = /^-?\/?(?:(?:p|gap|bsd|lv)\d+(?:\/|$)|[a-z0-9-]+:\/)/;

/** `disk.raw/p1/fat:/a.txt` is the file `disk.raw` and a path in it. */
function splitSource(given: string): readonly [source: string, at: string | null] {
  if (statSync(given, { throwIfNoEntry: false })) return [given, null];
  for (let at = given.lastIndexOf("/"); at > 0; at = given.lastIndexOf("/", at - 1)) {
    const [source, rest] = [given.slice(0, at), given.slice(at + 1)];
    if (inner.test(rest) && isThere(source)) return [source, rest];
  }
  return [given, null];
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A part of the path is a file: what is behind it is the forensic path, or a mistake that opening will tell.
    return false;
  }
}

export const findingOf = (error: { readonly code: string; readonly params: Finding["params"] }): Finding => ({
  code: error.code,
  params: error.params,
  offset: null,
  length: null,
});

/** Files to be listed: a file system, or what lies below one of its directories. */
export interface Tree {
  readonly medium: Medium;
  readonly node: VolumeNode;
  readonly fileSystem: FileSystem;
  /** Null: the root. */
  readonly directory: FileSystemEntry | null;
  /** Forensic path without label and without "/" at the end. */
  readonly path: string;
}

export interface LookedInto {
  readonly node: VolumeNode;
  readonly path: string;
  readonly opened: OpenedFileSystem;
  /** Null where no file system is read there. */
  readonly tree: Tree | null;
}

/** The volumes at and below a place, each with its tree of files; a single one for a root or a directory. None for other things. */
export function* treesAt(place: Resolved): Iterable<LookedInto> {
  const { medium, node } = place;
  if (place.kind === "entry" && place.entry.kind === "directory") {
    const { fileSystem, entry, path } = place;
    const tree = { medium, node, fileSystem, directory: entry, path };
    yield { node, path, opened: { fileSystem, problem: null }, tree };
  }
  if (place.kind !== "volume") return;
  if (place.fileSystem) return yield lookedInto(medium, node, { fileSystem: place.fileSystem, problem: null });
  for (const each of nodesOf(node)) {
    yield lookedInto(medium, each, mayHoldFiles(each) ? fileSystemOf(each) : { fileSystem: null, problem: null });
  }
}

function lookedInto(medium: Medium, node: VolumeNode, opened: OpenedFileSystem): LookedInto {
  const { fileSystem } = opened;
  const path = [medium.path, node.path].filter((part) => part !== "").join("/");
  const tree = fileSystem && { medium, node, fileSystem, directory: null, path: readerPath(medium, node, fileSystem) };
  return { node, path, opened, tree };
}

/** What the volume is for people: its file system, or what its first bytes show. */
export function contentOf({ node, opened: { fileSystem } }: LookedInto, output: Output): string {
  if (node.kind === "gap") return infoSays.gapWord();
  if (fileSystem) {
    return infoSays.fileSystemLine(
      fileSystem.variant,
      fileSystem.label === null ? null : output.safe(fileSystem.label),
    );
  }
  if (node.system) return node.system.format;
  const words = node.recognised.map(({ kind, label, role }) => {
    const name = infoSays.fileSystemLine(kind, label === null ? null : output.safe(label));
    if (role === "encrypted" && !kind.startsWith("possibly")) return infoSays.encryptedWord(name);
    if (role === "member") return infoSays.memberWord(name);
    return role === "file system" ? infoSays.knownNotRead(name) : name;
  });
  return words.length > 0 ? words.join("; ") : node.source.size === 0 ? infoSays.empty() : infoSays.notKnown();
}

const shownFindings = 20;

/** Says findings beside a listing; true where something of it is a loss. */
export function tellFindings(output: Output, path: string, found: readonly Finding[]): boolean {
  const lost = found.filter(({ code }) => kinds[code]?.severity === "loss");
  for (const each of found.slice(0, shownFindings)) {
    const severity = kinds[each.code]?.severity ?? "loss";
    const place = each.offset === null ? "" : infoSays.findingPlace(each.offset, each.length);
    const text = infoSays.findingLine(severity, `${pathText(path)}: ${output.safe(sentenceOf(each))}`, place).trim();
    if (severity === "loss") output.warn(text);
    else output.note(text);
  }
  if (found.length > shownFindings) output.note(infoSays.moreFindings(found.length - shownFindings).trim());
  for (const { code, offset, length, params } of found) {
    output.event("vestige.finding/1", "finding", { path, code, offset, length, params: { ...params } });
  }
  return lost.length > 0;
}

/** Lets signals and timers in. Throws OperatorError (exit 4) where the officer stopped it. */
export async function breathe(signal: AbortSignal, sentence = browseSays.stopped()): Promise<void> {
  await new Promise((go) => setImmediate(go));
  if (signal.aborted) throw new OperatorError("interrupted", sentence, exitCodes.stopped);
}
