/** Sentences about imaging media and verifying images. Names in them are already escaped by the caller. */
import { grouped } from "./en-parts.ts";

export const mediumAbsent = (path: string) =>
  `Expected a device, a file or a folder to acquire at ${path}, found nothing there; check the path and that the medium is connected.`;
export const mediumKind = (path: string) =>
  `Expected a block device, a file or a folder at ${path}, found a special file; name the device itself.`;
export const mediumEmpty = (path: string) =>
  `Expected a medium with bytes at ${path}, found an empty one; insert the medium or check the path.`;
export const mediumMounted = (path: string, at: string) =>
  `Expected a source that nothing writes to, found ${path} mounted read-write at ${at}; unmount it, or mount it read-only.`;
export const mediumSwap = (path: string) =>
  `Expected a source that nothing writes to, found ${path} in use as swap space; name another source.`;

export const mayOverride = (sentence: string, code: string) =>
  `${sentence} To go on all the same, give --override ${code}: it is recorded.`;
export const targetTwice = (place: string) =>
  `Expected targets that lie apart, found two of the same format, folder and name (${place}); give one of them another name.`;
export const cloneInCase = () =>
  `Expected an image that stays in the case as --format (raw, e01 or aff4), found a clone; add the clone with --also clone:DEVICE.`;
export const cloneTarget = (path: string) =>
  `Expected a block device or a file to write the clone onto at ${path}, found none; name the target medium itself.`;
export const cloneIsSource = (path: string) =>
  `Expected another medium than the source to write the clone onto, found ${path}; name the target medium.`;
export const cloneMounted = (path: string, at: string) =>
  `Expected a target medium that is not in use, found ${path} mounted at ${at}; unmount it first.`;
export const cloneReadOnly = (path: string) =>
  `Expected a target medium that can be written to, found ${path} read-only; check its switch, or whether it is the source.`;
export const confirmClone = (path: string) =>
  `Everything on ${path} will be overwritten; to confirm, name it again with --confirm ${path}`;
export const badAlso = (text: string, formats: readonly string[]) =>
  `Expected --also FORMAT:PATH with one of ${formats.join(", ")}, found "${text}".`;
export const spareNeedsSegments = () =>
  `Expected --spare with an image of several files, found a single raw file or a clone; give --segment-size, or use e01 or aff4.`;
export const waitingForSpace = (folder: string, needed: number) =>
  `The disk that holds ${folder} is full: waiting until at least ${grouped(needed)} bytes are free there. Ctrl-C stops; --resume then continues.`;
export const goingOn = (folder: string) => `There is space in ${folder} again: going on.`;
export const movedOn = (from: string, to: string) =>
  `The disk that holds ${from} is full: going on in ${to}; the file that was being written moved there.`;

export const resumeDamaged = (file: string) =>
  `Expected the record of an interrupted acquisition in ${file}, found something else; begin anew with --restart after removing it.`;
export const nothingToResume = (name: string) =>
  `Expected an interrupted image of ${name} to continue, found none; acquire it without --resume.`;
export const streamNotContinued = (name: string) =>
  `The interrupted image of ${name} came from a stream, which cannot be read from the middle; begin anew with --restart.`;
export const otherMedium = (name: string, path: string) =>
  `Expected the medium of the interrupted image of ${name} (then ${path}), found another one, or one of another size, model or serial number; connect that medium, or begin anew with --restart.`;
export const otherPlan = (name: string, given: string) =>
  `Expected the flags with which the interrupted image of ${name} was begun, found others among ${given}; leave them out to continue, or begin anew with --restart.`;
export const otherVersion = (name: string, software: string) =>
  `The interrupted image of ${name} was begun by an earlier version (${software}), which packs chunks otherwise; finish it with that version, or begin anew with --restart.`;
export const begunAnew = () =>
  `Nothing of what was written before the interruption could be taken over: the medium is read from its first byte.`;
export const changedSince = (at: number) =>
  `What was written before the interruption is not what was read then, from byte ${grouped(at)} on: from there the medium is read again.`;
export const emptyStream = () =>
  `Expected bytes on standard input, found its end at once; look whether the program that should write them failed.`;
export const partialThere = (path: string) =>
  `Expected an image at ${path}, found an interrupted one beside it (${path}.partial); continue it with vestige acquire … --resume.`;
export const resumeNotAnnounced = (label: string) =>
  `Expected the journal to announce the interrupted image of ${label}, found no such open entry; begin anew with --restart.`;
export const continuing = (started: string) =>
  `Continuing the acquisition that was begun at ${started}: what was written is read again and compared first.`;
export const resumedAt = (at: number) => `Continued after an interruption at byte ${grouped(at)}`;

export const targetOnSource = (target: string, source: string) =>
  `Expected a target that does not lie on the source, found ${target} on ${source}; choose a folder on another medium.`;
export const targetFolder = (folder: string) =>
  `Expected a folder for the image at ${folder}, found none; make it first or name another.`;
export const targetExists = (path: string) =>
  `Expected nothing at ${path}, found a file; images are never overwritten: choose another name.`;
export const targetPartial = (path: string) =>
  `Expected nothing at ${path}, found the rest of an acquisition without its record; look whether it is still needed and remove it.`;
export const targetSpace = (folder: string, needed: number, free: number) =>
  `Expected ${grouped(needed)} bytes free in ${folder} for a raw image, found ${grouped(free)}; free some space, choose another target, or compress with --format e01.`;
export const targetFull = (folder: string) =>
  `The disk that holds ${folder} is full; the image is incomplete and kept under its .partial names: free some space, then continue with --resume.`;
export const targetFileLimit = (folder: string) =>
  `The file system of ${folder} holds no file as large as this; acquire again with --restart and a smaller --segment-size.`;
export const targetRefused = (folder: string, problem: string) =>
  `Writing the image in ${folder} failed (${problem}); it is incomplete and kept under its .partial names: check the target, then continue with --resume.`;
export const writtenWrongly = (folder: string) =>
  `What was written in ${folder} is not what was read from the source; the image is kept under its .partial names and must not be used: check the target medium, then acquire again with --restart.`;
export const streamInterrupted = () =>
  `Stopped; what came through the stream is kept under its .partial names and cannot be continued. Acquire it again with --restart.`;
export const imagingInterrupted = () =>
  `Stopped; the image is incomplete and kept under its .partial names. The same command, or --resume, continues it.`;
export const partialsRemoved = (names: string) => `Removed what an interrupted acquisition left: ${names}`;

export const formatMissing = () =>
  `Expected --format raw, e01, aff4 or clone to acquire a device, a file or a stream as a medium, found none; say which image to make.`;
export const formatForFolder = (path: string) =>
  `Expected a device, a file or a stream for an image, found the folder ${path}; acquire a folder with --format aff4-l, or without any of these flags to register it in place.`;
export const badSegmentSize = (value: string, least: string, most: string) =>
  `Expected --segment-size from ${least} to ${most} as bytes or with k, M or G (1024s), found "${value}".`;
export const rawCompression = () =>
  `Expected --compression with --format e01 or aff4 only, found it with a format that holds the bytes as they are.`;
export const wholeSectors = (path: string, size: number, sector: number) =>
  `Expected whole sectors for an E01 image, found ${grouped(size)} bytes in sectors of ${sector} in ${path}; acquire it with --format raw.`;
export const acquireArguments = () =>
  `Expected CASE LABEL SOURCE, or SOURCE alone with --to; see: vestige acquire --help`;
export const examinedFileAbsent = (label: string, path: string) =>
  `Expected the image of exhibit ${label} in ${path}, found nothing there; restore it from a copy or connect its medium, then run the same command again.`;
export const examinedFileChanged = (label: string, path: string, expected: number, found: number) =>
  `Expected the image of exhibit ${label} as it was signed, found ${path} with ${grouped(found)} bytes instead of ${grouped(expected)}; run vestige verify and restore it from a copy.`;

export const imageUnreadable = (path: string, problem: string) =>
  `Expected to read the image file ${path}, found: ${problem}; restore it from a copy or check the rights.`;
export const imageDamaged = (path: string, format: string, problem: string) =>
  `Expected an image in the format ${format} in ${path}, found: ${problem}; restore it from a copy.`;

export const progress = (
  stage: "read" | "verify",
  share: string,
  done: string,
  rate: string,
  left: string,
  glimpse: string,
) =>
  [
    `${stage === "read" ? "reading" : "verifying"}: ${share === "" ? "" : `${share}, `}${done}, ${rate}`,
    ...(left === "" ? [] : [`about ${left} left`]),
    ...(glimpse === "" ? [] : [glimpse]),
  ].join(", ");
export const imaged = (name: string, bytes: string, files: number, rate: string) =>
  `${name}: ${bytes} read, written in ${grouped(files)} file(s) and verified by reading them again, ${rate}`;
export const hashLine = (name: string, value: string) => `  ${name.padEnd(10)} ${value}`;
export const badSectors = (sectors: number, ranges: number, bytes: number) =>
  `Unreadable: ${grouped(sectors)} sector(s) of ${bytes} bytes in ${grouped(ranges)} range(s), filled with zeros:`;
export const badRange = (first: number, count: number) =>
  count === 1
    ? `  sector ${grouped(first)}`
    : `  sectors ${grouped(first)} to ${grouped(first + count - 1)} (${grouped(count)})`;
export const unstableSectors = (count: number) =>
  `Unstable: ${grouped(count)} sector(s) gave different answers; the image holds the value that came twice:`;
export const writtenTo = (format: string, folder: string, files: number, first: string) =>
  format === "clone"
    ? `  clone on ${folder}, verified by reading it again`
    : `  ${format} in ${folder}: ${grouped(files)} file(s) from ${first} on, verified by reading them again`;
export const cloneShort = (at: number) =>
  `  The target is smaller than the medium: the clone ends at byte ${grouped(at)} and is truncated.`;
export const cloneExcess = (what: "untouched" | "zeroed") => `  The target is larger: its rest is ${what}.`;
export const otherReader = (name: string, version: string, ok: boolean) =>
  `  ${name} ${version}: ${ok ? "agrees" : "DOES NOT AGREE"}`;
export const padded = (added: number, came: number, sha256: string) =>
  `The stream ended within a sector: ${grouped(added)} zero byte(s) were added, which the hashes above include.
  SHA-256 of the ${grouped(came)} bytes that came: ${sha256}`;
export const notProtected = (reason: string) => `The source was not set read-only: ${reason}`;
export const moreRanges = (count: number) => `  and ${grouped(count)} more; all are in the manifest`;
export const unsigned = (file: string) =>
  `Without a case nothing is signed: ${file} holds hashes and block list, and is as trustworthy as where you keep it.`;

export const imageAgrees = (bytes: string, sha256: string) => `${bytes} read again, SHA-256 ${sha256}`;
export const imageDiffers = (blocks: number) =>
  blocks === 0 ? "its files differ, what they hold does not" : `${grouped(blocks)} block(s) of 1 MiB differ`;
export const damagedRange = (from: number, to: number, block: number, first: number, last: number, files: string) =>
  `  changed: bytes ${grouped(from)} to ${grouped(to - 1)} of the medium (from block ${grouped(block)} on, sectors ${grouped(first)} to ${grouped(last)}) in ${files}`;
export const stillStands = (good: number, all: number) =>
  `  ${grouped(good)} of ${grouped(all)} block(s) of 1 MiB still stand as they were signed`;
export const targetAway = (name: string, folder: string) =>
  `${name} was written to ${folder}, where nothing of it is now: not checked; connect its medium to check it.`;
export const changedFile = (file: string, problem: "missing" | "size" | "sha256") =>
  `  changed: ${file}: ${{ missing: "the file is missing", size: "its size differs", sha256: "its SHA-256 differs" }[problem]}`;
export const imageDetail = (blocks: number) => `signature and list of ${grouped(blocks)} blocks agree`;
export const storedAgree = (names: string) => `read in full; agrees with the ${names} kept beside it or in it`;
export const storedDiffer = (names: string) => `its content differs from the recorded ${names}`;
export const nothingStored = (path: string) =>
  `Expected hashes to compare ${path} with, found none in it or beside it; keep the .acquisition.json of the image beside it, or verify its case.`;
export const notWhole = (path: string, wrong: readonly string[]) =>
  `Expected a whole image in ${path}, found one that is damaged or cut off, without the hashes that it may have had: ${wrong.join(" ")} Look for the missing files, or put the .acquisition.json of the image beside it.`;
export const absentFile = () => `a missing file`;
export const atBytes = (sentence: string, offset: number, length: number) =>
  `${sentence} (bytes ${grouped(offset)} to ${grouped(offset + length - 1)} of the medium)`;
export const imageFinding = (text: string) => `  ${text}`;
export const noSourceOfImage = (label: string) =>
  `Exhibit ${label} is an image: its files were read again instead of its source.`;
export const lineImage = (label: string) => `image ${label}`;
