/** Says whether XML is well-formed, and where it first is not. Stops reading at the first problem. */
import type { SaxesParser } from "saxes";

export class WellFormedJudge {
  /** Short technical words without any text of the document; null while all is well. */
  problem: string | null = null;
  /** Line of the first problem, 1 for the first. */
  line = 0;
  readonly #parser: SaxesParser;

  private constructor(parser: SaxesParser) {
    this.#parser = parser;
    parser.on("error", (error) => {
      this.problem ??= wordsFor(error.message);
      this.line ||= parser.line;
    });
  }

  static async load(): Promise<WellFormedJudge> {
    const { SaxesParser } = await import("saxes");
    return new WellFormedJudge(new SaxesParser({ xmlns: false, position: true }));
  }

  write(text: string): void {
    if (this.problem === null && text !== "") this.#parser.write(text);
  }

  close(): void {
    if (this.problem === null) this.#parser.close();
  }
}

/** The messages of saxes may quote names from the document; only fixed words leave here. */
const words: readonly (readonly [RegExp, string])[] = [
  [/unexpected close tag|unmatched closing tag/i, "tags do not match"],
  [/unclosed (tag|root)/i, "an element is not closed"],
  [/document must contain a root element/i, "no root element"],
  [/undefined entity|entity/i, "unknown entity"],
  [/duplicate attribute/i, "attribute given twice"],
  [/text data outside of root/i, "text outside the root element"],
  [/documents may contain only one root/i, "more than one root element"],
  [/disallowed character/i, "character not allowed"],
  [/xml declaration|encoding|version/i, "declaration"],
];

function wordsFor(message: string): string {
  for (const [pattern, text] of words) if (pattern.test(message)) return text;
  return "syntax";
}
