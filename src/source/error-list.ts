/** What went wrong while a medium was read: sectors that could not be read, and sectors that gave different answers. */
import type { SourceErrors, UnstableSector } from "./acquisition-source.ts";

/** More are counted and not listed: a medium on which every sector changes must not fill the memory. */
export const mostUnstable = 65_536;

export class ErrorList {
  readonly #bad: { first: number; count: number }[];
  readonly #unstable: UnstableSector[];
  #unlisted: number;
  #retried: number;
  /** Made when asked for and kept until something changes, so that asking after every read costs nothing. */
  #snapshot: SourceErrors | null = null;

  /** Goes on from `before`, as far as it lies in front of sector `from`: what lies behind is read again. */
  constructor(before?: SourceErrors, from = 0) {
    const earlier = before?.badRanges.filter(({ first }) => first < from) ?? [];
    this.#bad = [];
    for (const { first, count } of earlier) this.addBad(first, Math.min(count, from - first));
    this.#unstable = before?.unstable.filter(({ sector }) => sector < from) ?? [];
    this.#unlisted = before?.unlistedUnstable ?? 0;
    this.#retried = before?.retried ?? 0;
  }

  /** Sectors in ascending order; neighbours are joined. */
  addBad(first: number, count: number): void {
    this.#snapshot = null;
    const last = this.#bad.at(-1);
    if (last && last.first + last.count === first) last.count += count;
    else this.#bad.push({ first, count });
    this.#snapshot = null;
  }

  addUnstable(found: UnstableSector): void {
    this.#snapshot = null;
    if (this.#unstable.length < mostUnstable) this.#unstable.push(found);
    else this.#unlisted += 1;
    this.#snapshot = null;
  }

  addRetry(): void {
    this.#snapshot = null;
    this.#retried += 1;
    this.#snapshot = null;
  }

  /** One and the same object until something changes, and then another: whoever keeps one has a copy. */
  get snapshot(): SourceErrors {
    this.#snapshot ??= {
      badRanges: this.#bad.map((range) => ({ ...range })),
      unstable: [...this.#unstable],
      ...(this.#unlisted > 0 ? { unlistedUnstable: this.#unlisted } : {}),
      retried: this.#retried,
    };
    return this.#snapshot;
  }
}
