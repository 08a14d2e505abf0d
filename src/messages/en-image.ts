/** Sentences about imaging media and verifying images. Names in them are already escaped by the caller. */

const grouped = (n: number): string => n.toLocaleString("en-US");

export const mediumAbsent = (path: string) =>
  `Expected a device, a file or a folder to acquire at ${path}, found nothing there; check the path and that the medium is connected.`;
export const mediumKind = (path: string) =>
  `Expected a block device, a file or a folder at ${path}, found a special file; name the device itself.`;
export const mediumUnreadable = (path: string, problem: string) =>
  `Expected to read ${path}, found: ${problem}; run with sufficient rights.`;
export const mediumEmpty = (path: string) =>
  `Expected a medium with bytes at ${path}, found an empty one; insert the medium or check the path.`;
export const mediumShort = (path: string, at: number, size: number) =>
  `${path} ended at byte ${grouped(at)} although it states ${grouped(size)} bytes; the partial image is kept under its .partial names: check the medium and its connection, then acquire again from the start.`;
export const mediumResized = (path: string, before: number, now: number) =>
  `${path} changed its size from ${grouped(before)} to ${grouped(now)} bytes while it was read; the partial image is kept under its .partial names: make sure that nothing writes to it, then acquire again from the start.`;
export const mediumGone = (path: string, problem: string) =>
  `${path} is gone or answers no more (${problem}); the partial image is kept under its .partial names: reconnect the medium, then acquire again from the start.`;
export const mediumMounted = (path: string, at: string) =>
  `Expected a source that nothing writes to, found ${path} mounted read-write at ${at}; unmount it, or mount it read-only.`;
export const mediumSwap = (path: string) =>
  `Expected a source that nothing writes to, found ${path} in use as swap space; name another source.`;

export const targetOnSource = (target: string, source: string) =>
  `Expected a target that does not lie on the source, found ${target} on ${source}; choose a folder on another medium.`;
export const targetFolder = (folder: string) =>
  `Expected a folder for the image at ${folder}, found none; make it first or name another.`;
export const targetExists = (path: string) =>
  `Expected nothing at ${path}, found a file; images are never overwritten: choose another name.`;
export const targetPartial = (path: string) =>
  `Expected nothing at ${path}, found the rest of an interrupted acquisition; look whether it is still needed and remove it.`;
export const targetSpace = (folder: string, needed: number, free: number) =>
  `Expected ${grouped(needed)} bytes free in ${folder} for a raw image, found ${grouped(free)}; free some space, choose another target, or compress with --format e01.`;
export const targetFull = (folder: string) =>
  `The disk that holds ${folder} is full; the image is incomplete and kept under its .partial names: free some space or choose another target, then acquire again from the start.`;
export const targetFileLimit = (folder: string) =>
  `The file system of ${folder} holds no file as large as this; acquire again with a smaller --segment-size.`;
export const targetRefused = (folder: string, problem: string) =>
  `Writing the image in ${folder} failed (${problem}); it is incomplete and kept under its .partial names: check the target, then acquire again from the start.`;
export const writtenWrongly = (folder: string) =>
  `What was written in ${folder} is not what was read from the source; the image is kept under its .partial names and must not be used: check the target medium, then acquire again.`;
export const imagingInterrupted = () =>
  `Stopped; the image is incomplete and kept under its .partial names. The same command starts over from the first sector.`;
export const partialsRemoved = (names: string) => `Removed what an interrupted acquisition left: ${names}`;

export const formatMissing = () =>
  `Expected --format raw or --format e01 to acquire a device or a file as a medium, found none; say which image to make.`;
export const formatForFolder = (path: string) =>
  `Expected a device or a file for an image, found the folder ${path}; acquire a folder without --format, --compression, --segment-size and --to.`;
export const badSegmentSize = (value: string, least: string, most: string) =>
  `Expected --segment-size from ${least} to ${most} as bytes or with k, M or G (1024s), found "${value}".`;
export const rawCompression = () =>
  `Expected --compression with --format e01 only, found it with raw, which holds the bytes as they are.`;
export const wholeSectors = (path: string, size: number, sector: number) =>
  `Expected whole sectors for an E01 image, found ${grouped(size)} bytes in sectors of ${sector} in ${path}; acquire it with --format raw.`;
export const acquireArguments = () =>
  `Expected CASE LABEL SOURCE, or SOURCE alone with --to; see: vestige acquire --help`;
export const imageNotExamined = (label: string) =>
  `Exhibit ${label} is an image: this version acquires and verifies images and does not examine what is in them yet; export its files as a folder and acquire that as an exhibit of its own.`;
export const imagesPassedOver = (labels: string) =>
  `Passed over, since images are acquired and not examined yet: ${labels}`;

export const imageUnreadable = (path: string, problem: string) =>
  `Expected to read the image file ${path}, found: ${problem}; restore it from a copy or check the rights.`;
export const imageDamaged = (path: string, problem: string) =>
  `Expected an E01 image in ${path}, found: ${problem}; restore it from a copy.`;

export const progress = (stage: "read" | "verify", share: string, done: string, rate: string, left: string) =>
  `${stage === "read" ? "reading" : "verifying"}: ${share}, ${done}, ${rate}${left === "" ? "" : `, about ${left} left`}`;
export const imaged = (name: string, bytes: string, files: number, rate: string) =>
  `${name}: ${bytes} read, written in ${grouped(files)} file(s) and verified by reading them again, ${rate}`;
export const hashLine = (name: string, value: string) => `  ${name.padEnd(10)} ${value}`;
export const badSectors = (sectors: number, ranges: number, bytes: number) =>
  `Unreadable: ${grouped(sectors)} sector(s) of ${bytes} bytes in ${grouped(ranges)} range(s), filled with zeros:`;
export const badRange = (first: number, count: number) =>
  count === 1
    ? `  sector ${grouped(first)}`
    : `  sectors ${grouped(first)} to ${grouped(first + count - 1)} (${grouped(count)})`;
export const moreRanges = (count: number) => `  and ${grouped(count)} more; all are in the manifest`;
export const unsigned = (file: string) =>
  `Without a case nothing is signed: ${file} holds hashes and block list, and is as trustworthy as where you keep it.`;

export const noDevices = () => `No block devices are listed on this machine (only Linux lists them).`;
export const deviceLine = (path: string, size: string, sectors: string, what: string) =>
  `${path.padEnd(16)} ${size.padStart(10)}  ${sectors.padEnd(10)} ${what}`;
export const hiddenSectors = () => `Hidden sectors (HPA, DCO): not determinable without commands to the drive.`;
export const mountedAt = (at: string, writable: boolean) =>
  `  mounted ${writable ? "READ-WRITE" : "read-only"} at ${at}`;

export const imageAgrees = (bytes: string, sha256: string) => `${bytes} read again, SHA-256 ${sha256}`;
export const imageDiffers = (blocks: number) =>
  blocks === 0 ? "its files differ, what they hold does not" : `${grouped(blocks)} block(s) of 1 MiB differ`;
export const damagedRange = (from: number, to: number, first: number, last: number, files: string) =>
  `  changed: bytes ${grouped(from)} to ${grouped(to - 1)} of the medium (sectors ${grouped(first)} to ${grouped(last)}) in ${files}`;
export const changedFile = (file: string, problem: "missing" | "size" | "sha256") =>
  `  changed: ${file}: ${{ missing: "the file is missing", size: "its size differs", sha256: "its SHA-256 differs" }[problem]}`;
export const imageDetail = (blocks: number) => `signature and list of ${grouped(blocks)} blocks agree`;
export const storedAgree = (names: string) => `read in full; agrees with the ${names} kept beside it or in it`;
export const storedDiffer = (names: string) => `its content differs from the recorded ${names}`;
export const nothingStored = (path: string) =>
  `Expected hashes to compare ${path} with, found none in it or beside it; keep the .acquisition.json of the image beside it, or verify its case.`;
export const absentFile = () => `a missing file`;
export const imageFinding = (text: string) => `  ${text}`;
export const noSourceOfImage = (label: string) =>
  `Exhibit ${label} is an image: its files were read again instead of its source.`;
export const lineImage = (label: string) => `image ${label}`;
