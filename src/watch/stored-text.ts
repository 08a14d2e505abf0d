/**
 * Stored text in the stretches in which processing looked through it, so that a list that is applied later finds the same hits at the
 * same places: block by block, the overlap of two blocks belonging to the later one but for its first run; text that was recognised in pictures apart from
 * the document's own, and as a whole.
 */
import { textOverlapChars } from "../../native-free/model/prepared.ts";
import { firstRun, wholeSign } from "../../native-free/model/text-seam.ts";
import type { StoredBlock } from "../case/work-file-rows.ts";

export interface Stretch {
  readonly text: string;
  /** What begins before it (UTF-16 units) was in the stretch before. */
  readonly since: number;
  /** What begins from here on (UTF-16 units) is repeated in the next stretch. */
  readonly until: number;
  /** Where a place of the stretch is stored. */
  place(from: number): { readonly block: number; readonly offset: number };
}

/** The mark in front of the first recognised page. */
const recognised = /^page \d+ \(recognised\)$/;

/** `hasRecognised`: the text ends with what was recognised. Blocks in order; one is held at a time, of recognised text all. */
export function* stretchesOf(blocks: Iterable<StoredBlock>, hasRecognised: boolean): Generator<Stretch> {
  let held: StoredBlock | null = null;
  let reading: Recognised | null = null;
  for (const block of blocks) {
    if (reading) reading.add(block);
    else if (held) yield whole(held, untilOf(held.text));
    if (reading) continue;
    held = block;
    const begins = hasRecognised ? block.labels.find(({ label }) => recognised.test(label)) : undefined;
    if (!begins) continue;
    // A line feed of ours stands between.
    const own = { ...block, text: block.text.slice(0, Math.max(0, begins.at - 1)) };
    if (own.text !== "") yield whole(own, own.text.length);
    reading = new Recognised(block, begins.at);
  }
  if (reading) yield reading;
  else if (held) yield whole(held, held.text.length);
}

function whole({ text, index }: StoredBlock, until: number): Stretch {
  return { text, since: index === 0 ? 0 : firstRun(text), until, place: (from) => ({ block: index, offset: from }) };
}

/** What the next stretch has of a block that goes on begins behind the first run of the next block. */
function untilOf(text: string): number {
  const seam = seamOf(text);
  return seam + firstRun(text.slice(seam));
}

/** Where the next block begins in one that goes on: the overlap is never the half of a pair. */
function seamOf(text: string): number {
  return wholeSign(text, text.length - textOverlapChars);
}

/** Recognised text is joined: it was looked through before it was cut into blocks. */
class Recognised implements Stretch {
  readonly since = 0;
  text: string;
  /** Each block, and where it begins in the text; of the first that is in front of it. */
  readonly #parts: { readonly block: number; readonly start: number }[];
  #last: string;

  constructor({ text, index }: StoredBlock, at: number) {
    this.text = text.slice(at);
    this.#parts = [{ block: index, start: -at }];
    this.#last = text;
  }

  add({ text, index }: StoredBlock): void {
    const seam = seamOf(this.#last);
    const start = (this.#parts.at(-1)?.start ?? 0) + seam;
    this.#parts.push({ block: index, start });
    this.text += text.slice(this.#last.length - seam);
    this.#last = text;
  }

  get until(): number {
    return this.text.length;
  }

  place(from: number): { readonly block: number; readonly offset: number } {
    const part = this.#parts.findLast(({ start }) => start <= from) ?? { block: 0, start: 0 };
    return { block: part.block, offset: from - part.start };
  }
}
