/** Watch-lists as the scan of bytes wants them. */
import type { RawTerms } from "../../native-free/scanning/scan-bytes.ts";
import { parseWatchList } from "../../native-free/watchlists/parse-list.ts";
import { compileWatchLists } from "../../native-free/watchlists/watch-matcher.ts";
import type { ScanWanted } from "./scan-job.ts";

/** Of texts that were parsed without a problem before. */
export function rawTermsOf(lists: ScanWanted["lists"]): RawTerms {
  const matcher = compileWatchLists(lists.flatMap(({ text, name }) => parseWatchList(text, name).list ?? []));
  const patterns = matcher.patterns();
  return {
    patterns,
    confirm(bytes, at, index) {
      const hit = matcher.confirm(bytes, at, patterns[index]!);
      if (!hit) return null;
      const { list, rule, text, from, to, encoding } = hit;
      const entry = matcher.entries[hit.entry]?.text ?? "";
      return { list, entry, rule, text, offset: from, length: to - from, encoding };
    },
  };
}
