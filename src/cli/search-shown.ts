/** How `vestige search` shows an answer: as a table for people, and as JSON lines. */
import process from "node:process";
import { reviewSays, searchSays } from "../messages/en.ts";
import { hitJson, hitSchema } from "../search/export/hit-json.ts";
import type { ExportedHits } from "../search/export/export-hits.ts";
import type { Hit } from "../search/hit.ts";
import { queryHints } from "../search/query-hints.ts";
import type { SearchAnswer } from "../search/search-case.ts";
import type { Facet } from "../search/sets/facets.ts";
import type { Output } from "./output.ts";

/** Items that were not searched, as a query. */
const notSearchedQuery = "status:failed,partial,skipped";

export function showJson(output: Output, answer: SearchAnswer, facets: readonly Facet[]): void {
  for (const hit of answer.hits) output.event(hitSchema, "hit", hitJson(hit));
  const { counts, notSearched, next, query } = answer;
  for (const { name, values, more } of facets) {
    const told = values.map(({ value, items, query: narrowed }) => ({ value, items, query: narrowed }));
    output.event("vestige.facet/1", "facet", { name, values: told, more: { ...more } });
  }
  const left = { ...notSearched, query: notSearchedQuery };
  const lists = answer.lists.map(({ kind, name, sha256, lines, entries }) => ({ kind, name, sha256, lines, entries }));
  const { withoutStems } = answer;
  output.event("vestige.search/1", "answer", { query, ...counts, next, lists, withoutStems, notSearched: left });
}

/** `isPaged`: hits were wanted. */
export function showTable(output: Output, answer: SearchAnswer, facets: readonly Facet[], isPaged: boolean): void {
  const colour = Boolean(process.stdout.isTTY) && output.interactive && !process.env["NO_COLOR"];
  for (const hit of answer.hits) {
    output.line(`${output.safe(hit.path)}  ${searchSays.hitFacts(hit, output.safe)}`);
    if (hit.snippet) output.line(`    ${snippetLine(hit, output, colour)}`);
  }
  for (const facet of facets) showFacet(output, facet);
  output.line(searchSays.answerCounts(answer.counts, isPaged ? answer.hits.length : null));
  if (answer.counts.outOfScope > 0) output.line(searchSays.outOfScope(answer.counts.outOfScope));
  const { privileged, hidden, markedOutOfScope } = answer.counts;
  if (privileged + hidden + markedOutOfScope > 0) output.line(reviewSays.keptOut(answer.counts));
  output.line(searchSays.notSearched(answer.notSearched));
  const { failed, partial, skipped } = answer.notSearched;
  if (failed + partial + skipped > 0) output.line(searchSays.notSearchedList(notSearchedQuery));
  for (const hint of queryHints(answer.query)) output.line(hint);
  if (answer.withoutStems && answer.withoutStems.length > 0) output.line(searchSays.withoutStems(answer.withoutStems));
  if (answer.next) output.line(searchSays.nextPage(answer.next));
}

function snippetLine(hit: Hit, output: Output, colour: boolean): string {
  const flat = (text: string) => output.safe(text.replace(/\s+/g, " "));
  const { before, match, after } = hit.snippet as NonNullable<Hit["snippet"]>;
  const marked = colour ? `\u001b[1;33m${flat(match)}\u001b[0m` : `[${flat(match)}]`;
  return `${flat(before)}${marked}${flat(after)}`;
}

/** Characters of a value before what narrows the answer down to it, in one column. */
const mostNameWidth = 40;

/** Values under each other, with their numbers in one column, and what narrows the answer down to each. */
function showFacet(output: Output, { name, values, more }: Facet): void {
  output.line(searchSays.facetHead(name, values.length + more.values));
  const width = Math.max(1, ...values.map(({ items }) => String(items).length));
  const names = values.map(({ value }) => (value === null ? searchSays.facetNone() : output.safe(value)));
  const nameWidth = Math.min(mostNameWidth, Math.max(...names.map((shown) => shown.length), 0));
  for (const [at, { items, query }] of values.entries()) {
    const narrowed = query === null ? "" : `  ${output.safe(query)}`;
    output.line(`  ${String(items).padStart(width)}  ${(names[at] as string).padEnd(nameWidth)}${narrowed}`.trimEnd());
  }
  if (more.values > 0) output.line(`  ${String(more.items).padStart(width)}  ${searchSays.facetMore(more.values)}`);
}

export function showExported(output: Output, { file, hits, bytes, sha256 }: ExportedHits & { file: string }): void {
  output.line(searchSays.exported(file, hits, sha256));
  output.event("vestige.export/1", "exported", { file, hits, bytes, sha256 });
}
