/** Patterns over names and paths: `*` any characters, `?` one. Time at most length of value × length of pattern. */
import { fold } from "../../native-free/model/fold.ts";
import { plainPath } from "../case/item-paths.ts";
import { fullPath } from "../case/work-file-rows.ts";

/** True where the whole of `value` is described by `pattern`; both are folded. */
export function matchesWildcard(value: string, pattern: string): boolean {
  let at = 0;
  let want = 0;
  let star = -1;
  let resume = 0;
  while (at < value.length) {
    const wanted = pattern.charAt(want);
    if (wanted === "*") {
      star = want;
      resume = at;
      want += 1;
    } else if (want < pattern.length && (wanted === "?" || wanted === value.charAt(at))) {
      at += 1;
      want += 1;
    } else if (star >= 0) {
      // The last star takes one character more; earlier stars never need to.
      resume += 1;
      at = resume;
      want = star + 1;
    } else return false;
  }
  while (pattern.charAt(want) === "*") want += 1;
  return want === pattern.length;
}

/** A value of evidence against a folded pattern. */
export function likeValue(value: unknown, pattern: unknown): boolean {
  return typeof value === "string" && matchesWildcard(fold(value), String(pattern));
}

/**
 * A path as it is shown, or its names alone (`plainPath`), with the exhibit's label in front or not; without wildcards the
 * pattern may lie anywhere in it.
 */
export function likePath(label: unknown, path: unknown, pattern: unknown, whole: unknown): boolean {
  const wanted = String(pattern);
  const shown = fold(fullPath(String(label), String(path)));
  const plain = fold(plainPath(String(path)));
  const labelled = `${fold(String(label))}/${plain}`;
  if (Number(whole) === 0) return shown.includes(wanted) || labelled.includes(wanted);
  return [shown, plain, labelled].some((value) => matchesWildcard(value, wanted));
}

/** True where `path` is the folder (folded; slashes at its ends do not count) or lies in it. */
export function isUnder(path: unknown, folder: unknown): boolean {
  const inner = fold(plainPath(String(path)));
  const outer = String(folder).replace(/^\/+|\/+$/g, "");
  return outer === "" || inner === outer || inner.startsWith(`${outer}/`) || inner.startsWith(`${outer}!`);
}
