/** Sentences about logical containers (AFF4-L). Names in them are already escaped by the caller. */
import { grouped } from "./en-parts.ts";

export const containerUnreadable = (path: string, problem: string) =>
  `Expected to read the container ${path}, found: ${problem}; check the path and run with sufficient rights.`;
export const checkInterrupted = () =>
  `Stopped while the container was read again; what was written stays. Run the same command to go on.`;
export const writtenWrongly = (path: string, files: number) =>
  `What was written to ${path} is not what was read from the source (${grouped(files)} files differ); the container keeps its .partial name and must not be used: check the target medium, then acquire again.`;
export const otherWay = (label: string) =>
  `The acquisition of ${label} was begun in the other way; finish it as it was begun, with --format aff4-l or without.`;
export const targetInSource = (target: string, source: string) =>
  `Expected a target outside the source, found ${target} inside ${source}; the source is never written to: choose another folder.`;
export const targetFolder = (folder: string) =>
  `Expected a folder for the container at ${folder}, found none; make it first or name another.`;
export const targetExists = (path: string) =>
  `Expected nothing at ${path}, found a file; containers are never overwritten: choose another name.`;
export const otherSource = (path: string, before: string, now: string) =>
  `Expected the source of the interrupted acquisition into ${path}, which is ${before}, found ${now}; name the same folder, or another target.`;
export const interrupted = () =>
  `Stopped; the container is incomplete and kept under its .partial name. The same command goes on where it stopped.`;
export const notAFolder = (path: string) =>
  `Expected a folder for a container of files (--format aff4-l), found something else at ${path}; image a device or a file with --format raw, e01 or aff4.`;

export const copied = (name: string, files: string, bytes: string, contents: string, duplicates: string) =>
  `Acquired ${name}: ${files} files, ${bytes}; ${contents} contents stored, ${duplicates} further occurrences`;
export const container = (file: string, bytes: string, sha256: string) =>
  `Container ${file}: ${bytes}, SHA-256 ${sha256}`;
export const verifiedAgain = (contents: string) =>
  `Verified by reading again: ${contents} contents agree with their hashes`;
export const unsigned = (file: string) =>
  `The list of files and ${file} are unsigned: without a case nobody vouches for them.`;

export const linePart = (name: string) => `container ${name}`;
export const agrees = (files: number, contents: number, bytes: string) =>
  `${grouped(files)} files, ${grouped(contents)} contents, ${bytes}`;
export const differs = (files: number) => (files === 1 ? "1 file is damaged" : `${grouped(files)} files are damaged`);
export const fileDiffers = () => "the file is not the one that was signed";
export const damagedFile = (path: string, problem: DamageProblem) => `  ${path}: ${problems[problem]}`;
export const moreFiles = (count: number) => `  … and ${grouped(count)} more`;
export const containerFinding = (text: string) => `  ${text}`;
export const exhibitContainerAbsent = (label: string, file: string) =>
  `Expected the container ${file} of exhibit ${label}, found none; put it back from a copy and verify it.`;

const problems = {
  missing: "its content is not in the container",
  size: "its content has another size",
  hash: "its content has another hash",
  packed: "its content cannot be unpacked",
  map: "the map to its content is damaged",
  metadata: "the container says other things of it than the signed list",
  "no-hash": "the container states no hash of it",
  "content-of-other": "the content that it shares with another file is damaged",
  unreadable: "its content is kept in a way that is not read",
} as const;

/** What can be wrong with a file of a container. */
export type DamageProblem = keyof typeof problems;
