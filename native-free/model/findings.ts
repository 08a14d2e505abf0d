/**
 * The registry of findings: what the product says about damage, contradiction and oddity in evidence.
 * A finding is data: code, place, length, parameters. Its sentence is made from the registry, never from evidence text.
 */
import { aff4Findings } from "./findings-aff4.ts";
import { aff4LogicalFindings } from "./findings-aff4l.ts";
import { appleImageFindings } from "./findings-apple-images.ts";
import { archiveFindings } from "./findings-archive.ts";
import { archivesFindings } from "./findings-archives.ts";
import { carvingFindings } from "./findings-carving.ts";
import { cryptoFindings } from "./findings-crypto.ts";
import { dataFindings } from "./findings-data.ts";
import { discFindings } from "./findings-disc.ts";
import { documentFindings } from "./findings-document.ts";
import { ewfFindings } from "./findings-ewf.ts";
import { exfatFindings } from "./findings-exfat.ts";
import { extFindings } from "./findings-ext.ts";
import { fileSystemFindings } from "./findings-filesystem.ts";
import { imageFindings } from "./findings-image.ts";
import { iso9660Findings } from "./findings-iso9660.ts";
import { logicalFindings } from "./findings-logical.ts";
import { mailFindings } from "./findings-mail.ts";
import { mediumFindings } from "./findings-medium.ts";
import { ntfsFindings } from "./findings-ntfs.ts";
import { officeFindings } from "./findings-office.ts";
import { packedFindings } from "./findings-packed.ts";
import { pictureFindings } from "./findings-pictures.ts";
import { pstFindings } from "./findings-pst.ts";
import { qcowFindings } from "./findings-qcow.ts";
import { udfFindings } from "./findings-udf.ts";
import { vhdFindings } from "./findings-vhd.ts";
import { virtualDiskFindings } from "./findings-virtual-disk.ts";
import { vmdkFindings } from "./findings-vmdk.ts";
import { volumeFindings } from "./findings-volume.ts";

/** `note`: worth knowing. `anomaly`: contradicts the format or itself. `loss`: something could not be read. */
export type Severity = "note" | "anomaly" | "loss";

/** Numbers and short technical words only; evidence text goes through `EvidenceName` and the escape function. */
export type FindingParams = Readonly<Record<string, string | number>>;

export interface Finding {
  /** `family/what`, a key of `findings`. */
  readonly code: string;
  /** Byte offset inside the item where it is known. */
  readonly offset: number | null;
  readonly length: number | null;
  readonly params: FindingParams;
}

export interface FindingKind {
  readonly severity: Severity;
  /** One sentence with `{name}` for parameters. */
  readonly text: string;
  /** What the officer can do. */
  readonly advice: string;
}

const folderFindings = {
  "folder/unreadable": {
    severity: "loss",
    text: "The system refused to read it ({error}).",
    advice: "Acquire again with sufficient rights, or image the medium.",
  },
  "folder/changed-while-read": {
    severity: "loss",
    text: "It changed while it was read ({what}); the bytes recorded may mix two states.",
    advice: "Acquire again from a source that is write-protected.",
  },
  "folder/changed-since-acquisition": {
    severity: "loss",
    text: "It is no longer what the manifest recorded ({what}).",
    advice: "The signed manifest stands; compare with the source and acquire again if need be.",
  },
  "folder/absent": {
    severity: "loss",
    text: "It is in the manifest but no longer in the source.",
    advice: "Reconnect the source and process again.",
  },
  "folder/special": {
    severity: "note",
    text: "It is a {type}, recorded but never opened.",
    advice: "Nothing; opening it could block or act on the system.",
  },
  "folder/symlink": {
    severity: "note",
    text: "It is a symbolic link, recorded with its target and never followed.",
    advice: "If the target matters, register it as an exhibit of its own.",
  },
  "folder/hard-link": {
    severity: "note",
    text: "{links} names share these bytes.",
    advice: "Nothing; each name is kept as an item.",
  },
  "folder/mount": {
    severity: "note",
    text: "Another file system is mounted here; it was not entered.",
    advice: "Register the mounted file system as an exhibit of its own.",
  },
  "folder/time-odd": {
    severity: "anomaly",
    text: "The {kind} time lies before 1980 or in the future.",
    advice: "Ask for the clock of the source before relying on it.",
  },
} as const satisfies Record<string, FindingKind>;

const engineFindings = {
  "engine/timeout": {
    severity: "loss",
    text: "Reading it took longer than {seconds} s, twice.",
    advice: "Process it alone with a larger --item-timeout, or look at it by hand.",
  },
  "engine/oom": {
    severity: "loss",
    text: "Reading it took more memory than a worker may use ({megabytes} MB), twice.",
    advice: "Process it with a larger --worker-memory, or look at it by hand.",
  },
  "engine/crashed": {
    severity: "loss",
    text: "The engine died twice while reading it.",
    advice: "Look at it by hand; keep the logs for the developers.",
  },
  "engine/fault": {
    severity: "loss",
    text: "The reader {reader} failed on it in a way that is our mistake ({error}).",
    advice: "Its strings are searchable; keep the logs for the developers.",
  },
  "engine/strings": {
    severity: "note",
    text: "No reader understood it; its printable strings were indexed instead.",
    advice: "Expect noise in hits on it.",
  },
  "engine/budget-depth": {
    severity: "loss",
    text: "It lies {depth} levels deep; the profile allows {limit}.",
    advice: "Raise budgets.depth in the profile and process again.",
  },
  "engine/budget-entries": {
    severity: "loss",
    text: "Its unit holds more than the {limit} entries that the profile allows.",
    advice: "Raise budgets.entries in the profile and process again.",
  },
  "engine/budget-bytes": {
    severity: "loss",
    text: "Its unit unpacks to more than the {limit} bytes that the profile allows.",
    advice: "Possibly a decompression bomb; raise budgets.outputBytes in the profile to go on.",
  },
  "engine/budget-ratio": {
    severity: "loss",
    text: "It unpacks to more than {limit} times its size.",
    advice: "Possibly a decompression bomb; raise budgets.ratio in the profile to go on.",
  },
  "engine/budget-text": {
    severity: "loss",
    text: "Its text is longer than the {limit} characters that the profile allows.",
    advice: "Raise budgets.textChars in the profile and process again.",
  },
  "engine/budget-entities": {
    severity: "loss",
    text: "It holds more identifiers than the {limit} that the profile allows.",
    advice: "Raise budgets.entities in the profile and process again, or scan the file by itself.",
  },
} as const satisfies Record<string, FindingKind>;

const typingFindings = {
  "type/extension-mismatch": {
    severity: "anomaly",
    text: "The extension belongs to another type than the content ({type}).",
    advice: "Open it as what it is; renaming is a common way of hiding.",
  },
  "type/polyglot": {
    severity: "anomaly",
    text: "It is valid as more than one type: {types}.",
    advice: "Look at each interpretation.",
  },
} as const satisfies Record<string, FindingKind>;

export const findings: Readonly<Record<string, FindingKind>> = {
  ...folderFindings,
  ...engineFindings,
  ...typingFindings,
  ...archiveFindings,
  ...archivesFindings,
  ...appleImageFindings,
  ...cryptoFindings,
  ...dataFindings,
  ...discFindings,
  ...documentFindings,
  ...officeFindings,
  ...packedFindings,
  ...pictureFindings,
  ...imageFindings,
  ...qcowFindings,
  ...virtualDiskFindings,
  ...vhdFindings,
  ...vmdkFindings,
  ...volumeFindings,
  ...fileSystemFindings,
  ...carvingFindings,
  ...mailFindings,
  ...pstFindings,
  ...mediumFindings,
  ...ntfsFindings,
  ...extFindings,
  ...exfatFindings,
  ...iso9660Findings,
  ...udfFindings,
  ...aff4Findings,
  ...ewfFindings,
  ...aff4LogicalFindings,
  ...logicalFindings,
};

/** Makes a finding; throws on an unregistered code, which is a fault of ours. */
export function finding(
  code: string,
  params: FindingParams = {},
  place: { offset: number; length: number | null } | null = null,
): Finding {
  if (!Object.hasOwn(findings, code)) throw new Error(`finding code not registered: ${code}`);
  return { code, params, offset: place?.offset ?? null, length: place?.length ?? null };
}

/** The sentence of a finding with its parameters filled in. */
export function sentenceOf(found: Finding): string {
  const kind = findings[found.code];
  if (!kind) return found.code;
  return kind.text.replace(/\{(\w+)\}/g, (_, name: string) => String(found.params[name] ?? "?"));
}
