/** What `scan` says. */
import { counted, grouped } from "./en-parts.ts";

export const listing = (items: string): string => `listing what the source holds: ${items} items`;
export const passing = (share: string, done: string, rate: string, left: string): string =>
  ["scanning", share, done, rate, left === "" ? "" : `${left} left`].filter((part) => part !== "").join("  ");

export const badKind = (flag: string, kind: string): string =>
  `--${flag}: there is no kind "${kind}"; vestige scan --list-kinds names all of them`;
export const badWorkers = (text: string): string => `--workers wants a number from 1 on, not "${text}"`;
export const nothingWanted = (): string => "nothing is looked for: --files none and --features none, and no --list";
export const noSource = (): string =>
  "expected an image, a device, a folder or a file to scan, found none; name it, or ask for --list-kinds";
export const wholeFolder = (): string =>
  "--scope and --at are for images and devices; a folder is scanned file by file";
export const nothingAt = (at: string): string =>
  `--at: nothing of the source lies below ${at}; vestige ls names what there is`;
export const unfinished = (folder: string): string =>
  `${folder} holds a scan that did not come to its end (a full disk, a stop, a kill); what is there is incomplete, and a scan cannot go on. Give another folder with --to, or --force-new to remove what that scan wrote and begin anew`;
export const full = (folder: string): string =>
  `No room is left for ${folder}; what is there is incomplete. Make room and begin anew with --force-new, or give a folder on another disk with --to`;
export const targetNotEmpty = (folder: string): string =>
  `${folder} is not empty; give a new or empty folder with --to`;

export const kindHead = (): string => "files that are carved";
export const featureHead = (): string => "identifiers";
export const kindRow = (id: string, name: string): string => `  ${id.padEnd(18)} ${name}`;

export const filesHead = (): string => "carved files                     complete  truncated   fragments";
export const filesRow = (name: string, complete: number, truncated: number, fragments: number): string =>
  `  ${name.padEnd(30)} ${grouped(complete).padStart(8)} ${grouped(truncated).padStart(10)} ${grouped(fragments).padStart(11)}`;
export const featuresHead = (): string =>
  "features                            valid  valid-check    pattern  invalid-check";
export const featuresRow = (
  name: string,
  [valid = 0, check = 0, pattern = 0, invalid = 0]: readonly number[],
): string =>
  `  ${name.padEnd(30)} ${grouped(valid).padStart(8)} ${grouped(check).padStart(12)} ${grouped(pattern).padStart(10)} ${grouped(invalid).padStart(14)}`;
export const topValue = (value: string, times: number): string => `      ${value}  ×${grouped(times)}`;
export const termsHead = (): string => "watch-lists";
export const termsRow = (list: string, entries: number, hits: number): string =>
  `  ${list.padEnd(30)} ${counted(hits, "hit")} of ${counted(entries, "entry", "entries")}`;
export const notRaw = (list: string, entries: number): string =>
  `${list}: ${counted(entries, "entry is", "entries are")} not looked for in raw bytes (regular expressions and very short terms)`;

export const scanned = (items: number, bytes: string, seconds: string): string =>
  `scanned ${counted(items, "part")}, ${bytes} in ${seconds}`;
export const nothingFound = (): string => "nothing was found";
export const linked = (files: number): string =>
  `${counted(files, "carved file is", "carved files are")} the same as a file that the file system knows; they are linked to it`;
export const written = (files: number, folder: string): string =>
  `${counted(files, "file")} and the tables are in ${folder}`;
export const lost = (bytes: string): string =>
  `${bytes} of the source are not there as they were (unreadable, missing or overwritten); zeros stand for them`;
export const failed = (path: string, code: string): string => `not scanned: ${path} (${code})`;
export const moreFailed = (n: number): string => `${counted(n, "further item")} could not be scanned`;
export const cuts = (n: number): string =>
  `${counted(n, "stream")} inside of others were not decoded to the end (depth or size)`;
export const manyValues = (n: number): string =>
  `the counts of values stop at ${grouped(n)} different ones; features.csv has all of them`;
