/**
 * Makes the report on watch-lists: announces it, makes a checkpoint, counts, signs, writes JSON and the forms asked for, records what was
 * written. The JSON form is what is signed and is always written; `vestige verify` checks it like any report of the case.
 */
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { asOperatorError, writeAtomically } from "../case/atomic-file.ts";
import { systemClock } from "../custody/clock.ts";
import { domains, signDocument } from "../custody/document.ts";
import { sha256Hex, type Act } from "../custody/journal.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import { csvRow } from "../search/csv.ts";
import type { CaseList } from "./case-lists.ts";
import { loadWatch } from "./load-watch.ts";
import { renderWatch, type SignedWatchReport } from "./render-watch.ts";
import type { WatchDesk } from "./run-watch.ts";
import { watchSchema, type HitCounts, type ListedTerm, type ListReport, type WatchContent } from "./watch-content.ts";

export const watchForms = ["html", "json", "csv"] as const;
export type WatchForm = (typeof watchForms)[number];

export interface MadeWatchReport {
  readonly content: WatchContent;
  readonly contentHash: string;
  /** Paths; the JSON first. */
  readonly files: readonly string[];
}

/** Throws OperatorError; what was announced is then recorded as failed. */
export function makeWatchReport(
  desk: Pick<WatchDesk, "theCase" | "journal" | "signer">,
  lists: readonly CaseList[],
  { forms, withMarked }: { readonly forms: readonly WatchForm[]; readonly withMarked: boolean },
): MadeWatchReport {
  const named = lists.map(({ id, version, sha256 }) => ({ list: id, version, sha256 }));
  const act = desk.journal.begin("report", { kind: "watch", forms: [...forms], lists: named, withMarked }, desk.signer);
  try {
    return write(desk, act, lists, { forms, withMarked });
  } catch (error) {
    act.failed({ error: (error as { code?: string } | null)?.code ?? "fault" });
    throw error;
  }
}

function write(
  { theCase, journal, signer }: Pick<WatchDesk, "theCase" | "journal" | "signer">,
  act: Act,
  lists: readonly CaseList[],
  { forms, withMarked }: { readonly forms: readonly WatchForm[]; readonly withMarked: boolean },
): MadeWatchReport {
  const { reports } = theCase.paths;
  try {
    mkdirSync(reports, { recursive: true });
  } catch (error) {
    throw asOperatorError(error, reports);
  }
  const now = systemClock.utcMs();
  const made = new Date(now).toISOString();
  const name = `${made.slice(0, 10)}-watch-${act.seq}`;
  const { id, number, authority, scope, demonstration } = theCase.file;
  const content: WatchContent = {
    ...{ schema: watchSchema, kind: "watch", number: act.seq, name, made, zone: systemClock.zone() },
    ...{ officer: signer.officer, host: hostname(), tool: toolIdentity() },
    case: { id, number, authority, scope, demonstration },
    checkpoint: journal.checkpoint(signer),
    ...loadWatch(theCase, lists, { withMarked }),
  };
  const signed = signDocument(domains.report, content, signer, now) as unknown as SignedWatchReport;
  const { contentHash } = signed;
  const texts: Readonly<Record<WatchForm, () => string>> = {
    json: () => `${canonicalJson(signed)}\n`,
    html: () => renderWatch(signed),
    csv: () => csvOf(content),
  };
  const written = (["json", ...forms.filter((form) => form !== "json")] as WatchForm[]).map((form) => {
    const file = join(reports, `${name}.${form}`);
    const bytes = Buffer.from(texts[form](), "utf8");
    writeAtomically(file, bytes);
    return [form, file, sha256Hex(bytes)] as const;
  });
  const hashes = Object.fromEntries(written.map(([form, , sha256]) => [`${form}Sha256`, sha256]));
  const files = written.map(([, file]) => file);
  act.done({ kind: "watch", contentHash, ...hashes, files: files.map((file) => basename(file)) });
  return { content, contentHash, files };
}

const columns =
  "list version sha256 result term mode label category line word exhibit hits in_text in_fields in_names in_identifiers contents items";

type Cells = readonly (string | number | null)[];

/**
 * One row for each term with hits over all exhibits (exhibit empty), one for each exhibit of it, one for each near word, one for each
 * term without a hit.
 */
function csvOf({ lists }: WatchContent): string {
  let text = csvRow(columns.split(" "));
  for (const list of lists) {
    const rowOf = (
      result: string,
      of: Partial<ListedTerm>,
      word: string | null,
      exhibit: string | null,
      numbers: Cells,
    ) => {
      const { term = "", modes = [], label = "", category = "", line = null } = of;
      const head = [list.id, list.version, list.sha256, result, term, modes.join(" "), label, category, line];
      return csvRow([...head, word, exhibit, ...numbers]);
    };
    for (const row of rowsOf(list, rowOf)) text += row;
  }
  return text;
}

type RowOf = (
  result: string,
  of: Partial<ListedTerm>,
  word: string | null,
  exhibit: string | null,
  numbers: Cells,
) => string;

function* rowsOf({ terms, near, zero }: ListReport, rowOf: RowOf): Generator<string> {
  for (const term of terms) {
    yield rowOf("hit", term, null, null, numbersOf(term));
    for (const one of term.exhibits) yield rowOf("hit", term, null, one.exhibit, numbersOf(one));
  }
  for (const { term, line, words } of near) {
    for (const { word, contents, items } of words) {
      yield rowOf("near", { term, line }, word, null, [null, null, null, null, null, contents, items]);
    }
  }
  for (const term of zero) yield rowOf("zero", term, null, null, [0, 0, 0, 0, 0, 0, 0]);
}

function numbersOf({ hits, inText, inFields, inNames, inIdentifiers, contents, items }: HitCounts): Cells {
  return [hits, inText, inFields, inNames, inIdentifiers, contents, items];
}
