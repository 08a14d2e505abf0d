/** The words of the reports on acquisitions, seals and copies. Text from case and evidence stands beside them, never in them. */
import { counted, grouped } from "./en-report-page.ts";

export const titles = {
  custody: "Chain-of-custody report",
  acquisition: "Acquisition report",
  seals: "Record of seals and envelopes",
  copies: "Record of copies and storage",
} as const;

/** For the help of the command. */
export const summaries = {
  custody: "the whole chain: completeness, exhibits, processing, findings, journal",
  acquisition: "each medium: device, protection, hashes, files written, checks, errors",
  seals: "seals and envelopes: closed and opened by whom, in whose presence, why",
  copies: "preservation copies: medium, checks, place, from whose hands to whose",
} as const;

export const labels = {
  operation: "Operation",
  item: "Item",
  medium: "Medium",
  bytes: "Bytes",
  result: "Result",
  interface: "Interface",
  wwn: "World wide name",
  rotational: "Rotating",
  partitions: "Partitions that the system sees",
  sectors: "Sectors in all",
  hpa: "Host protected area (HPA)",
  dco: "Configuration overlay (DCO)",
  protection: "Write protection",
  setReadOnly: "Set read-only by the program",
  overridden: "Refusals that were overridden",
  overrides: "Overrides in the journal",
  clock: "Clock of the source against a reference",
  sourceKind: "Kind of source",
  paddedBytes: "Zero bytes added at the end",
  received: "SHA-256 of what came, without them",
  throughput: "Throughput while reading",
  readTime: "Time for reading and writing",
  verifyTime: "Time for reading again",
  resumptions: "Continued after interruptions",
  attempts: "Starts of the acquisition",
  recordedBy: "Recorded",
  segmentBytes: "Largest file (bytes)",
  folder: "Folder",
  identity: "Identity",
  clone: "Cloned to",
  truncated: "Ends early",
  excess: "Rest of the larger device",
  unnamed: "Bad sectors that the format cannot name",
  fill: "Filled with",
  unstable: "Sectors that gave two answers",
  notes: "Noticed",
  table: "Partition table",
  volumes: "Volumes",
  fileSystems: "File systems",
  empty: "Empty blocks",
  high: "Compressed or encrypted",
  looked: "Looked at",
  seal: "Seal",
  content: "Content",
  closed: "Closed",
  opened: "Opened",
  newSeal: "New seal",
  present: "Present",
  copy: "Copy",
  state: "State",
  place: "Folder",
  location: "Kept at",
  lastCheck: "Read again last",
  nextCheck: "To be read again on",
} as const;

export const parts = {
  media: "Media and results",
  item: "The item as it was received",
  medium: "The medium as the system states it",
  acquisition: "Reading",
  hashes: "Hashes",
  targets: "What was written",
  errors: "What could not be read, and what was odd",
  triage: "First look",
  seals: "Seals",
  copies: "Copies",
  hands: "Signatures by hand",
} as const;

/** `2026-11-21 10:00:00 +01:00 (Europe/Brussels)` of an ISO time and a zone `+01:00 Europe/Brussels`. */
export function localTime(utc: string, zone: string): string {
  const [, sign, hours, minutes, name] = /^([+-])(\d\d):(\d\d) ?(.*)$/.exec(zone) ?? [];
  if (sign === undefined) return `${utc} (${zone})`;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
  const local = new Date(Date.parse(utc) + offset).toISOString().slice(0, 19).replace("T", " ");
  return `${local} ${sign}${hours}:${minutes}${name ? ` (${name})` : ""}`;
}

/** `number` as the authority gives it. */
export const operationOf = (number: string | null, seq: number) =>
  `${number ?? "number not recorded"}; form in journal entry ${seq}`;
export const noOperation = () => "not recorded";

export const acquired = (errors: number, checksOk: boolean) =>
  [
    errors === 0 ? "every sector was read" : `${counted(errors, "sector", "sectors")} could not be read`,
    checksOk ? "every check agreed" : "A CHECK DID NOT AGREE",
  ].join("; ");
export const folderAcquired = (entries: number) => `${counted(entries, "entry", "entries")}, each file hashed`;
export const notAcquired = (reason: string | null) =>
  reason === null ? "not acquired yet" : `not to be acquired: ${reason}`;

const protections: Readonly<Record<string, string>> = {
  "was-read-only": "the system refused writes to it already",
  "set-read-only": "set read-only in the system by the program before the first read",
  "not-set": "NOT SET",
  "none-needed": "none needed: no device",
};
/** `reason` already escaped. */
export const protection = (method: string, reason: string | null) =>
  `${protections[method] ?? method}${reason === null ? "" : `: ${reason}`}`;
const overrides: Readonly<Record<string, string>> = {
  "source/mounted": "the source was mounted for writing",
  "target/on-source": "the target lay on the source",
};
export const override = (code: string) => (overrides[code] ? `${overrides[code]} (${code})` : code);
export const overrideAct = (code: string, officer: string, seq: number, utc: string) =>
  `${override(code)}: ${officer}, entry ${seq}, ${utc}`;
export const none = () => "none";
export const rate = (bytesPerSecond: number) => `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
export const attempts = (begun: number, failed: number) =>
  `${counted(begun, "start", "starts")} recorded, ${counted(failed, "failure", "failures")}`;
export const recordedBy = (officer: string, seq: number, utc: string) => `by ${officer}, entry ${seq}, ${utc}`;
export const resumption = (utc: string, at: number) =>
  `${utc}: the first ${grouped(at)} bytes were read again from the image`;
export const folders = { beside: "beside the manifest" } as const;
export const targetTitle = (number: number, format: string) => `${number}. ${format.toUpperCase()}`;
export const truncatedAt = (bytes: number) => `at byte ${grouped(bytes)}: the device is smaller than the medium`;
export const excess: Readonly<Record<string, string>> = {
  untouched: "untouched: it holds what it held before",
  zeroed: "overwritten with zeros",
  none: "there is none",
};
export const hashColumns = {
  by: "Computed by",
  verdict: "Verdict",
} as const;
export const hashNames = {
  md5: "MD5",
  sha1: "SHA-1",
  sha256: "SHA-256",
  sha512: "SHA-512",
  "sha3-256": "SHA3-256",
  blake3: "BLAKE3",
} as const;
export const whileReading = () => "the program, while reading";
export const overSource = () => "the medium";
export const overTarget = (format: string) => `${format.toUpperCase()}, read again;`;
export const readFrom: Readonly<Record<string, string>> = {
  disk: "from the disk",
  unknown: "the system’s memory may have answered",
};
export const reference = () => "reference";
export const agrees = (ok: boolean) => (ok ? "agrees" : "DOES NOT AGREE");
export const checker = (name: string, version: string) => `${name} ${version}`;
export const segmentColumns = { file: "File", size: "Bytes", sha256: "SHA-256" } as const;
export const unstableAt = (sector: number) => `sector ${grouped(sector)}`;
export const unstableMore = (count: number) => `${grouped(count)} further ones, counted only`;
export const volume = (at: number, bytes: number, type: string, name: string | null) =>
  `at byte ${grouped(at)}: ${grouped(bytes)} bytes, type ${type}${name === null ? "" : `, “${name}”`}`;
export const fileSystem = (kind: string, at: number, label: string | null) =>
  `${kind} at byte ${grouped(at)}${label === null ? "" : `, “${label}”`}`;
export const shareOf = (share: number) => `${(share * 100).toFixed(1)} %`;
export const noTriage = () => "No first look was taken.";
export const triageNote = () => "It describes what passed by while the medium was read; it decides nothing.";
export const leadAcquisition = (media: number, acquired: number) =>
  `${counted(media, "item", "items")} recorded, ${grouped(acquired)} of them acquired.`;

export const leadSeals = (seals: number, opened: number) =>
  seals === 0
    ? "No seal is recorded in this case."
    : `${counted(seals, "seal", "seals")} recorded, ${grouped(opened)} of them opened.`;
export const sealTitle = (seal: string, exhibit: string) => `Seal ${seal} on exhibit ${exhibit}`;
/** `at` as the officer states it. */
export const closedBy = (name: string, at: string | null, seq: number, utc: string) =>
  `by ${name}${at === null ? "" : ` on ${at}`}; recorded in entry ${seq}, ${utc}`;
export const stillClosed = () => "not opened according to the journal";
export const noNewSeal = () => "none was put on";

export const leadCopies = (copies: number, sound: number) =>
  copies === 0
    ? "No copy is recorded in this case."
    : `${counted(copies, "copy", "copies")} recorded, ${grouped(sound)} of them sound when read last.`;
export const copyTitle = (copy: string, exhibit: string) => `Copy ${copy} of exhibit ${exhibit}`;
export const copyStates: Readonly<Record<string, string>> = {
  sound: "sound: every file was read and is what was signed",
  changed: "CHANGED: a check found a difference",
  failed: "FAILED: it was never sound",
  unfinished: "UNFINISHED: it was begun and not ended",
};
export const copyActs: Readonly<Record<string, string>> = {
  begun: "begun",
  copy: "made and read again",
  "copy-verify": "read again",
  "copy-moved": "moved or handed over",
};
export const eventColumns = {
  seq: "No.",
  utc: "Time (UTC)",
  officer: "Officer",
  act: "Act",
  check: "Hash check",
  hands: "From / to",
  where: "Where",
} as const;
export const checkOk = (ok: boolean | null, problems: number) =>
  ok === null ? "–" : ok ? "every hash agrees" : `${counted(problems, "file differs", "files differ")}`;
export const more = (count: number) => `and ${grouped(count)} more`;

export const handsNote = () => "For the printed copy. A refusal to sign is noted in the place of the signature.";
export const handColumns = { role: "Who", name: "Name", date: "Place and date", signature: "Signature" } as const;
export const partyNames = {
  officer: "Digital evidence specialist",
  concerned: "Person concerned or representative",
  gave: "Handed over by",
  took: "Received by",
} as const;
