/**
 * Preservation copies of an exhibit: its image, manifest, block hashes and form in a folder outside the case, announced,
 * verified by reading the copy again, and recorded with the place where it is kept. An interrupted copy continues.
 */
import { existsSync, mkdirSync, readdirSync, realpathSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import { readExhibit, type Case } from "../../case/case-folder.ts";
import { copiesOf, copyActs, dayAfter, nextCopyName } from "../../custody/copies.ts";
import type { CopiedFile, PreservationCopy } from "../../custody/copies.ts";
import type { Journal } from "../../custody/journal.ts";
import type { OpenIntent } from "../../custody/journal-state.ts";
import { verifyManifest } from "../../custody/manifest.ts";
import { sha256Of } from "../../custody/readable.ts";
import type { Signer } from "../../custody/signer.ts";
import { caseSays, copySays, custodySays } from "../../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import { errorCode } from "../../source/describe-entry.ts";
import { checkFiles, copyFile, nameFiles, partialOf } from "./copy-files.ts";
import type { CopyWatch, FileProblem, FileToCopy } from "./copy-files.ts";

/** What the officer says of a copy; null where nothing is said. */
export interface SaidOfCopy {
  readonly location: string | null;
  readonly medium: string | null;
  readonly handedFrom: string | null;
  readonly handedTo: string | null;
  /** Days between checks. */
  readonly checkEvery: number | null;
}

export interface CopyDesk {
  readonly theCase: Case;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly signal: AbortSignal;
}

export interface CopyOptions extends CopyDesk {
  readonly label: string;
  /** Folder for the copy: absent, empty, or holding what an interrupted copy of the same exhibit left. */
  readonly to: string;
  readonly said: SaidOfCopy;
  readonly onProgress: (stage: "copy" | "verify", bytes: number, total: number) => void;
}

export interface CopyResult {
  /** `M01-c1` */
  readonly copy: string;
  /** Real path of its folder. */
  readonly place: string;
  readonly files: readonly CopiedFile[];
  readonly bytes: number;
  readonly problems: readonly FileProblem[];
  /** True where the copy lies in the same file system as the case: one failing disk would take both. */
  readonly besideCase: boolean;
  /** False where the system could not be told to forget what it keeps of the files in memory. */
  readonly cacheDropped: boolean;
  readonly nextCheck: string | null;
}

/**
 * Makes and verifies a copy. Problems are recorded and returned, the files keep their partial names then. Throws OperatorError: no such exhibit, not acquired,
 * acquired in place, a refused target, the exhibit itself changed (1), full disk or interrupted (4, resumable).
 */
export async function copyExhibit(options: CopyOptions): Promise<CopyResult> {
  const { theCase, label, journal, signer, said } = options;
  readExhibit(theCase, label);
  const sources = filesOfExhibit(theCase, label, journal);
  const place = checkedPlace(options.to, theCase.paths.root);
  const open = openCopy(journal, label, (each) => each.place === place);
  const bytes = sources.reduce((sum, { size }) => sum + size, 0);
  checkFolder(place, sources, open !== null);
  checkSpace(place, sources, bytes);
  makeFolder(place);
  const copy = open?.copy ?? nextCopyName(copiesOf(journal.entries()), label);
  const details = { copy, exhibit: label, place, ...said };
  const act = open?.intent ?? journal.begin(copyActs.make, { ...details, bytes }, signer, { exhibit: label });
  const end = (phase: "done" | "failed", outcome: JsonObject) => {
    if ("done" in act) act[phase](outcome, signer);
    else journal.endIntent(act, phase, outcome, signer);
  };
  try {
    const read = await copyAndCheck(sources, place, bytes, options);
    const ok = read.problems.length === 0;
    const files = sources.map(({ file, size, sha256 }) => ({ file, size, sha256 }));
    const nextCheck = ok ? dayAfter(Date.now(), said.checkEvery) : null;
    const problems = read.problems.map((problem) => ({ ...problem }));
    end(ok ? "done" : "failed", { ...details, files, problems, nextCheck, ok, readBack: readBack(read.cacheDropped) });
    return { copy, place, files, bytes, ...read, nextCheck, besideCase: isBeside(place, theCase) };
  } catch (error) {
    // What can be continued stays announced.
    if (!isOperatorError(error) || error.exit !== exitCodes.stopped) {
      end("failed", { ...details, ok: false, code: isOperatorError(error) ? error.code : "fault" });
    }
    throw error;
  }
}

function isBeside(place: string, { paths }: Case): boolean {
  return statSync(place).dev === statSync(paths.root).dev;
}

/** As it is recorded: what the copy was read from when it was verified. */
function readBack(cacheDropped: boolean): string {
  return cacheDropped ? "cache dropped" : "cache may have answered";
}

async function copyAndCheck(sources: readonly FileToCopy[], place: string, bytes: number, options: CopyOptions) {
  const watch = (stage: "copy" | "verify"): CopyWatch => {
    let done = 0;
    return { signal: options.signal, onBytes: (count) => options.onProgress(stage, (done += count), bytes) };
  };
  const copying = watch("copy");
  for (const source of sources) await copyFile(source, place, copying);
  const nameOf = (file: string): string => (existsSync(join(place, file)) ? file : partialOf(file));
  const read = await checkFiles(place, sources, watch("verify"), nameOf);
  if (read.problems.length === 0) nameFiles(place, sources);
  return read;
}

/** An announced and unfinished copy of this exhibit. */
function openCopy(
  journal: Journal,
  label: string,
  isWanted: (copy: PreservationCopy) => boolean,
): { copy: string; place: string; intent: OpenIntent } | null {
  const unfinished = copiesOf(journal.entries()).filter((copy) => copy.state === "unfinished" && isWanted(copy));
  for (const intent of journal.openIntents()) {
    if (intent.act !== copyActs.make || intent.exhibit !== label) continue;
    const found = unfinished.find(({ events }) => events[0]?.seq === intent.seq);
    if (found) return { copy: found.copy, place: found.place, intent };
  }
  return null;
}

/** Ends an unfinished copy that will not be continued; its files stay where they are. Throws OperatorError for any other. */
export function abandonCopy({ journal, signer }: CopyDesk, label: string, name: string): void {
  const open = openCopy(journal, label, ({ copy }) => copy === name);
  if (!open) throw new OperatorError("copy/unknown", copySays.notUnfinished(label, name));
  const { copy, place, intent } = open;
  journal.endIntent(intent, "failed", { copy, exhibit: label, place, ok: false, code: "abandoned" }, signer);
}

/** What belongs to an acquired exhibit: the files of its image as they are signed, and what describes it. */
function filesOfExhibit(theCase: Case, label: string, journal: Journal): FileToCopy[] {
  const folder = theCase.paths.exhibit(label);
  if (!existsSync(theCase.paths.acquisition(label))) {
    throw new OperatorError("acquire/missing", caseSays.notAcquired(label));
  }
  const verdict = verifyManifest(folder, journal.keys());
  if (!verdict.ok || verdict.body === null) {
    const problem = custodySays.problem(verdict.problem ?? "malformed");
    throw new OperatorError("copy/manifest-changed", copySays.manifestChanged(label, problem), exitCodes.loss);
  }
  const segments = segmentsOf(verdict.body, folder);
  if (segments?.length === 0) throw new OperatorError("copy/no-files", copySays.noFiles(label));
  if (segments === null) throw new OperatorError("copy/in-place", copySays.inPlace(label));
  const described = describingFiles.filter((file) => existsSync(join(folder, file)));
  return [...segments, ...described.map((file) => fileIn(folder, file))];
}

const describingFiles = ["blocks.leaves", "files.jsonl", "files.leaves", "exhibit.json", "acquisition.json"];
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

function fileIn(folder: string, file: string): FileToCopy {
  const from = join(folder, file);
  const sha256 = sha256Of(from);
  if (sha256 === null) throw new OperatorError("copy/source-unreadable", copySays.sourceUnreadable(from, "ENOENT"));
  return { from, file, size: statSync(from).size, sha256 };
}

interface SignedFile {
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  readonly folder?: string;
}

interface SignedImage {
  readonly folder?: string | null;
  readonly segments: readonly SignedFile[];
}

/** Image files or logical container; null for a manifest that names neither: the exhibit is the folder where it was found. */
function segmentsOf(body: JsonObject, folder: string): FileToCopy[] | null {
  const image = body["image"] as unknown as Partial<SignedImage> | null | undefined;
  const container = body["container"] as unknown as SignedFile | null | undefined;
  const segments: readonly SignedFile[] | undefined = container ? [container] : image?.segments;
  if (!Array.isArray(segments)) return null;
  return segments.map((segment: SignedFile) => {
    if (!plainName.test(segment.file)) throw new Error("a signed manifest names a file that is no plain name");
    const { file, size, sha256 } = segment;
    return { from: join(segment.folder ?? image?.folder ?? folder, file), file, size, sha256 };
  });
}

/** The real path of the folder that will hold the copy. Throws OperatorError: no folder, inside the case. */
function checkedPlace(to: string, caseRoot: string): string {
  const given = resolve(to);
  const parent = dirname(given);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new OperatorError("copy/no-folder", copySays.noFolder(parent));
  }
  const place = existsSync(given) ? realpathSync(given) : join(realpathSync(parent), basename(given));
  const way = relative(realpathSync(caseRoot), place);
  if (way === "" || (!way.startsWith("..") && !isAbsolute(way))) {
    throw new OperatorError("copy/inside-case", copySays.insideCase(place));
  }
  return place;
}

/** What lies in the folder must be the rest of this copy: finished files only where the copy was announced and not ended. */
function checkFolder(place: string, sources: readonly FileToCopy[], announced: boolean): void {
  if (!existsSync(place)) return;
  if (!statSync(place).isDirectory())
    throw new OperatorError("copy/occupied", copySays.occupied(place, basename(place)));
  const finals = new Set(announced ? sources.map(({ file }) => file) : []);
  const partials = new Set(sources.map(({ file }) => partialOf(file)));
  // `lost+found` is in the root of every file system of Linux's own family.
  const foreign = readdirSync(place).find((name) => !finals.has(name) && !partials.has(name) && name !== "lost+found");
  if (foreign !== undefined) throw new OperatorError("copy/occupied", copySays.occupied(place, foreign));
}

function checkSpace(place: string, sources: readonly FileToCopy[], bytes: number): void {
  const { bavail, bsize } = statfsSync(existsSync(place) ? place : dirname(place));
  const standing = (name: string) => statSync(join(place, name), { throwIfNoEntry: false })?.size ?? 0;
  const there = sources.reduce((sum, { file }) => sum + standing(file) + standing(partialOf(file)), 0);
  const free = bavail * bsize;
  if (bytes - there > free) throw new OperatorError("copy/space", copySays.noSpace(place, bytes - there, free));
}

function makeFolder(place: string): void {
  try {
    mkdirSync(place, { recursive: true });
  } catch (error) {
    throw new OperatorError("copy/refused", copySays.targetRefused(place, errorCode(error)));
  }
}

export interface CheckOptions extends CopyDesk {
  readonly label: string;
  /** `M01-c1` */
  readonly copy: string;
  /** Where it is now; null where it was made or checked last. */
  readonly place: string | null;
  readonly said: SaidOfCopy;
  readonly onProgress: (stage: "verify", bytes: number, total: number) => void;
}

/** Reads a copy again and records what was found. Throws OperatorError: no such copy, not connected, interrupted (4). */
export async function verifyCopy(options: CheckOptions): Promise<CopyResult> {
  const { label, journal, signer, said, signal } = options;
  const copy = copyNamed(journal, label, options.copy);
  const place = resolve(options.place ?? copy.place);
  const there = copy.files.some(({ file }) => existsSync(join(place, file)));
  if (!there) throw new OperatorError("copy/not-there", copySays.notThere(copy.copy, place));
  const bytes = copy.files.reduce((sum, { size }) => sum + size, 0);
  const details = { copy: copy.copy, exhibit: label, place: realpathSync(place) };
  const act = journal.begin(copyActs.verify, details, signer, { exhibit: label });
  let done = 0;
  const onBytes = (count: number): void => options.onProgress("verify", (done += count), bytes);
  try {
    const read = await checkFiles(place, copy.files, { signal, onBytes });
    const checkEvery = said.checkEvery ?? copy.checkEvery;
    const nextCheck = dayAfter(Date.now(), checkEvery);
    const ok = read.problems.length === 0;
    const { location, medium, handedFrom, handedTo } = said;
    const outcome = { ...details, location, medium, handedFrom, handedTo, checkEvery, nextCheck, ok, bytes };
    const problems = read.problems.map((problem) => ({ ...problem }));
    act.done({ ...outcome, problems, readBack: readBack(read.cacheDropped) }, signer);
    const besideCase = isBeside(place, options.theCase);
    return { copy: copy.copy, place: details.place, files: copy.files, bytes, ...read, nextCheck, besideCase };
  } catch (error) {
    act.failed({ ...details, code: isOperatorError(error) ? error.code : "fault" });
    throw error;
  }
}

/** Records that a copy is kept elsewhere or by someone else. Throws OperatorError where there is no such copy. */
export function moveCopy(desk: CopyDesk, label: string, name: string, said: SaidOfCopy, place: string | null): void {
  const { copy } = copyNamed(desk.journal, label, name);
  const { location, medium, handedFrom, handedTo } = said;
  const details = {
    copy,
    exhibit: label,
    place: place === null ? null : resolve(place),
    location,
    medium,
    handedFrom,
    handedTo,
  };
  desk.journal.append(copyActs.move, details, desk.signer, { exhibit: label });
}

function copyNamed(journal: Journal, label: string, name: string): PreservationCopy {
  const copies = copiesOf(journal.entries()).filter(({ exhibit }) => exhibit === label);
  const copy = copies.find((each) => each.copy === name);
  if (copy?.state === "sound" || copy?.state === "changed") return copy;
  const known = copies.filter(({ state }) => state === "sound" || state === "changed").map((each) => each.copy);
  throw new OperatorError("copy/unknown", copySays.unknownCopy(label, name, known.join(", ")));
}
