/** Patterns over names and paths: `*` any characters, `?` one. Time at most length of value × length of pattern. */
import { fold } from "../../native-free/model/fold.ts";
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

/** A path with or without its exhibit's label; without wildcards the pattern may lie anywhere in it. */
export function likePath(label: unknown, path: unknown, pattern: unknown, whole: unknown): boolean {
  const full = fold(fullPath(String(label), String(path)));
  if (Number(whole) === 0) return full.includes(String(pattern));
  return matchesWildcard(full, String(pattern)) || matchesWildcard(fold(String(path)), String(pattern));
}

/** True where `path` is the folder (folded, slashes at its ends do not count) or lies in it. */
export function isUnder(path: unknown, folder: unknown): boolean {
  const decoded = String(path).replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
  const inner = fold(decoded).replace(/^\/+/, "");
  const outer = String(folder).replace(/^\/+|\/+$/g, "");
  return inner === outer || inner.startsWith(`${outer}/`) || inner.startsWith(`${outer}!/`) || outer === "";
}
