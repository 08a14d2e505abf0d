/** Identifiers of one content as they are found: of its text block by block, or of its bytes. Bounded; what is beyond is said. */
import type { EntityFinder } from "../native-free/entities/find-entities.ts";
import { viewOf } from "../native-free/entities/text-view.ts";
import type { EntityRow } from "../native-free/model/item.ts";
import type { FoundFeature, StreamPath } from "../native-free/scanning/scan-events.ts";

export class ContentEntities {
  readonly rows: EntityRow[] = [];
  readonly #limit: number;
  /** True where there were more than the limit allows. */
  isCut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes what begins before `until` (UTF-16 units): the rest of the block is repeated in the next one. */
  inText(finder: EntityFinder, text: string, block: number, until: number): void {
    if (this.isCut) return;
    for (const { kind, value, quality, from, to } of finder.find(viewOf(text))) {
      if (from >= until) continue;
      // The view holds no letters but ASCII ones; those that a value has are in the text.
      const whole = isAscii(value) ? value : text.slice(from, to).toWellFormed();
      this.#add({ kind, value: whole, quality, block, offset: from, length: to - from });
    }
  }

  /** A feature of raw bytes, or of a stream in them. */
  inBytes(inside: StreamPath, { kind, value, quality, offset, length }: FoundFeature): void {
    const stream = inside[0] === undefined ? null : Number(/@(\d+)/.exec(inside[0])?.[1] ?? 0);
    const place = stream === null ? { offset, length } : { offset: stream, length: 0 };
    this.#add({ kind, value: value.toWellFormed(), quality, block: null, ...place });
  }

  #add(row: EntityRow): void {
    if (this.rows.length < this.#limit) this.rows.push(row);
    else this.isCut = true;
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
