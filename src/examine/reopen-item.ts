/**
 * Reads the bytes of items of a unit a second time: walks from the unit's root down the containers that hold them, with the readers
 * that found them, and into nothing else. What a walk decodes is bounded by the budgets of a unit; large contents are spooled.
 */
import type { ByteSource } from "../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../native-free/containers/index.ts";
import { extractorFor } from "../../native-free/extractors/index.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import type { Beside, Child, ExtractContext, Extractor } from "../../native-free/model/extraction.ts";
import { childChain, itemId, type KeyChain } from "../../native-free/model/item-id.ts";
import type { Treatment } from "../../native-free/model/prepared.ts";
import { identify } from "../../native-free/typing/index.ts";
import { ChildSpool } from "../../workers/child-spool.ts";
import type { Carvable, ContentLimits } from "../../workers/examine-content.ts";
import { UnitBudget, type BudgetLimits } from "../../workers/unit-budget.ts";
import type { OpenUnit } from "./folder-unit.ts";

export interface ReopenContext {
  readonly budgets: BudgetLimits;
  /** As they were when the items were found. */
  readonly limits: Omit<ExtractContext, "beside"> & Pick<ContentLimits, "carving">;
  readonly spoolFile: () => string;
  readonly beat: () => void;
}

/** Bytes of an item; they are gone when the next one is asked for. */
export interface Reopened {
  readonly id: string;
  readonly source: ByteSource;
}

interface Held {
  readonly id: string;
  readonly chain: KeyChain;
  readonly path: string;
  readonly source: ByteSource;
  readonly treatment: Treatment;
  readonly carvable: Carvable | null;
  readonly beside: Beside | null;
}

const alone: Carvable = { beyond: null, blockBytes: 0 };

/**
 * Gives the wanted items in the order in which they are met. `wanted` has, for each, the ids of the items from the unit's root
 * (included) down to it. What is not found again (a changed source, a spent budget) is not given. Throws only for the machine's
 * faults, and for those of readers.
 */
export async function* reopenItems(
  root: OpenUnit,
  wanted: readonly (readonly string[])[],
  context: ReopenContext,
): AsyncGenerator<Reopened, undefined, undefined> {
  if (!root.content) return;
  const { source, treatment = "full", carvable = alone, beside = null } = root.content;
  const { id, chain, path } = root.occurrence;
  const walk = new Walk(wanted, context, source.size);
  yield* walk.visit({ id, chain, path, source, treatment, carvable, beside });
}

class Walk {
  readonly #wanted: Set<string>;
  /** Items that hold wanted ones. */
  readonly #through: Set<string>;
  readonly #context: ReopenContext;
  readonly #budget: UnitBudget;

  constructor(wanted: readonly (readonly string[])[], context: ReopenContext, rootBytes: number) {
    this.#wanted = new Set(wanted.flatMap((ids) => ids.slice(-1)));
    this.#through = new Set(wanted.flatMap((ids) => ids.slice(0, -1)));
    this.#context = context;
    this.#budget = new UnitBudget(context.budgets, rootBytes);
  }

  async *visit(held: Held): AsyncGenerator<Reopened, undefined, undefined> {
    if (this.#wanted.delete(held.id)) yield { id: held.id, source: held.source };
    if (!this.#through.has(held.id) || this.#wanted.size === 0) return;
    for await (const { child, reader } of this.#childrenOf(held)) {
      this.#context.beat();
      const chain = childChain(held.chain, reader.id, child.key);
      const id = itemId(chain);
      if (!this.#wanted.has(id) && !this.#through.has(id)) continue;
      if (!("missing" in child.content)) yield* this.#open(child.content.open, { id, chain, path: `${held.path}!/` });
      if (this.#wanted.size === 0) return;
    }
  }

  async *#open(
    open: () => AsyncIterable<Uint8Array>,
    place: Pick<Held, "id" | "chain" | "path">,
  ): AsyncGenerator<Reopened, undefined, undefined> {
    const spool = new ChildSpool(this.#context.spoolFile);
    try {
      for await (const piece of open()) {
        this.#context.beat();
        spool.add(piece);
        if (this.#budget.takeBytes(piece.length) !== null) break;
      }
    } catch (error) {
      // What came before the damage is what was examined, too.
      if (!isEvidenceError(error)) {
        spool.discard();
        throw error;
      }
    }
    const { source, close } = spool.open(place.path);
    try {
      yield* this.visit({ ...place, source, treatment: "full", carvable: alone, beside: null });
    } finally {
      close();
    }
  }

  /** The children that the first examination was given. */
  async *#childrenOf(held: Held): AsyncGenerator<{ child: Child; reader: Extractor }> {
    const type = held.treatment === "full" ? await identify(held.source) : null;
    const reader = type && (containerFor(type.id) ?? extractorFor(type.id));
    if (reader) yield* this.#readBy(reader, held);
    else if (type === null || type.id === "unknown") yield* this.#carved(held);
  }

  async *#readBy(reader: Extractor, held: Held): AsyncGenerator<{ child: Child; reader: Extractor }> {
    try {
      for await (const extraction of reader.extract(held.source, { ...this.#context.limits, beside: held.beside })) {
        this.#context.beat();
        if (extraction.what === "child") yield { child: extraction.child, reader };
      }
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
    }
  }

  async *#carved({ source, carvable }: Held): AsyncGenerator<{ child: Child; reader: Extractor }> {
    const { limits, beat } = this.#context;
    if (!limits.carving || carvable === null) return;
    const { carving, scanContent } = await import("../../workers/carve-content.ts");
    const { ContentEntities } = await import("../../workers/content-entities.ts");
    const work = { source, beat, ...carvable, carve: true, limits: { recognises: false, watch: null } };
    for (const child of scanContent(work, new ContentEntities(0, null))) yield { child, reader: carving };
  }
}
