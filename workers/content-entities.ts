/**
 * Identifiers of one content, and terms of watch-lists in it, as they are found: of its text block by block, or of its bytes. Bounded; what
 * is beyond is said.
 */
import type { EntityFinder } from "../native-free/entities/find-entities.ts";
import { viewOf } from "../native-free/entities/text-view.ts";
import type { EntityRow } from "../native-free/model/item.ts";
import type { FoundFeature, FoundTerm, StreamPath } from "../native-free/scanning/scan-events.ts";
import { kindOfList } from "../native-free/watchlists/list-kind.ts";
import type { ContentWatch, FoundTermInText } from "./content-watch.ts";
import type { BlockBounds } from "./text-collector.ts";

export class ContentEntities {
  readonly rows: EntityRow[] = [];
  readonly #limit: number;
  readonly #watch: ContentWatch | null;
  /** True where there were more than the limit allows. */
  isCut = false;

  /** `watch`: null without watch-lists. */
  constructor(limit: number, watch: ContentWatch | null) {
    this.#limit = limit;
    this.#watch = watch;
  }

  /**
   * Takes what begins within the bounds in a block of text: the blocks beside it have the rest. `finder`: null where no
   * identifiers are looked for. `inBytes`: the bytes of the text are searched themselves.
   */
  inBlock(finder: EntityFinder | null, text: string, bounds: TextBlock): void {
    const { block, since, until, inBytes } = bounds;
    if (finder && !inBytes) this.#inText(finder, text, bounds);
    if (!this.#watch || this.isCut) return;
    const take = ({ list, value, from, to }: FoundTermInText): void => {
      if (from < since || from >= until) return;
      this.#add({ kind: kindOfList(list), value, quality: "pattern", block, offset: from, length: to - from });
    };
    if (inBytes) this.#watch.inStrings(text, take);
    else this.#watch.inText(text, take);
  }

  #inText(finder: EntityFinder, text: string, { block, since, until }: TextBlock): void {
    if (this.isCut) return;
    for (const { kind, value, quality, from, to } of finder.find(viewOf(text))) {
      if (from < since || from >= until) continue;
      // The view holds no letters but ASCII ones; those that a value has are in the text.
      const whole = isAscii(value) ? value : text.slice(from, to).toWellFormed();
      this.#add({ kind, value: whole, quality, block, offset: from, length: to - from });
    }
  }

  /** A feature of raw bytes, or of a stream in them. */
  inBytes(inside: StreamPath, { kind, value, quality, offset, length }: FoundFeature): void {
    this.#add({ kind, value: value.toWellFormed(), quality, block: null, ...placeOf(inside, { offset, length }) });
  }

  /** A term of a watch-list in raw bytes, or in a stream in them. */
  termInBytes(inside: StreamPath, { list, entry, offset, length }: FoundTerm): void {
    const place = placeOf(inside, { offset, length });
    this.#add({ kind: kindOfList(list), value: entry.toWellFormed(), quality: "pattern", block: null, ...place });
  }

  #add(row: EntityRow): void {
    if (this.rows.length < this.#limit) this.rows.push(row);
    else this.isCut = true;
  }
}

interface TextBlock extends BlockBounds {
  readonly block: number;
  readonly inBytes: boolean;
}

/** Of a stream the place at which the outermost one begins. */
function placeOf(inside: StreamPath, place: { offset: number; length: number }): { offset: number; length: number } {
  if (inside[0] === undefined) return place;
  return { offset: Number(/@(\d+)/.exec(inside[0])?.[1] ?? 0), length: 0 };
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
