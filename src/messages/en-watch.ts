/** Sentences of watch-lists that are applied to what is processed. */
import { counted as some, grouped } from "./en-parts.ts";

export const nothingApplied = (): string =>
  "Expected a watch-list (a file or an id), --all or --remove, found none, and no list was applied to this case before; name one, for example cites.";
export const noSuchFile = (name: string): string =>
  `Expected a watch-list (a file, or the id of a list of the case or the product) at ${name}, found nothing there; check the path.`;
export const unknown = (name: string, known: readonly string[]): string =>
  `Expected the id of a watch-list of the case or of the product, found ${name}; ${known.length > 0 ? `the case has ${known.join(", ")}; ` : ""}name a file, or put --all.`;
export const otherVersion = (id: string, file: string): string =>
  `Expected a watch-list that processing does not look for, found ${id}, of which the case has another text in lists/${file}; give it another id, or replace that file and run vestige process.`;
export const processedWithOther = (id: string, label: string): string =>
  `Expected the watch-list ${id} as it was when exhibit ${label} was processed, found another text; give it another id, or run vestige process.`;
export const interrupted = (): string =>
  "Stopped; what was looked through is kept, and the same command goes on from there.";
export const notRemovable = (id: string, file: string): string =>
  `Expected a list that was applied after processing, found ${id}, which processing looks for; take lists/${file} (or its id in the profile) away and run vestige process.`;
export const removeUnknown = (id: string, known: readonly string[]): string =>
  `Expected with --remove the id of a list that was applied, found ${id}; ${known.length > 0 ? `applied are ${known.join(", ")}` : "none is applied"}.`;
export const badReport = (format: string): string => `--report is html, json or csv, not ${format}`;
export const removeAlone = (): string => "--remove takes no other list; apply lists with a command of their own";
export const nothingProcessed = (): string =>
  "No exhibit is processed yet; the lists are kept and wait for a work file.";

export const progress = (label: string, share: string, done: string, rate: string): string =>
  `${label}: applying watch-lists  ${share}  ${done} of text  ${rate}`;
export const unchanged = (label: string, id: string, version: string): string =>
  `${label}: ${id} ${version} was applied to all of this already; nothing to do`;
export const applied = (label: string, id: string, version: string, own: boolean): string =>
  own
    ? `${label}: ${id} ${version} was looked for in texts while processing; names, folders, fields and identifiers are looked through now`
    : `${label}: ${id} ${version} is applied`;
export const counted = (id: string, hits: number, items: number, terms: number, near: number, zero: number): string =>
  `${id}: ${some(hits, "hit")} in ${some(items, "item")}; ${some(terms, "term")} with hits, ${grouped(near)} with near hits, ${grouped(zero)} without`;
export const cut = (label: string, id: string, contents: number): string =>
  `${label}: ${id} has more hits than are kept in ${some(contents, "content")}; the first ones are kept of each`;
export const speed = (done: string, seconds: string, rate: string): string =>
  `looked through ${done} of text in ${seconds} (${rate})`;
export const removed = (label: string, id: string): string => `${label}: the results of ${id} are removed`;
export const added = (id: string, version: string, sha256: string): string =>
  `${id} ${version} is a list of the case now (SHA-256 ${sha256})`;
export const reportMade = (file: string): string => `report: ${file}`;
export const reportHash = (hash: string): string => `content hash: ${hash}`;
export const place = (list: string, term: string, where: string, name: string | null): string =>
  `${list}: ${term} in ${name === null ? where : `${where} ${name}`}`;
