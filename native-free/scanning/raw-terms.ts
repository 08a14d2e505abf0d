/** Watch-lists as the scan of bytes wants them. */
import type { WatchMatcher } from "../watchlists/watch-matcher.ts";
import type { RawTerms } from "./scan-bytes.ts";

export function rawTermsOf(matcher: WatchMatcher): RawTerms {
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
