/** Collects what a report says from the case: the common block here, the rest by its kind. Reads only. */
import { readFileSync } from "node:fs";
import type { Case } from "../case/case-folder.ts";
import { readOperation } from "../case/operation.ts";
import type { Checkpoint } from "../custody/checkpoint.ts";
import type { ToolIdentity } from "../custody/entry.ts";
import type { Journal } from "../custody/journal.ts";
import { verifyCase } from "../custody/verify-case.ts";
import { reportSchema, type ReportContents, type ReportedFile, type ReportKind } from "./content.ts";
import type { ItemsFile } from "./items-file.ts";
import { reportKinds } from "./kinds.ts";

/** What the maker of a report knows and the case does not. */
export interface ReportOrigin<K extends ReportKind> {
  readonly kind: K;
  /** The entry that announced the report. */
  readonly number: number;
  readonly name: string;
  /** ISO 8601 UTC. */
  readonly made: string;
  readonly zone: string;
  readonly officer: string;
  readonly host: string;
  readonly tool: ToolIdentity;
  readonly checkpoint: Checkpoint;
  /** Null where this kind of report lists no items. */
  readonly items: ItemsFile | null;
  /** Exhibits that it is about. */
  readonly labels: readonly string[];
  readonly files: readonly ReportedFile[];
}

/** Throws OperatorError where a file of the case cannot be read. Memory is bounded by the bounds of the content. */
export function loadReportContent<K extends ReportKind>(
  theCase: Case,
  journal: Journal,
  origin: ReportOrigin<K>,
): ReportContents[K] {
  const { items, labels, files, ...head } = origin;
  const { id, number, authority, scope, created, demonstration } = theCase.file;
  const newPageSha256 = files.find(({ what }) => what === "verify-page")?.sha256 ?? null;
  const verification = verifyCase(theCase.paths.root, { newPageSha256 });
  const common = {
    schema: reportSchema,
    ...head,
    case: { id, number, authority, scope, created, demonstration },
    operation: readOperation(theCase),
    officers: journal.keys().officers(),
    verification: { ok: verification.ok, parts: verification.parts },
    files,
  } as const;
  const openIntents = journal.openIntents().filter(({ seq }) => seq !== origin.number);
  const loading = { theCase, journal, common, items, labels, openIntents };
  // The loader of a kind gives all that its content has beyond the common block.
  return { ...common, ...reportKinds[origin.kind].load(loading) } as unknown as ReportContents[K];
}

/** The bytes of the checker page that goes beside every report. */
export function verifyPageBytes(): Buffer {
  return readFileSync(new URL("./verify/verify.html", import.meta.url));
}
