/** Regular expressions in linear time (RE2 syntax), so that no expression and no text can hold a search up. */
import { RE2JS } from "re2js";

export interface Regex {
  /** Places from left to right, not overlapping and not empty. */
  places(text: string): Generator<{ start: number; end: number }>;
  test(text: string): boolean;
}

/** Upper and lower case alike, and a line end is no end of text, as an officer expects of a search. */
export function compileRegex(source: string): Regex {
  const pattern = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE);
  return {
    *places(text) {
      const matcher = pattern.matcher(text);
      while (matcher.find()) if (matcher.end() > matcher.start()) yield { start: matcher.start(), end: matcher.end() };
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
    return error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "unknown";
  }
}
