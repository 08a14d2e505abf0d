/**
 * Finds identifiers in text: one walk over its characters asks the recognisers where their triggers stand; where two
 * see something in the same characters the better judgement counts.
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "./entity.ts";
import { recognisers as allRecognisers } from "./index.ts";
import { triggersIn } from "./trigger-kernel.ts";
import { TriggerTable } from "./triggers.ts";

const qualityRank: Readonly<Record<Quality, number>> = { valid: 3, "valid-check": 2, "invalid-check": 1, pattern: 0 };

export const qualities: readonly Quality[] = ["valid", "valid-check", "pattern", "invalid-check"];

interface Held {
  readonly match: EntityMatch;
  readonly order: number;
}

/** One per thread; keeps the tables of its recognisers. */
export class EntityFinder {
  readonly #recognisers: readonly Recogniser[];
  /** Their functions: found by index, which is faster than by name in objects of many shapes. */
  readonly #functions: readonly Recogniser["recognise"][];
  readonly #table: TriggerTable;

  constructor(recognisers: readonly Recogniser[] = allRecognisers) {
    this.#recognisers = recognisers;
    this.#functions = recognisers.map(({ recognise }) => recognise);
    this.#table = new TriggerTable(recognisers);
  }

  /** In the order of their places. Those that begin before `text.from` or behind `text.to` are not seen. */
  find(text: TextView): EntityMatch[] {
    const held: Held[] = [];
    const recognisers = this.#recognisers;
    const functions = this.#functions;
    triggersIn(text, this.#table, (index, at) => {
      const match = functions[index]!.call(recognisers[index]!, text, at);
      if (match !== null) held.push({ match, order: index });
    });
    return held.length === 0 ? [] : resolvedBesideCarriers(held);
  }
}

/**
 * A URL names other things (a host, a wallet, a position, a number that is tracked): what stands in one is kept besides
 * it.
 */
const carrierKind = "url";

function resolvedBesideCarriers(held: Held[]): EntityMatch[] {
  const carriers = held.filter(({ match }) => match.kind === carrierKind);
  if (carriers.length === 0 || carriers.length === held.length) return resolved(held);
  const others = resolved(held.filter(({ match }) => match.kind !== carrierKind));
  return [...resolved(carriers), ...others].sort((a, b) => a.from - b.from || b.to - a.to);
}

/** Drops what overlaps something better: of higher quality, then longer, then first in the order of recognisers. */
function resolved(held: Held[]): EntityMatch[] {
  if (held.length > 1) held.sort((a, b) => a.match.from - b.match.from || b.match.to - a.match.to || a.order - b.order);
  const kept: Held[] = [];
  for (const next of held) {
    let isBeaten = false;
    while (kept.length > 0) {
      const last = kept.at(-1)!;
      if (last.match.to <= next.match.from) break;
      if (isSame(last, next) || !isBetter(next, last)) {
        isBeaten = isSame(last, next) || !areBoth(last, next);
        break;
      }
      kept.pop();
    }
    if (!isBeaten) kept.push(next);
  }
  return kept.map(({ match }) => match);
}

const isSame = (a: Held, b: Held): boolean =>
  a.match.kind === b.match.kind && a.match.from === b.match.from && a.match.to === b.match.to;

/** The same characters can hold under the checks of two standards, and nobody can say which of them was meant. */
const areBoth = (a: Held, b: Held): boolean =>
  a.match.from === b.match.from &&
  a.match.to === b.match.to &&
  a.match.quality === b.match.quality &&
  qualityRank[a.match.quality] >= qualityRank["valid-check"];

function isBetter(a: Held, b: Held): boolean {
  const byQuality = qualityRank[a.match.quality] - qualityRank[b.match.quality];
  if (byQuality !== 0) return byQuality > 0;
  const byLength = a.match.to - a.match.from - (b.match.to - b.match.from);
  return byLength !== 0 ? byLength > 0 : a.order < b.order && !areBoth(a, b);
}
