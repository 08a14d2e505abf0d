/** Sentences about proofs that bytes belong to an exhibit. Names in them are already escaped by the caller. */

export const usage = () =>
  `Expected CASE LABEL with --range FROM:LENGTH or --file PATH, or --check PROOF alone with at most one data file; see: vestige help prove`;
export const badRange = (text: string) =>
  `Expected --range FROM:LENGTH in bytes of the medium, as 1048576:512, found "${text}".`;
export const badLine = (text: string) => `Expected --line as a number of files.jsonl from 1 on, found "${text}".`;
export const notAcquired = (label: string) =>
  `Expected a signed manifest of exhibit ${label}, found none; acquire it first.`;
export const noImage = (label: string) =>
  `Expected exhibit ${label} to be an image for --range, found a folder; prove a file of it with --file PATH.`;
export const noList = (label: string) =>
  `Expected exhibit ${label} to be a folder for --file, found an image; prove bytes of it with --range FROM:LENGTH.`;
export const rangeOutside = (bytes: number) =>
  `Expected a range of at least one byte inside the medium (bytes 0 to ${bytes - 1}), found one that is not.`;
export const rangeTooLong = (blocks: number, blockBytes: number) =>
  `Expected a range of at most ${blocks} blocks of ${blockBytes} bytes, found a longer one; make several proofs.`;
export const noFile = (label: string, path: string) =>
  `Expected ${path} in the list of exhibit ${label}, found no such entry; paths are relative to the folder that was acquired.`;
export const severalFiles = (path: string, count: number, lines: readonly number[]) =>
  `Expected one entry ${path}, found ${count} (lines ${lines.join(", ")}${count > lines.length ? " …" : ""}); say which with --line.`;
export const exhibitChanged = (label: string, problem: string) =>
  `Expected exhibit ${label} as it was signed, found that it changed (${problem}), so nothing of it can be proved; see: vestige verify`;
export const blockChanged = (block: number) => `block ${block} of the image is not the signed one`;
export const imageAbsent = (label: string) =>
  `Expected the image of exhibit ${label} beside its manifest for --with-data, found none that can be read; leave out --with-data.`;
export const outThere = (file: string) => `Expected no file at ${file}, found one; give another --out.`;
export const noProof = (file: string, problem: string) =>
  `Expected a proof made by vestige prove in ${file}, found something else (${problem}).`;
export const dataUnreadable = (file: string, problem: string) =>
  `Expected a data file at ${file}, found that it cannot be read (${problem}).`;
export const lineWithoutHash = () =>
  `The proved line states no hash, since the entry was not read: there are no bytes to compare with it.`;
/** `range` is that of a proof that carries its blocks. */
export const dataSize = (
  size: number,
  start: number,
  end: number,
  range: readonly [number, number] | null,
  bytes: number,
) =>
  `Expected ${[
    `the whole blocks, bytes ${start} to ${end - 1} of the medium (${end - start} bytes)`,
    ...(range ? [`exactly the range, bytes ${range[0]} to ${range[1] - 1} (${range[1] - range[0]} bytes)`] : []),
    `the whole medium (${bytes} bytes)`,
  ].join(", or ")}, found a file of ${size} bytes.`;

const bytesText = (from: number, length: number) => `bytes ${from} to ${from + length - 1}`;
export const made = (file: string) => `Proof: ${file}`;
export const madeHash = (sha256: string) => `SHA-256 of the proof: ${sha256}`;
export const provesRange = (from: number, length: number, exhibit: string) =>
  `It proves ${bytesText(from, length)} of exhibit ${exhibit}.`;
export const provesFile = (path: string, line: number, exhibit: string) =>
  `It proves the entry ${path} (line ${line}) of exhibit ${exhibit}.`;
export const howToCheck = () =>
  `Anybody can check it with vestige prove --check, with verify.html, or as src/custody/FORMAT.md describes.`;

export const holds = () => `The proof holds: the leaves lead to the root that the signed manifest states.`;
export const fails = (problem: string) => `THE PROOF DOES NOT HOLD: ${problem}.`;
export const problems: Readonly<Record<string, string>> = {
  "wrong-kind": "the manifest in it does not hold what it claims to prove",
  "range-differs": "its leaves are not those of the range that it states",
  "data-differs": "the data in it is not that of its leaves",
  "path-differs": "its path does not lead from its leaves to the signed root",
};
export const factLine = (name: string, value: string) => `  ${`${name}:`.padEnd(14)} ${value}`;
export const facts = {
  exhibit: "Exhibit",
  case: "Case",
  range: "Range",
  blocks: "Blocks",
  file: "File",
  sha256: "SHA-256",
  medium: "Medium",
  manifest: "Manifest",
  signed: "Signed by",
  made: "Made",
} as const;
export const caseFact = (number: string, id: string) => `${number} (${id}); the number is stated, not signed`;
export const rangeFact = (from: number, length: number) => `${bytesText(from, length)} of the medium (${length} bytes)`;
export const blocksFact = (first: number, count: number, of: number, withData: boolean) =>
  `${first} to ${first + count - 1}, ${of} bytes each; ${withData ? "their data is in the proof" : "by their hashes alone"}`;
export const fileFact = (path: string, size: number | null) => (size === null ? path : `${path}, ${size} bytes`);
export const mediumFact = (bytes: number, sha256: string | null) =>
  `${bytes} bytes${sha256 === null ? "" : `, SHA-256 ${sha256}`}`;
export const signer = (officer: string, keyId: string) => `${officer}, key ${keyId}`;
export const compareKey = (keyId: string) =>
  `Compare the key ${keyId} with what the officer states on paper: the proof cannot say whose key it is.`;
export const keyDiffers = (wanted: string, found: string) =>
  `THE PROOF DOES NOT HOLD: it was signed with key ${found}, not with key ${wanted}.`;
const givenNames = {
  file: "the file that the proof is about",
  blocks: "the whole blocks",
  range: "the bytes of the range",
  medium: "the whole medium, of which the blocks were read",
} as const;
export const dataSame = (file: string, given: keyof typeof givenNames) =>
  `${file} is ${givenNames[given]}: its bytes are the proved ones.`;
export const dataDiffers = (file: string, given: keyof typeof givenNames, block: number | null) =>
  `${file} DIFFERS: taken as ${givenNames[given]}, its bytes are not the proved ones${block === null ? "" : ` (first in block ${block})`}.`;
