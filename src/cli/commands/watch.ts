/** `vestige watch`: applies watch-lists to everything that is processed, and reports on them. */
import { availableParallelism } from "node:os";
import { openCase } from "../../case/case-folder.ts";
import { watchSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { wantedLists, type CaseList } from "../../watch/case-lists.ts";
import { eachPlace } from "../../watch/list-places.ts";
import { makeWatchReport, watchForms, type MadeWatchReport, type WatchForm } from "../../watch/make-watch-report.ts";
import {
  addLists,
  removeLists,
  watchableLabels,
  watchExhibit,
  type ListOutcome,
  type WatchDesk,
} from "../../watch/run-watch.ts";
import type { ListReport } from "../../watch/watch-content.ts";
import { bytesText, durationText } from "../amounts.ts";
import { flagList, type Command, type CommandContext } from "../command.ts";
import { wholeNumber } from "../desk.ts";
import { openForSigning } from "../open-for-signing.ts";
import type { JsonValue, Output } from "../output.ts";
import { ProgressLine } from "../progress.ts";

export const watchCommand: Command = {
  name: "watch",
  summary: "apply watch-lists to everything processed, and report hits, near hits and terms without a hit",
  group: "search",
  args: [
    { name: "CASE", summary: "case folder" },
    { name: "LIST", summary: "files, or ids of lists of the case or the product", optional: true, rest: true },
  ],
  flags: [
    { name: "all", summary: "the lists of the case and all of the product" },
    { name: "remove", value: "ID", repeat: true, summary: "remove a list that was applied, with its results" },
    { name: "report", value: "html|json|csv", repeat: true, summary: "write a signed report of the lists" },
    {
      name: "places",
      summary: "list hits in names, folders, fields and identifiers (those in texts: entity:watchlist-ID)",
    },
    { name: "with-marked", summary: "count items that officers marked as hidden, privileged or out of scope, too" },
    { name: "workers", value: "N", summary: "threads (default: one per core where it is worth it; 0: none)" },
  ],
  help: `Looks for the terms of lists in every text, field, identifier, name and folder of all exhibits with a work file. Evidence is not
opened, nothing is processed anew. Without LIST the lists that were applied before are brought up to date: to exhibits and files that were
processed since. A list goes into the case (lists/applied), its SHA-256 into the journal; one that did not change is not applied again,
one that did replaces its results. Stopped at any moment, the same command goes on.

Hits in texts are found by search, as if the list had been there while processing: entity:watchlist-ID, entity:watchlist-ID:TERM.
Reports have the hits of each term, words one letter from a term (near hits, which are no hits), every term without a hit, what was not
searched, and how many items scope rules and marks left out.

  vestige watch CASE cites                         a list of the product
  vestige watch CASE my-list.txt --report html
  vestige watch CASE                               what was processed since
  vestige watch CASE --all --report csv --report html
  vestige watch CASE my-list --places              hits in names, folders, fields and identifiers
  vestige watch CASE --remove my-list`,
  run: runWatch,
};

async function runWatch(context: CommandContext): Promise<ExitCode> {
  const { args, flags, output, signal } = context;
  const [folder, ...wanted] = args;
  const removed = flagList(flags, "remove");
  const forms = formsOf(flagList(flags, "report"));
  const all = flags["all"] === true;
  if (removed.length > 0 && (wanted.length > 0 || all)) throw new OperatorError("usage/watch", watchSays.removeAlone());
  const theCase = openCase(folder as string);
  const most = availableParallelism();
  const workers = flags["workers"] === undefined ? null : wholeNumber(flags, "workers", most, 0, 256);
  // Lists are read before anything is recorded: a wrong one changes nothing.
  const lists = removed.length > 0 ? [] : wantedLists(theCase.paths, wanted, all);
  if (removed.length === 0 && lists.length === 0) throw new OperatorError("watch/nothing", watchSays.nothingApplied());
  const { journal, signer } = await openForSigning(theCase, context);
  const progress = new ProgressLine(output);
  const onProgress: WatchDesk["onProgress"] = (label, { share, chars }) => {
    const done = `${Math.floor(share * 100)} %`;
    progress.passing(`watch-${label}`, (_, text, rate) => watchSays.progress(label, done, text, rate), chars, null);
  };
  const desk: WatchDesk = { theCase, journal, signer, signal, workers, most, onProgress };
  try {
    if (removed.length > 0) return await remove(desk, removed, output);
    const outcomes = await applyAll(desk, lists, output, progress);
    const withMarked = flags["with-marked"] === true;
    if (flags["places"] === true) tellPlaces(desk, lists, withMarked, output);
    if (forms.length > 0) tellReport(output, makeWatchReport(desk, lists, { forms, withMarked }));
    const applied = outcomes.filter(({ before }) => before !== "unchanged").length;
    output.summary(exitCodes.done, { lists: lists.length, applied, unchanged: outcomes.length - applied });
    return exitCodes.done;
  } finally {
    progress.end();
    journal.close();
  }
}

function formsOf(wanted: readonly string[]): WatchForm[] {
  return [...new Set(wanted)].map((name) => {
    const form = watchForms.find((known) => known === name);
    if (!form) throw new OperatorError("usage/watch-report", watchSays.badReport(name));
    return form;
  });
}

async function remove(desk: WatchDesk, ids: readonly string[], output: Output): Promise<ExitCode> {
  const wanted = [...new Set(ids)];
  const removed = await removeLists(desk, wanted);
  for (const { exhibit, lists } of removed) for (const id of lists) output.line(watchSays.removed(exhibit, id));
  for (const id of wanted) {
    const exhibits = removed.filter(({ lists }) => lists.includes(id)).map(({ exhibit }) => exhibit);
    output.event("vestige.watch/1", "removed", { list: id, exhibits });
  }
  output.summary(exitCodes.done, { removed: wanted.length });
  return exitCodes.done;
}

async function applyAll(
  desk: WatchDesk,
  lists: readonly CaseList[],
  output: Output,
  progress: ProgressLine,
): Promise<ListOutcome[]> {
  for (const { id, version, sha256, entries } of addLists(desk, lists)) {
    output.line(watchSays.added(id, version, sha256));
    output.event("vestige.watch/1", "added", { list: id, version, sha256, entries });
  }
  const labels = watchableLabels(desk.theCase);
  if (labels.length === 0) output.line(watchSays.nothingProcessed());
  const outcomes: ListOutcome[] = [];
  for (const label of labels) {
    const clock = performance.now();
    const done = await watchExhibit(desk, label, lists);
    progress.end();
    tellApplied(output, done, performance.now() - clock);
    outcomes.push(...done);
  }
  return outcomes;
}

function tellApplied(output: Output, outcomes: readonly ListOutcome[], ms: number): void {
  const fresh = outcomes.filter(({ before }) => before !== "unchanged");
  for (const { exhibit, list, before } of outcomes) {
    const { list: id, version, sha256, cut, chars, own } = list;
    if (before === "unchanged") output.line(watchSays.unchanged(exhibit, id, version));
    else output.line(watchSays.applied(exhibit, id, version, own));
    if (cut > 0) output.warn(watchSays.cut(exhibit, id, cut));
    const facts = { exhibit, list: id, version, sha256, before, processed: own, chars, cut };
    output.event("vestige.watch/1", "applied", facts);
  }
  const chars = Math.max(0, ...fresh.map(({ list }) => list.chars));
  if (chars === 0) return;
  const rate = `${bytesText(Math.round((chars / Math.max(1, ms)) * 1000))}/s`;
  output.note(watchSays.speed(bytesText(chars), durationText(ms), rate));
}

/** What is shown is recorded first. */
function tellPlaces(
  { theCase, journal, signer }: WatchDesk,
  lists: readonly CaseList[],
  withMarked: boolean,
  output: Output,
): void {
  const named = lists.map(({ id, sha256 }) => ({ list: id, sha256 }));
  journal.append("search", { watchPlaces: named, withMarked }, signer);
  const ids = lists.map(({ id }) => id);
  eachPlace(theCase, ids, withMarked, (place) => {
    const { list, path, term, place: where, name } = place;
    output.line(`${output.safe(path)}  ${watchSays.place(list, output.safe(term), where, name)}`);
    output.event("vestige.watch/1", "place", { ...place });
  });
}

function tellReport(output: Output, { content, contentHash, files }: MadeWatchReport): void {
  for (const list of content.lists) {
    const { id, terms, near, zero, total } = list;
    output.line(watchSays.counted(id, total.hits, total.items, terms.length, near.length, zero.length));
    tellList(output, list);
  }
  for (const file of files) output.line(watchSays.reportMade(file));
  output.line(watchSays.reportHash(contentHash));
  const { notSearched, withMarked } = content;
  const facts = { files: [...files], contentHash, withMarked, notSearched: { ...notSearched } };
  output.event("vestige.watch/1", "report", facts as unknown as Record<string, JsonValue>);
}

function tellList(output: Output, { terms, near, zero, items, exhibits, ...list }: ListReport): void {
  const told = (event: string, body: object) =>
    output.event("vestige.watch/1", event, { list: list.id, ...body } as unknown as Record<string, JsonValue>);
  told("list", { ...list, exhibits, termsWithHits: terms.length, termsWithoutHits: zero.length });
  for (const term of terms) told("term", term);
  for (const { term, line, words } of near) for (const word of words) told("near", { term, line, ...word });
  for (const term of zero) told("zero", term);
  for (const item of items) told("item", item);
}
