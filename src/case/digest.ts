/**
 * `vestige digest`: the definition of "same result". The digest of an exhibit is SHA-256 over its canonical item rows,
 * sorted by item id, each as canonical JSON (RFC 8785) and a line feed; that of a case over the labels and digests of
 * its exhibits in the order of the labels. Row numbers, order of arrival and clock times are not in it.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { listOfKind } from "../../native-free/watchlists/list-kind.ts";
import { isOperatorError } from "../messages/operator-error.ts";
import { exhibitLabels, type Case } from "./case-folder.ts";
import { sqliteCode } from "./sqlite.ts";
import type { FullItem } from "./work-file-rows.ts";
import { hasWorkFile, WorkFileReader } from "./work-file-reader.ts";

export interface ExhibitDigest {
  readonly exhibit: string;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly items: number;
  readonly contents: number;
  /** False while units are pending: the digest is then of what is there so far. */
  readonly complete: boolean;
}

export interface CaseDigest {
  readonly digest: string;
  readonly exhibits: readonly ExhibitDigest[];
}

/** Digests of all exhibits that have a work file (or of those named), and of the case. Throws OperatorError. */
export function digestCase(theCase: Case, labels: readonly string[] = exhibitLabels(theCase)): CaseDigest {
  const exhibits: ExhibitDigest[] = [];
  for (const label of [...labels].sort()) {
    const file = theCase.paths.items(label);
    if (!hasWorkFile(file)) continue;
    const reader = WorkFileReader.open(file);
    try {
      exhibits.push(digestWorkFile(reader, label));
    } finally {
      reader.close();
    }
  }
  const hash = createHash("sha256");
  for (const { exhibit, digest } of exhibits) hash.update(`${canonicalJson({ exhibit, digest })}\n`);
  return { digest: hash.digest("hex"), exhibits };
}

/**
 * The digest of a work file that nobody vouches for: null where there is none, `damaged` where it is not a work file any
 * more. Throws OperatorError where it may not be read.
 */
export function digestOfUntrusted(theCase: Pick<Case, "paths">, label: string): { digest: string } | "damaged" | null {
  const file = theCase.paths.items(label);
  if (!hasWorkFile(file)) return null;
  try {
    const reader = WorkFileReader.open(file);
    try {
      return digestWorkFile(reader, label);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (isOperatorError(error) && error.code === "case/unreadable") throw error;
    if (isOperatorError(error) || sqliteCode(error) !== "SQLITE_BUSY") return "damaged";
    throw error;
  }
}

/** The digest of one work file. Memory does not grow with it: items pass one by one, texts stand for themselves by their hash. */
export function digestWorkFile(reader: WorkFileReader, exhibit: string): ExhibitDigest {
  return reader.snapshot(() => {
    const { items, contents, units, unitsDone } = reader.totals();
    const hash = createHash("sha256");
    for (const unit of reader.units()) hash.update(`${reader.stored(() => canonicalJson({ unit }))}\n`);
    for (const item of reader.fullItemsById()) hash.update(`${reader.stored(() => itemLine(item))}\n`);
    // Contents apart, so that a text shared by many items counts once.
    for (const content of reader.textHashes()) hash.update(`${reader.stored(() => canonicalJson(content))}\n`);
    return { exhibit, digest: hash.digest("hex"), items, contents, complete: units === unitsDone };
  });
}

/** `row` and `modified` are left out: the one is arbitrary, the other follows from the times. */
function itemLine(item: FullItem): string {
  const { row: _row, modified: _modified, extents, entities: found, known, ...rest } = item;
  const entities = inOrder(found);
  return canonicalJson({
    ...rest,
    // Files of a folder have none: their lines are as they always were.
    ...(extents.length > 0 ? { extents: extents.map((extent) => ({ ...extent })) } : {}),
    ...(entities.length > 0 ? { entities: entities.map((entity) => ({ ...entity })) } : {}),
    ...(known.length > 0 ? { known: known.map((found) => ({ ...found })) } : {}),
    times: item.times.map(canonicalJson).sort(),
    fields: item.fields.map(canonicalJson).sort(),
    findings: item.findings.map(canonicalJson).sort(),
  });
}

/**
 * Terms of watch-lists behind the rest, in an order of their own: whether a list was looked for while the item was processed, or applied
 * afterwards, is no difference of the result.
 */
function inOrder(entities: FullItem["entities"]): FullItem["entities"] {
  const isTerm = ({ kind }: FullItem["entities"][number]) => listOfKind(kind) !== null;
  if (!entities.some(isTerm)) return entities;
  const terms = entities.filter(isTerm).map((entity) => ({ entity, line: canonicalJson({ ...entity }) }));
  const sorted = terms.sort((a, b) => (a.line < b.line ? -1 : a.line > b.line ? 1 : 0)).map(({ entity }) => entity);
  return [...entities.filter((entity) => !isTerm(entity)), ...sorted];
}
