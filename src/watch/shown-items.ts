/** Which items may be shown, as a search says it, and why the others may not. */
import type { WorkFileReader } from "../case/work-file-reader.ts";
import { marks, type Mark } from "../review/review-line.ts";
import type { Answer } from "../search/answer.ts";
import type { SearchSession } from "../search/session.ts";
import type { LeftOut } from "./watch-content.ts";

type Has = (itemRow: number) => boolean;

/** Items by exhibit and mark, inside of the scope rules. */
type MarkedItems = ReadonlyMap<string, Readonly<Record<Mark, Has>>>;

/** To be asked before the answer that is worked with: one query is answered at a time. */
export function markedItems(session: SearchSession): MarkedItems {
  const found = new Map<string, Record<Mark, Has>>();
  for (const mark of marks) {
    const exhibits = session.ask(`mark:${mark}`, (answer) => answer.exhibits, { withMarked: true });
    for (const { label, has } of exhibits) {
      const sets = found.get(label) ?? { privileged: nothing, hidden: nothing, "out-of-scope": nothing };
      sets[mark] = has;
      found.set(label, sets);
    }
  }
  return found;
}

const nothing: Has = () => false;

/** One exhibit of an answer to everything. */
export class ShownItems {
  readonly label: string;
  readonly reader: WorkFileReader;
  readonly has: Has;
  /** Shown items of each content, by its number. */
  readonly #counts: Uint32Array;
  readonly #marked: Readonly<Record<Mark, Has>> | null;

  constructor({ label, reader, has }: Answer["exhibits"][number], marked: MarkedItems) {
    this.label = label;
    this.reader = reader;
    this.has = has;
    this.#marked = marked.get(label) ?? null;
    const [end] = reader.select<{ id: number }>("SELECT coalesce(max(id), 0) AS id FROM content");
    this.#counts = new Uint32Array((end?.id ?? 0) + 1);
    const rows = reader.iterate<{ id: number; content: number }>(
      "SELECT id, content FROM item WHERE content IS NOT NULL",
    );
    for (const { id, content } of rows) if (has(id)) this.#counts[content]! += 1;
  }

  /** How many items that may be shown have a content. */
  ofContent(content: number): number {
    return this.#counts[content] ?? 0;
  }

  /** By what an item is kept out. */
  reasonOf(itemRow: number): keyof LeftOut {
    if (this.#marked?.privileged(itemRow)) return "privileged";
    if (this.#marked?.hidden(itemRow)) return "hidden";
    return this.#marked?.["out-of-scope"](itemRow) ? "markedOutOfScope" : "outOfScope";
  }
}
