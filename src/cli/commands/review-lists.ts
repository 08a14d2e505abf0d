/** `vestige tags`, `bookmarks`, `searches`: the work product of all officers together, or with its history. */
import { openCase, type Case } from "../../case/case-folder.ts";
import { reviewSays } from "../../messages/en.ts";
import { exitCodes, type ExitCode } from "../../messages/operator-error.ts";
import { pathsOf } from "../../review/chosen-items.ts";
import type { ReviewLine } from "../../review/review-line.ts";
import { readReview, type ReviewedItem, type ReviewState } from "../../review/review-state.ts";
import type { Command, CommandContext, Flag } from "../command.ts";
import type { JsonValue, Output } from "../output.ts";

const historyFlag: Flag = { name: "history", summary: "every act in the order of time, with what was taken back" };
const caseArgument = { name: "CASE", summary: "case folder" };

export const tagsCommand: Command = {
  name: "tags",
  summary: "items that officers tagged or marked, with the officers' names",
  group: "search",
  args: [caseArgument],
  flags: [historyFlag],
  help: `Tags and marks of all officers are shown together. vestige search CASE 'tag:NAME' finds the items of one tag.

  vestige tags CASE
  vestige tags CASE --history --json`,
  run: async (context) => {
    const theCase = openCase(context.args[0] as string);
    const review = readReview(theCase);
    if (context.flags["history"] === true)
      return tellHistory(theCase, review, ["tag", "untag", "mark", "unmark"], context);
    const items = review.items().filter(({ tags, marks }) => tags.size + marks.size > 0);
    return tellItems(theCase, items, tellTags, reviewSays.nothingTagged(), context);
  },
};

export const bookmarksCommand: Command = {
  name: "bookmarks",
  summary: "items that officers bookmarked or commented on",
  group: "search",
  args: [caseArgument],
  flags: [historyFlag],
  help: `  vestige bookmarks CASE
  vestige bookmarks CASE --history`,
  run: async (context) => {
    const theCase = openCase(context.args[0] as string);
    const review = readReview(theCase);
    if (context.flags["history"] === true) {
      return tellHistory(theCase, review, ["bookmark", "unbookmark", "comment"], context);
    }
    const items = review.items().filter(({ bookmarks, comments }) => bookmarks.size + comments.length > 0);
    return tellItems(theCase, items, tellBookmark, reviewSays.nothingBookmarked(), context);
  },
};

export const searchesCommand: Command = {
  name: "searches",
  summary: "searches that officers saved",
  group: "search",
  args: [caseArgument],
  flags: [historyFlag],
  help: `Saved with vestige search CASE --save NAME QUERY, repeated with --saved NAME.

  vestige searches CASE`,
  run: async (context) => {
    const theCase = openCase(context.args[0] as string);
    const review = readReview(theCase);
    if (context.flags["history"] === true) {
      return tellHistory(theCase, review, ["save-search", "remove-search"], context);
    }
    const { output } = context;
    const searches = review.searches();
    for (const search of searches) {
      const { name, query, officer } = search;
      const shown = { name: output.safe(name), query: output.safe(query), officer: output.safe(officer) };
      output.line(reviewSays.savedLine({ ...search, ...shown }));
      output.event("vestige.review/1", "saved-search", { ...search });
    }
    if (searches.length === 0) output.line(reviewSays.nothingSaved());
    output.summary(exitCodes.done, { searches: searches.length });
    return exitCodes.done;
  },
};

function tellItems(
  theCase: Case,
  items: readonly ReviewedItem[],
  tell: (path: string, item: ReviewedItem, output: Output) => void,
  nothing: string,
  { output }: CommandContext,
): ExitCode {
  const paths = pathsOf(theCase, items);
  items.forEach((item, at) => {
    const path = paths[at] ?? null;
    tell(output.safe(path ?? reviewSays.itemGone(item.exhibit, item.item)), item, output);
    output.event("vestige.review/1", "item", itemJson(item, path));
  });
  if (items.length === 0) output.line(nothing);
  output.summary(exitCodes.done, { items: items.length });
  return exitCodes.done;
}

function tellTags(path: string, { tags, marks }: ReviewedItem, output: Output): void {
  const held = [...tags, ...marks].map(([name, officers]) =>
    reviewSays.heldBy(output.safe(name), output.safe([...officers].join(", "))),
  );
  output.line(reviewSays.tagLine(path, held.join(", ")));
}

function tellBookmark(path: string, { bookmarks, comments }: ReviewedItem, output: Output): void {
  output.line(
    reviewSays.tagLine(path, bookmarks.size === 0 ? "" : `(${output.safe([...bookmarks].join(", "))})`).trimEnd(),
  );
  for (const { at, officer, text } of comments) {
    output.line(reviewSays.commentLine(at, output.safe(officer), output.safe(text)));
  }
}

function itemJson({ exhibit, item, tags, marks, bookmarks, comments }: ReviewedItem, path: string | null) {
  const lists = (held: ReadonlyMap<string, ReadonlySet<string>>): JsonValue =>
    [...held].map(([name, officers]) => ({ name, officers: [...officers] }));
  return {
    ...{ item, exhibit, path, tags: lists(tags), marks: lists(marks), bookmarks: [...bookmarks] },
    comments: comments.map((comment) => ({ ...comment })),
  };
}

function tellHistory(
  theCase: Case,
  review: ReviewState,
  wanted: readonly ReviewLine["act"][],
  { output }: CommandContext,
): ExitCode {
  const lines = review.history.filter(({ act }) => wanted.includes(act));
  const paths = pathsOf(
    theCase,
    lines.map(({ exhibit, item }) => ({ exhibit: exhibit ?? "", item: item ?? "" })),
  );
  lines.forEach((line, index) => {
    const { at, officer, act, exhibit, item, value, keyId, hash } = line;
    const path = paths[index] ?? null;
    const what = value === null ? "" : typeof value === "string" ? value : value.name;
    const place = exhibit === null ? "" : (path ?? reviewSays.itemGone(exhibit, item));
    output.line(reviewSays.historyLine(at, output.safe(officer), act, output.safe(what), output.safe(place)));
    const json = value === null || typeof value === "string" ? value : { ...value };
    output.event("vestige.review/1", "act", { at, officer, keyId, act, exhibit, item, path, value: json, hash });
  });
  output.summary(exitCodes.done, { acts: lines.length });
  return exitCodes.done;
}
