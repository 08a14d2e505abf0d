/** Sentences of `vestige ls`, `cat`, `stat`, `tree`, `timeline` and `recover`. Names in them are already escaped by the caller. */
import { grouped } from "./en-parts.ts";

export const twoPaths = () =>
  `Expected one forensic path, found one behind the source and one with --at; give it in one place only.`;
export const stopped = () => `Stopped; nothing was changed.`;
export const badHashes = (text: string) =>
  `Expected --algorithms with md5, sha1, sha256 or several of them with commas between, found "${text}".`;

export const listHead = (hashes: readonly string[]) =>
  rowOf("STATE", "KIND", "SIZE", "MODIFIED", [
    ...hashes.map((name) => name.toUpperCase().padEnd(digestWidth(name))),
    "NAME",
  ]);
export const rowOf = (state: string, kind: string, size: string, modified: string, rest: readonly string[]) =>
  `${state.padEnd(11)} ${kind.padEnd(9)} ${size.padStart(15)}  ${modified.padEnd(25)}  ${rest.join("  ")}`;
export const digestWidth = (algorithm: string): number => ({ md5: 32, sha1: 40, sha256: 64 })[algorithm] ?? 64;
export const noDigest = (missing: number) => `${grouped(missing)} bytes are missing`;
export const localTime = (value: string) => `${value} local`;
export const unknownTime = () => "-";
export const linkTo = (name: string, target: string) => `${name} -> ${target}`;
export const sectionHead = (path: string, what: string) => `${path}  ${what}`;
export const noFileSystem = (path: string, what: string) =>
  `${path}: ${what}; no file system that is read, so no files are shown: vestige info says more, vestige read shows its bytes.`;
export const wholeMedium = () => "(medium)";
export const notOpened = (path: string, problem: string) => `${path}: the file system could not be opened: ${problem}`;
export const notListed = (path: string, problem: string) => `${path}: not everything in it could be listed: ${problem}`;
export const listed = (entries: number, deleted: number, hidden: number) =>
  `${grouped(entries)} entries, ${grouped(deleted)} of them deleted or orphan${hidden === 0 ? "" : `; ${grouped(hidden)} of the file system's own (metadata) are not shown: --all shows them`}`;
export const hashLoss = (entries: number) => `${grouped(entries)} allocated entries miss bytes: they have no hash.`;
export const sizeImplausible = (bytes: number) =>
  `its size of ${grouped(bytes)} bytes is more than the volume can hold`;
export const tooLarge = (path: string, bytes: number) => `${path}: not read: ${sizeImplausible(bytes)}`;
export const hashing = (_share: string, done: string, rate: string) => `reading: ${done}, ${rate}`;

export const catFolder = (path: string) =>
  `Expected a file, a stream, slack, space or a volume at ${path}, found a folder; vestige ls shows what is in it.`;
export const catJson = () =>
  `Expected --to FILE with --json, found none: standard output cannot take the bytes and the JSON lines.`;
export const missingRun = (kind: string, start: number, length: number) =>
  `${kind}: ${grouped(length)} bytes from byte ${grouped(start)} on are not there; zeros stand in their place.`;
export const moreMissing = (runs: number) => `… and ${grouped(runs)} more ranges`;
export const written = (path: string, bytes: number, sha256: string) =>
  `${path}: ${grouped(bytes)} bytes written, SHA-256 ${sha256}`;
export const targetExists = (path: string) =>
  `Expected nothing at ${path}, found a file; nothing is overwritten: choose another name.`;
export const targetFailed = (path: string, problem: string) =>
  `Expected to write ${path}, found: ${problem}; check the folder and its rights.`;
export const targetIsSource = (path: string) =>
  `Expected a target apart from the source, found ${path} on it or in it; choose a folder on another medium.`;

export const statRow = (name: string, value: string) => `  ${name.padEnd(14)} ${value}`;
export const statKind = (kind: string, state: string) => `${kind}, ${state}`;
export const statClaims = (name: string, content: string, origin: string) =>
  `name ${name}, content ${content}, found as ${origin}`;
export const statNames: Readonly<Record<string, string>> = {
  key: "key",
  kind: "kind",
  claims: "claims",
  size: "size",
  target: "leads to",
  bytes: "name in bytes",
  parent: "parent",
  recovery: "recovery",
  volume: "volume",
  fileSystem: "file system",
};
export const bytesOf = (bytes: number) => `${grouped(bytes)} bytes`;
const timeKinds: Readonly<Record<string, string>> = { m: "modified", a: "accessed", c: "record changed", b: "born" };
export const timeRow = (kind: string, value: string, zone: string, source: string) =>
  `  ${(timeKinds[kind] ?? kind).padEnd(14)} ${value.padEnd(34)} ${zoneWords[zone] ?? zone}, from ${source}`;
const zoneWords: Readonly<Record<string, string>> = {
  utc: "UTC",
  "local-unknown": "local time, zone not recorded",
  offset: "with its zone",
};
export const extentsHead = () => extentRow("IN THE CONTENT", "BYTES", "IN THE VOLUME", "IN THE MEDIUM", "STATE");
export const extentRow = (at: string, length: string, inVolume: string, inMedium: string, state: string) =>
  `  ${at.padStart(16)} ${length.padStart(16)} ${inVolume.padStart(18)} ${inMedium.padStart(18)}  ${state}`;
export const sparseWord = () => "sparse";
export const noPlace = () => "-";
export const slackHead = () => "  slack (not used by it):";
export const findingsHead = () => "  findings:";
export const findingRow = (severity: string, sentence: string, advice: string) =>
  `    ${severity}: ${sentence} ${advice}`;
export const nothingFound = () => "  nothing found wrong with it";
export const moreRows = (count: number) => `    … and ${grouped(count)} more (all with --json)`;
export const recoveryText = (confidence: string, intact: number, contested: number, lost: number) =>
  `${confidence}: ${grouped(intact)} bytes intact, ${grouped(contested)} claimed by another deleted file too, ${grouped(lost)} lost`;

export const treeDeleted = (name: string, state: string) => `${name} [${state}]`;
export const treeSized = (name: string, bytes: number) => `${name} (${grouped(bytes)} bytes)`;
export const noFolder = (path: string) =>
  `Expected a volume or a folder at ${path}, found none; vestige ls shows what is there.`;
export const treeCut = (depth: number) => `Deeper levels are not shown (--depth ${grouped(depth)}).`;
export const treeCounts = (directories: number, others: number, outside: number) =>
  `${grouped(directories)} folders, ${grouped(others)} files and others${outside === 0 ? "" : `; ${grouped(outside)} orphan entries hang in no folder and are not shown: vestige ls -r lists them`}`;

export const badDate = (flag: string, text: string) =>
  `Expected --${flag} with a date or time like 2024-05-17, 2024-05-17T13:37 or 2024-05-17T13:37:00Z, found "${text}".`;
export const badZone = (text: string) => `Expected --zone UTC or an offset like +02:00, found "${text}".`;
export const localTaken = (times: number, zone: string, given: boolean) =>
  `${grouped(times)} times are local times whose zone the evidence does not record: they were taken as ${zone}${given ? "" : ", for want of a better one; give the zone of the machine with --zone"}.`;
export const timelineCounts = (rows: number, entries: number) => `${grouped(rows)} rows of ${grouped(entries)} entries`;

export const toFolderMissing = () => `Expected --to FOLDER for what is recovered, found none.`;
export const foreignFolder = (folder: string) =>
  `Expected an empty folder, or one of an interrupted recovery, at ${folder}, found one that holds other things; choose another.`;
export const otherRecovery = (folder: string) =>
  `Expected the recovery of the same source with the same flags in ${folder}, found another one; choose another folder.`;
export const manifestDamaged = (file: string, line: number) =>
  `Expected the manifest of a recovery in ${file}, found something else in line ${grouped(line)}; choose another folder.`;
export const recoverFull = (folder: string) =>
  `The disk that holds ${folder} is full; free some space and run the same command again: it continues where it stopped.`;
export const recoverStopped = (folder: string) =>
  `Stopped; run the same command again: it continues in ${folder} where it stopped.`;
export const recovering = (_share: string, done: string, rate: string) => `recovering: ${done}, ${rate}`;
export const continued = (files: number) => `Continuing: ${grouped(files)} files were recovered before.`;
export const confidenceRow = (confidence: string, files: number, bytes: number) =>
  `  ${confidence.padEnd(10)} ${grouped(files).padStart(12)} files  ${grouped(bytes).padStart(18)} bytes  ${confidenceText[confidence] ?? ""}`;
const confidenceText: Readonly<Record<string, string>> = {
  allocated: "not deleted",
  certain: "recorded by the file system, claimed by nothing else",
  probable: "put together by a rule, or claimed by another deleted file too",
  partial: "a part is overwritten or lost: zeros stand in its place",
  none: "nothing is left of the content",
};
export const recovered = (contents: number, folder: string) =>
  `${grouped(contents)} different contents in ${folder}; manifest.jsonl and manifest.csv say what each was.`;
export const recoverLoss = (files: number) =>
  `${grouped(files)} allocated files miss bytes that the medium does not give.`;
export const recoverFailed = (path: string, problem: string) => `${path}: not recovered: ${problem}`;
