/**
 * The list that belongs to a report: one line of canonical JSON for every item that has a finding or was not wholly read.
 * Streams from the work files to the disk; memory does not grow with the case.
 */
import { dirname } from "node:path";
import { LineTree } from "../../native-free/hash/merkle.ts";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { findings as registry, sentenceOf, type FindingParams } from "../../native-free/model/findings.ts";
import { asOperatorError } from "../case/atomic-file.ts";
import type { Case } from "../case/case-folder.ts";
import { itemsToList, type ListedItem } from "../case/report-figures.ts";
import { StreamedFile } from "../case/streamed-file.ts";
import { hasWorkFile, WorkFileReader } from "../case/work-file-reader.ts";
import { fullPath } from "../case/work-file-rows.ts";
import { reportSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import { reportBounds, type FindingClass, type FindingItem } from "./content.ts";

export interface ItemsFile {
  /** Hex. */
  readonly sha256: string;
  readonly lines: number;
  /** RFC 9162 root (hex) over the lines. */
  readonly root: string;
  readonly bytes: number;
  readonly findings: readonly FindingClass[];
}

/** Writes `file` whole or not at all. Throws OperatorError; exit 4 where the signal stopped it. */
export function writeItemsFile(
  theCase: Case,
  labels: readonly string[],
  file: string,
  signal: AbortSignal | null,
): ItemsFile {
  const classes = new FindingClasses();
  const tree = new LineTree();
  const streamed = new StreamedFile(file, { replace: true });
  try {
    for (const [exhibit, listed, line] of allListed(theCase, labels)) {
      if (signal?.aborted) throw new OperatorError("report/stopped", reportSays.reportStopped(), exitCodes.stopped);
      tree.add(Buffer.from(line, "utf8"));
      streamed.write(`${line}\n`);
      classes.add(exhibit, listed);
    }
    const { bytes } = streamed.seal();
    streamed.publish();
    return { ...tree.finish(), bytes, findings: classes.list() };
  } catch (error) {
    streamed.abandon();
    throw asOperatorError(error, dirname(file));
  }
}

function* allListed(
  theCase: Case,
  labels: readonly string[],
): Iterable<readonly [label: string, listed: ListedItem, line: string]> {
  for (const label of labels) {
    const workFile = theCase.paths.items(label);
    if (!hasWorkFile(workFile)) continue;
    const reader = WorkFileReader.open(workFile);
    try {
      for (const listed of itemsToList(reader)) yield [label, listed, reader.stored(() => itemLine(label, listed))];
    } finally {
      reader.close();
    }
  }
}

function itemLine(exhibit: string, { item, findings }: ListedItem): string {
  return canonicalJson({
    schema: "vestige.report-item/1",
    exhibit,
    id: item.id,
    path: fullPath(exhibit, item.path).toWellFormed(),
    kind: item.kind,
    state: item.state,
    status: item.status,
    reason: item.reason,
    size: item.size,
    type: item.content?.type ?? null,
    sha256: item.sha256,
    findings: findings.map(({ code, offset, length, params }) => ({
      code,
      offset,
      length,
      params: wellFormed(params),
    })),
  });
}

/** A lone surrogate has no canonical form and would cost the whole report. */
function wellFormed(params: FindingParams): FindingParams {
  const entries = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === "string" ? value.toWellFormed() : value,
  ]);
  return Object.fromEntries(entries) as FindingParams;
}

/** Counts findings by code and keeps the first items of each. */
class FindingClasses {
  readonly #classes = new Map<string, { findings: number; items: number; first: FindingItem[] }>();

  add(exhibit: string, { item, findings }: ListedItem): void {
    const counted = new Set<string>();
    for (const found of findings) {
      const before = this.#classes.get(found.code) ?? { findings: 0, items: 0, first: [] };
      this.#classes.set(found.code, before);
      before.findings++;
      if (counted.has(found.code)) continue;
      counted.add(found.code);
      before.items++;
      if (before.first.length < reportBounds.findingItems) {
        const path = fullPath(exhibit, item.path).toWellFormed();
        before.first.push({
          exhibit,
          id: item.id,
          path,
          status: item.status,
          sentence: sentenceOf(found).toWellFormed(),
        });
      }
    }
  }

  /** Losses first, then anomalies, then notes; by code within. */
  list(): FindingClass[] {
    const order = ["unregistered", "loss", "anomaly", "note"];
    return [...this.#classes]
      .map(([code, counts]): FindingClass => {
        const kind = Object.hasOwn(registry, code) ? registry[code] : null;
        return { code, severity: kind?.severity ?? "unregistered", advice: kind?.advice ?? "", ...counts };
      })
      .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || (a.code < b.code ? -1 : 1));
  }
}
