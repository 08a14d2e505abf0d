/** Budgets that shape results: counted, never timed, charged to the unit and inherited by all it contains (DESIGN 4). */

export interface BudgetLimits {
  /** Levels of nesting below the root file. */
  readonly depth: number;
  /** Items in one unit. */
  readonly entries: number;
  /** Decoded bytes of all children of one unit. */
  readonly outputBytes: number;
  /** Decoded bytes of all children may be so many times the root's size … */
  readonly ratio: number;
  /** … or so many bytes, whichever is more. */
  readonly ratioFloorBytes: number;
}

export type BudgetCode = "engine/budget-entries" | "engine/budget-bytes" | "engine/budget-ratio";

export class UnitBudget {
  readonly limits: BudgetLimits;
  readonly #byRatio: number;
  #bytes = 0;

  constructor(limits: BudgetLimits, rootBytes: number) {
    this.limits = limits;
    this.#byRatio = Math.max(limits.ratioFloorBytes, rootBytes * limits.ratio);
  }

  /** Counts decoded bytes; the budget they break, or null. */
  takeBytes(bytes: number): BudgetCode | null {
    this.#bytes += bytes;
    if (this.#bytes > this.limits.outputBytes) return "engine/budget-bytes";
    return this.#bytes > this.#byRatio ? "engine/budget-ratio" : null;
  }

  /** The limit behind a code, for the finding. */
  limitOf(code: BudgetCode): number {
    if (code === "engine/budget-entries") return this.limits.entries;
    return code === "engine/budget-bytes" ? this.limits.outputBytes : this.limits.ratio;
  }
}
