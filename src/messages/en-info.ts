/** Sentences of `vestige info`, `read` and `export`. Names in them are already escaped by the caller. */
import { factNames, type FactName } from "../../native-free/model/facts.ts";
import { grouped } from "./en-parts.ts";

export const nothingPacked = (path: string) =>
  `Expected an image in the archive ${path}, found no file that can be unpacked; unpack it with the program that made it.`;
export const packedDamaged = (path: string, kind: string) =>
  `Expected ${kind} data in ${path} to the end, found it damaged or cut off; look for another copy, or unpack what is there with ${kind} itself.`;
export const unpackUnreadable = (path: string, problem: string) =>
  `Expected to unpack ${path} into a temporary file, found: ${problem}; check the rights, or name another folder with --temporary.`;
export const noPlaceToUnpack = (path: string, folder: string, problem: string) =>
  `Expected to unpack ${path} in ${folder}, found: ${problem}; name another folder with --temporary.`;
export const noSpaceToUnpack = (path: string, folder: string) =>
  `The disk of ${folder} is full: ${path} cannot be unpacked there; name a folder with space with --temporary.`;
export const unpackLimit = (path: string, limit: number) =>
  `${path} unpacks to more than ${grouped(limit)} bytes; if that is no decompression bomb, raise --unpack-limit.`;
export const unpackingStopped = (path: string) => `Stopped while ${path} was being unpacked; nothing was kept.`;
export const unpacking = (done: string, rate: string) => `unpacking: ${done}, ${rate}`;
export const unpacked = (kind: string, name: string, bytes: string) =>
  `  unpacked from ${kind}: ${name} (${bytes}), into a temporary file`;

export const packedOthers = (path: string, taken: string, count: number, names: readonly string[]) =>
  `${path} holds ${grouped(count)} other ${count === 1 ? "member" : "members"} that ${count === 1 ? "was" : "were"} not looked at (${names.join(", ")}${count > names.length ? ", …" : ""}): ${taken} was taken, the largest; unpack the archive to look at the rest.`;

export const sourceAbsent = (path: string) =>
  `Expected an image, a device or a folder that is an image at ${path}, found nothing there; check the path.`;
export const sourceFolder = (path: string) =>
  `Expected an image at ${path}, found a folder that is none; name the image's first file.`;
export const pathNotParsed = (path: string) =>
  `Expected a forensic path like p2, p2/fat:/folder/file or p1/fat:/disk.vmdk/p1, found "${path}"; copy one from what vestige info shows.`;
export const pathLeadsNowhere = (path: string, wanted: string, part: string) =>
  wanted === "entry"
    ? `Expected a file at "${part}" in ${path}, found none; check the spelling; on file systems like ext, capitals count, too.`
    : `Expected ${article(wanted)} at "${part}" of ${path}, found none; vestige info shows what is there.`;
export const folderGiven = (path: string) =>
  `Expected a volume or a file at ${path}, found a folder; name a file in it.`;
export const storedDiffers = (algorithm: string, stored: string, found: string) =>
  `The content does not agree with the ${algorithm.toUpperCase()} stored in the image: expected ${stored}, found ${found}.`;
export const notWhatItIsCalled = (name: string, ending: string) =>
  `${name} is called .${ending} and has no signature of such an image: it is taken as a medium with its bytes as they are.`;

export const pathDamaged = (path: string, problem: string) =>
  `Expected to open ${path}, found it damaged: ${problem}; vestige info says what else is wrong.`;

const article = (word: string): string =>
  word === "slack" || word === "space" ? word : /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;

export const imageHead = (name: string, format: string) => `${name}: ${format}`;
export const imageFiles = (count: number, bytes: string) => `  ${grouped(count)} file(s), ${bytes}`;
export const mediumLine = (bytes: number, sectorBytes: number) =>
  `  medium of ${grouped(bytes)} bytes, sectors of ${grouped(sectorBytes)} bytes`;
export const factLine = (name: FactName, value: string) => `  ${factNames[name]}: ${value}`;
export const storedHash = (algorithm: string, value: string) => `  stored ${algorithm.toUpperCase()}: ${value}`;
export const otherMedium = (name: string) => `  also holds: ${name}`;
export const noTable = () => `  no partition table: the medium is one volume`;
export const volumeLine = (
  ...[name, start, length, type, what]: readonly [
    name: string,
    start: string,
    length: string,
    type: string,
    what: string,
  ]
) => `${name.padEnd(10)} ${start.padStart(18)} ${length.padStart(18)}  ${type.padEnd(24)} ${what}`.trimEnd();
export const volumeHead = () => volumeLine("VOLUME", "FIRST BYTE", "BYTES", "TYPE", "CONTENT");
export const topEntry = (path: string, kind: string, bytes: number) =>
  `  ${path}${kind === "file" ? `, ${grouped(bytes)} bytes` : ` (${kind})`}`;
export const moreEntries = () => `  … and more`;
export const gapWord = () => "not in any volume";
export const knownNotRead = (kind: string) => `${kind} (known, its files are not read yet)`;
export const notKnown = () => "nothing known";
export const empty = () => "empty";
export const fileSystemLine = (name: string, label: string | null) => (label === null ? name : `${name} "${label}"`);
export const encryptedWord = (kind: string) => `${kind}: ENCRYPTED`;
export const memberWord = (kind: string) => `${kind}: part of something larger`;
export const nestedHead = (path: string, format: string) => `  image inside: ${path} (${format})`;
export const nestedNot = (path: string, problem: string) => `  image inside: ${path}, not opened: ${problem}`;
export const findingLine = (severity: string, sentence: string, place: string) =>
  `  ${severity}: ${sentence}${place === "" ? "" : ` [${place}]`}`;
export const findingPlace = (offset: number, length: number | null) =>
  length === null ? `from byte ${grouped(offset)}` : `bytes ${grouped(offset)} to ${grouped(offset + length - 1)}`;
export const moreFindings = (count: number) => `  … and ${grouped(count)} more (all with --json)`;
export const nothingWrong = () => `  nothing found wrong (the contents were not read: vestige verify does that)`;
export const checkedAll = () => `  all tables were read and compared`;
export const lostShare = (bytes: number, kinds: string) =>
  `  ${grouped(bytes)} bytes of the medium are not there as they were (${kinds})`;

export const lostRun = (kind: string, place: string) => `    ${kind}: ${place}`;

export const budgetLine = (what: string, limit: number) =>
  `  not everything was looked into: ${budgets[what] ?? what} (${grouped(limit)})`;
const budgets: Readonly<Record<string, string>> = {
  depth: "images inside of images lie deeper than --nested allows",
  images: "there are more images inside than are opened",
  entries: "there are more files than are looked at",
};

export const noSuchMedium = (path: string, name: string, names: readonly string[]) =>
  `Expected a snapshot or track called "${name}" in ${path}, found ${names.length === 0 ? "none" : names.join(", ")}.`;
export const toMissing = () =>
  `Expected --to PATH, folder and name without ending, or - for standard output; found none.`;
export const partName = (path: string, part: string, from: number, length: number) =>
  `${path}${part === "" ? "" : `:${part}`} (${grouped(length)} bytes from ${grouped(from)})`;
export const exportStopped = (at: number) =>
  `Stopped after ${grouped(at)} bytes; nothing can be continued on a stream.`;
export const exporting = (share: string, done: string, rate: string, left: string) =>
  `exporting: ${share}, ${done}, ${rate}${left === "" ? "" : `, about ${left} left`}`;
export const outsideRange = (at: number, length: number, size: number) =>
  `Expected a range inside of the ${grouped(size)} bytes, found ${grouped(length)} bytes from byte ${grouped(at)}.`;
export const tooMuch = (length: number, most: number) =>
  `Expected at most ${grouped(most)} bytes to show, found ${grouped(length)}; show less, or use vestige export --range.`;
export const nothingThere = (path: string) =>
  `Expected bytes in ${path}, found none: it is empty; look for another copy.`;
export const badNumber = (text: string) =>
  `Expected a number of bytes (decimal, 0x… or with K, M, G, s for sectors of 512 bytes), found "${text}".`;
export const badRange = (text: string) => `Expected --range FROM:LENGTH in bytes, found "${text}".`;
export const placeIn = (file: string, offset: number, exact: boolean) =>
  `${file} ${exact ? "+" : "~"} ${grouped(offset)}`;
export const ownedPart = (path: string, what: string) => `${path} [${what}]`;
export const readPlace = (path: string, offset: number, place: string, kind: string) =>
  `# ${path} + ${grouped(offset)}${kind === "data" ? "" : ` (${kind})`}${place === "" ? "" : ` = ${place}`}`;

export const streamOnlyRaw = () =>
  `Expected --format raw with --to -, found another one; images of other formats cannot be written to a stream.`;
export const terminalRefused = () =>
  `Expected a file or a program to take the bytes, found a terminal; redirect standard output, or give --to PATH.`;
export const exported = (bytes: number, sha256: string) => `${grouped(bytes)} bytes written, SHA-256 ${sha256}`;
export const exportLost = (bytes: number) =>
  `${grouped(bytes)} bytes could not be had from the image and were written as zeros.`;
export const partialSector = (length: number, sectorBytes: number) =>
  `Expected a range of whole sectors of ${grouped(sectorBytes)} bytes for this format, found ${grouped(length)} bytes; use --format raw, or extend the range.`;
