/** Regular expressions in linear time (RE2 syntax), so that no expression and no text can hold a search up. */
import { RE2JS } from "re2js";
import { Skipper } from "./scan/skipper.ts";

interface Regex {
  /** Places from left to right, not overlapping and not empty; none begins before `begin`, but what stands there is looked at. */
  places(text: string, begin?: number): Generator<{ start: number; end: number }>;
  test(text: string): boolean;
}

/** Upper and lower case alike, and a line end is no end of text, as an officer expects of a search. */
export function patternOf(source: string): RE2JS {
  return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE);
}

export function compileRegex(source: string): Regex {
  const pattern = patternOf(source);
  let skipper: Skipper | null = null;
  return {
    *places(text, begin = 0) {
      const matcher = pattern.matcher(text);
      skipper ??= new Skipper(pattern);
      const skip = skipper.over(text);
      for (let from = skip(begin); from >= 0 && matcher.find(from);) {
        const [start, end] = [matcher.start(), matcher.end()];
        if (end > start) yield { start, end };
        // Behind an empty match the next one begins at the next character.
        const next = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
        if (next > text.length) return;
        from = skip(next);
      }
    },
    test: (text) => pattern.matcher(text).find(),
  };
}

/** What is wrong with an expression; null where nothing is. */
export function regexProblem(source: string): string | null {
  try {
    // An expression that holds for no characters at all finds everything and shows nothing.
    return compileRegex(source).test("") ? "it holds for no characters" : null;
  } catch (error) {
    if (!(error instanceof Error)) return "unknown";
    // Flags stand in front of what was asked, in the words of re2js.
    return error.message.replace(/^error parsing regexp: /, "").replace("`(?m)(?i)", "`");
  }
}
