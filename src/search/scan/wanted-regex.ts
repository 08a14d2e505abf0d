/** What a scan of texts looks for, for a regular expression. */
import { compileRegex, patternOf } from "../regex.ts";
import type { Wanted } from "./text-scanner.ts";

export function wantedRegex(source: string): Wanted {
  const regex = compileRegex(source);
  return { pattern: patternOf(source), isExact: true, holds: (text) => !regex.places(text).next().done };
}
