/** Setting and taking back tags, marks, bookmarks and comments: only what changes something becomes a line. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { HitId } from "../search/answer.ts";
import { appendReview, type AppendedReview, type ReviewDesk } from "./review-append.ts";
import type { Mark, ReviewAct } from "./review-line.ts";
import { ReviewState, type ReviewedItem } from "./review-state.ts";

/** What is to be set, or with `remove` taken back. */
export type Setting =
  | { readonly what: "tag"; readonly tag: string; readonly remove: boolean }
  | { readonly what: "mark"; readonly mark: Mark; readonly remove: boolean }
  | { readonly what: "bookmark"; readonly remove: boolean }
  | { readonly what: "comment"; readonly text: string };

/** Word of the act, as in a line. */
export function actOf(setting: Setting): Exclude<ReviewAct["act"], "save-search" | "remove-search"> {
  const { what } = setting;
  if (what === "comment" || !setting.remove) return what;
  return what === "tag" ? "untag" : what === "mark" ? "unmark" : "unbookmark";
}

/** Appends one line for each item on which the officer's own setting changes. Throws OperatorError. */
export function setOnItems(
  desk: ReviewDesk,
  items: readonly HitId[],
  setting: Setting,
  how: JsonObject = {},
): AppendedReview {
  const { officer } = desk.signer;
  const choose = (state: ReviewState) =>
    items
      .filter(({ exhibit, id }) => changes(state.item(exhibit, id), officer, setting))
      .map(({ exhibit, id }) => lineOf(exhibit, id, setting));
  return appendReview(desk, (own) => choose(new ReviewState(own)), how);
}

/** The officers whose tag, mark or bookmark an item has. */
export function holdersOf(item: ReviewedItem | null, setting: Setting): ReadonlySet<string> {
  const none: ReadonlySet<string> = new Set();
  if (!item || setting.what === "comment") return none;
  if (setting.what === "bookmark") return item.bookmarks;
  return (setting.what === "tag" ? item.tags.get(setting.tag) : item.marks.get(setting.mark)) ?? none;
}

function changes(item: ReviewedItem | null, officer: string, setting: Setting): boolean {
  return setting.what === "comment" || holdersOf(item, setting).has(officer) === setting.remove;
}

function lineOf(exhibit: string, item: string, setting: Setting): ReviewAct {
  switch (setting.what) {
    case "tag":
      return { act: setting.remove ? "untag" : "tag", exhibit, item, value: setting.tag };
    case "mark":
      return { act: setting.remove ? "unmark" : "mark", exhibit, item, value: setting.mark };
    case "bookmark":
      return { act: setting.remove ? "unbookmark" : "bookmark", exhibit, item, value: null };
    case "comment":
      return { act: "comment", exhibit, item, value: setting.text };
  }
}
