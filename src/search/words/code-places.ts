/** Places of the letters and digits of a code, whatever separators the text has between them. */
import { foldWithMap, originalRange, tokens as tokensIn } from "../../../native-free/model/fold.ts";
import type { CodeTerm } from "../query.ts";

/** Characters between two parts of a code: more of them part two things. */
const widestGap = 3;

/** The code begins and ends with a word. */
export function* codePlaces(text: string, { value }: CodeTerm): Generator<{ start: number; end: number }> {
  const map = foldWithMap(text);
  const words = [...tokensIn(map.folded)];
  for (let first = 0; first < words.length; first++) {
    const last = lastOf(words, first, value);
    if (last === null) continue;
    const [begin, end] = [words[first] as Word, words[last] as Word];
    yield originalRange(map, begin.start, end.start + end.token.length);
    first = last;
  }
}

interface Word {
  readonly token: string;
  readonly start: number;
}

/** Number of the word with which the code is whole that begins with word `first`; null where there is none. */
function lastOf(words: readonly Word[], first: number, code: string): number | null {
  let done = 0;
  for (let at = first; at < words.length; at++) {
    const { token, start } = words[at] as Word;
    const before = words[at - 1];
    if (at > first && before && start - before.start - before.token.length > widestGap) return null;
    if (!code.startsWith(token, done)) return null;
    done += token.length;
    if (done === code.length) return at;
  }
  return null;
}
