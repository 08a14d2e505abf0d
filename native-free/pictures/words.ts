/** Words of a page as Tesseract lists them: tab-separated values, one row per page, block, paragraph, line and word. */

export interface RecognisedWord {
  readonly text: string;
  /** 0 to 100, rounded. */
  readonly confidence: number;
  /** Pixels of the page as it was recognised. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const WORD_LEVEL = "5";

/** Rows of words with some text, in the order of reading. */
export function parseWords(table: string): RecognisedWord[] {
  const words: RecognisedWord[] = [];
  for (const row of table.split("\n")) {
    const [level, , , , , , left, top, width, height, confidence, ...rest] = row.split("\t");
    const text = rest.join("\t").trim();
    if (level !== WORD_LEVEL || text === "") continue;
    words.push({
      ...{ text, confidence: Math.max(0, Math.round(Number(confidence))) },
      ...{ left: Number(left), top: Number(top), width: Number(width), height: Number(height) },
    });
  }
  return words;
}
