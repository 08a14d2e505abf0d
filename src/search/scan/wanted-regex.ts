/** What a scan of texts looks for, for a regular expression. */
import { compileRegex, patternOf } from "../regex.ts";
import type { Wanted } from "./text-scanner.ts";

export function wantedRegex(source: string): Wanted {
  const regex = compileRegex(source);
  const holds = (text: string, isFirst: boolean): boolean => {
    // A later block's beginning is none of the text; what begins there is in the block before.
    const begin = isFirst ? 0 : text.codePointAt(0) === text.charCodeAt(0) ? 1 : 2;
    return !regex.places(text, begin).next().done;
  };
  return { pattern: patternOf(source), isExact: true, holds };
}
