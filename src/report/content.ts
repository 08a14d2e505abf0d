/**
 * What the reports of a case say, as data: facts only, no markup, no clock, no randomness. The JSON form holds it as
 * `content` under `contentHash` = SHA-256("vestige.report.1" ‖ 0x00 ‖ JCS(content)); the HTML form renders it and nothing
 * else. Byte counts beyond 2^53 do not occur: a folder's files are counted with numbers and refused beyond them.
 */
import type { MediumAccount } from "../../native-free/layers/account.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Severity } from "../../native-free/model/findings.ts";
import type { ExhibitFile } from "../case/case-folder.ts";
import type { CarvedGroup, IdentifierGroup, WatchedGroup } from "../case/found-figures.ts";
import type { OperationForm } from "../case/operation-form.ts";
import type { RecordedOperation } from "../case/operation.ts";
import type { Checkpoint } from "../custody/checkpoint.ts";
import type { PreservationCopy } from "../custody/copies.ts";
import type { ToolIdentity } from "../custody/entry.ts";
import type { Seal } from "../custody/seals.ts";
import type { VerifiedPart } from "../custody/verify-case.ts";

export const reportSchema = "vestige.report/1";

/** In the order in which help lists them: R9, R2, R3 and R4 of the procedure. */
export const reportKindIds = ["custody", "acquisition", "seals", "copies"] as const;
export type ReportKind = (typeof reportKindIds)[number];

/** Items and bytes of one state. */
export interface Sum {
  readonly items: number;
  readonly bytes: number;
}

/** The states that page one adds up; every file is in exactly one. */
export const fileStates = ["read", "not-understood", "partial", "failed", "skipped", "pending"] as const;
export type FileState = (typeof fileStates)[number];

export type StateSums = Readonly<Record<FileState, Sum>>;

export interface WhyRow {
  readonly status: string;
  readonly reason: string;
  readonly items: number;
  readonly bytes: number;
}

export interface Completeness {
  /** Files named by the exhibit's file system: the manifest's files. */
  readonly files: StateSums;
  readonly filesTotal: Sum;
  /** Files found inside those files. Their bytes are unpacked bytes and are not part of the exhibit's. */
  readonly inside: StateSums;
  readonly insideTotal: Sum;
  /** Directories, links and special files, by kind. */
  readonly others: readonly { readonly kind: string; readonly items: number }[];
  /** Why anything is not wholly read, by status and reason. */
  readonly why: readonly WhyRow[];
  /** Files that signed manifests list, and what the work files hold of them; null without a manifest. */
  readonly manifestFiles: Sum | null;
  /** True where the manifests' files are exactly those that the states add up to. */
  readonly addsUp: boolean;
}

/** What was found by its form in one exhibit, each with its name for people. Numbers alone: values are found by search. */
export interface FoundContent {
  readonly carved: readonly (CarvedGroup & { readonly name: string })[];
  readonly identifiers: readonly (IdentifierGroup & { readonly name: string })[];
  /** Every list that was looked for, also those without a find. */
  readonly watchLists: readonly (WatchedGroup & { readonly version: string; readonly sha256: string })[];
}

export interface ExhibitContent {
  readonly intake: ExhibitFile;
  /** The signed body of `acquisition.json`, null where the exhibit was not acquired. */
  readonly acquisition: JsonObject | null;
  /** Hash (hex) of that body, as signed. */
  readonly manifestHash: string | null;
  /** `run.json` of the last processing, null where there was none. */
  readonly processing: JsonObject | null;
  /** SHA-256 (hex) over the result rows (`vestige digest`); null where not processed. */
  readonly digest: string | null;
  readonly completeness: Completeness;
  /** Null before processing. */
  readonly found: FoundContent | null;
  /** Every byte of the medium in its class; null for folders and before processing. */
  readonly account: MediumAccount | null;
}

export interface FindingItem {
  readonly exhibit: string;
  readonly id: string;
  readonly path: string;
  readonly status: string;
  /** The finding's sentence, parameters filled in. */
  readonly sentence: string;
}

export interface FindingClass {
  readonly code: string;
  readonly severity: Severity | "unregistered";
  readonly advice: string;
  readonly findings: number;
  readonly items: number;
  /** The first ones; all are in the items file. */
  readonly first: readonly FindingItem[];
}

export interface JournalLine {
  readonly seq: number;
  readonly utc: string;
  readonly officer: string;
  readonly act: string;
  readonly phase: string;
  readonly exhibit: string | null;
  /** Scalars of the entry's details, shortened. */
  readonly summary: string;
  readonly hash: string;
}

export interface OfficerContent {
  readonly officer: string;
  readonly keyId: string;
  /** Raw Ed25519 public key, base64. */
  readonly publicKey: string;
  readonly revokedAt: number | null;
}

export interface ReportedFile {
  /** Name beside the report. */
  readonly name: string;
  readonly what: "items" | "verify-page";
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** Lines and RFC 9162 root over them, for line files. */
  readonly lines: number | null;
  readonly root: string | null;
}

/** A limitation by code; `en-report.ts` has its sentence. */
export interface Limitation {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** How many entries and items a report shows; the rest is counted and named. */
export const reportBounds = { findingItems: 25, watchTerms: 10, journalFirst: 60, journalLast: 340 } as const;

/** The block that every report has. */
export interface ReportCommon {
  readonly schema: typeof reportSchema;
  readonly kind: ReportKind;
  /** The journal entry that announced this report: its number in the case. */
  readonly number: number;
  /** Name of the report's files without their ending. */
  readonly name: string;
  /** ISO 8601 UTC, and offset and name of the machine's zone. */
  readonly made: string;
  readonly zone: string;
  readonly officer: string;
  readonly host: string;
  readonly tool: ToolIdentity;
  readonly case: {
    readonly id: string;
    readonly number: string;
    readonly authority: string;
    readonly scope: string;
    readonly created: string;
    readonly demonstration: boolean;
  };
  readonly operation: RecordedOperation | null;
  readonly officers: readonly OfficerContent[];
  readonly checkpoint: Checkpoint;
  /** Verification of the whole case when the report was made. */
  readonly verification: { readonly ok: boolean; readonly parts: readonly VerifiedPart[] };
  readonly limitations: readonly Limitation[];
  readonly files: readonly ReportedFile[];
}

/** R9: the whole chain. */
export interface CustodyContent extends ReportCommon {
  readonly kind: "custody";
  readonly completeness: Completeness;
  readonly exhibits: readonly ExhibitContent[];
  readonly findings: readonly FindingClass[];
  readonly journal: {
    readonly entries: number;
    readonly first: readonly JournalLine[];
    /** Entries left out between the first and the last. */
    readonly omitted: number;
    readonly last: readonly JournalLine[];
  };
  /** The last self-test that the journal records, null where there is none. */
  readonly selfTest: JsonObject | null;
}

/** One medium, or one folder that was acquired as such. */
export interface AcquiredMedium {
  readonly intake: ExhibitFile;
  /** The signed body of `acquisition.json`, null where the exhibit was not acquired. */
  readonly acquisition: JsonObject | null;
  readonly manifestHash: string | null;
  /** Who acquired it and the entry that records the manifest; null where none does. */
  readonly recorded: { readonly seq: number; readonly utc: string; readonly officer: string } | null;
  /** The form's comparisons of this source's clock with a reference. */
  readonly clocks: OperationForm["clocks"];
  /** Refusals of the program that an officer overrode. */
  readonly overrides: readonly {
    readonly seq: number;
    readonly utc: string;
    readonly officer: string;
    readonly code: string;
  }[];
  /** Starts of the acquisition that the journal records, and those that failed. */
  readonly attempts: { readonly begun: number; readonly failed: number };
}

/** R2: what was acquired from what, how, and with which result. */
export interface AcquisitionContent extends ReportCommon {
  readonly kind: "acquisition";
  readonly media: readonly AcquiredMedium[];
}

/** R3: seals, and envelopes that were opened and closed again. */
export interface SealsContent extends ReportCommon {
  readonly kind: "seals";
  readonly seals: readonly Seal[];
}

/** R4: preservation copies, where they are and in whose hands they were. */
export interface CopiesContent extends ReportCommon {
  readonly kind: "copies";
  readonly copies: readonly PreservationCopy[];
}

export interface ReportContents {
  readonly custody: CustodyContent;
  readonly acquisition: AcquisitionContent;
  readonly seals: SealsContent;
  readonly copies: CopiesContent;
}

export type ReportContent = ReportContents[ReportKind];

/** The signed document, as the custody code makes it. */
export interface SignedReport<Content extends ReportCommon = ReportContent> {
  readonly content: Content;
  /** Hex. */
  readonly contentHash: string;
  /** Base64. */
  readonly sig: string;
  readonly officer: string;
  readonly key: string;
  readonly delegation: {
    readonly key: string;
    readonly body: { readonly officerKey: string; readonly publicKey: string; readonly until: string };
  } | null;
}
