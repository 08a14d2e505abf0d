/**
 * Which of the files that may begin somewhere are given out. A complete file owns its bytes: what begins inside of it is a part of it (a
 * thumbnail, a member, a page), and is not a file of its own; but of formats whose contents nothing checks, what lies in a foreign cluster is no
 * part, and ends the file (`foreign-parts.ts`). Of several carvers at one place the first that finds a complete file counts,
 * else what holds furthest. A truncated file or a fragment keeps only its own carver from finding files inside of it.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Carved, Carver } from "../carving/carver.ts";
import { ExtentSource } from "../filesystems/extent-source.ts";
import { ForeignParts } from "./foreign-parts.ts";
import type { FoundFile } from "./scan-events.ts";

/** A beginning that a signature names. `carver` is an index. */
export interface CarveStart {
  readonly carver: number;
  readonly at: number;
}

/** Sizes of blocks that are tried for files in pieces where nobody says how large they are. */
const usualBlockBytes = 4096;

const verdictRank = { complete: 2, truncated: 1, fragment: 0 } as const;

export class CarveLedger {
  readonly #carvers: readonly Carver[];
  readonly #source: ByteSource;
  readonly #blockBytes: number;
  readonly #found: (file: FoundFile) => void;
  readonly #foreign: ForeignParts;
  /** End of the complete file that was found last, or furthest. */
  #owned = 0;
  /** By carver. */
  readonly #ends: Float64Array;

  constructor(carvers: readonly Carver[], source: ByteSource, blockBytes: number, found: (file: FoundFile) => void) {
    this.#carvers = carvers;
    this.#source = source;
    this.#blockBytes = blockBytes > 0 ? blockBytes : usualBlockBytes;
    this.#found = found;
    this.#ends = new Float64Array(carvers.length);
    this.#foreign = foreignPartsOf(carvers);
  }

  /** Takes the beginnings of a page, in any order; pages in theirs. */
  take(starts: CarveStart[]): void {
    starts.sort((a, b) => a.at - b.at || a.carver - b.carver);
    for (let i = 0; i < starts.length;) {
      const { at } = starts[i]!;
      let end = i + 1;
      while (end < starts.length && starts[end]!.at === at) end++;
      if (at >= 0 && at >= this.#owned) this.#at(at, starts, i, end);
      i = end;
    }
  }

  #at(at: number, starts: readonly CarveStart[], from: number, to: number): void {
    let best: { readonly carver: number; readonly carved: Carved } | null = null;
    for (let i = from; i < to; i++) {
      const { carver } = starts[i]!;
      if ((i > from && starts[i - 1]!.carver === carver) || at < this.#ends[carver]!) continue;
      const carved = this.#carve(this.#carvers[carver]!, at);
      if (!carved || (best && !isBetter(carved, best.carved))) continue;
      best = { carver, carved };
      if (carved.verdict === "complete") break;
    }
    if (!best) return;
    const { carver, carved } = best;
    const end = at + (carved.pieces?.[0]?.length ?? carved.length);
    this.#ends[carver] = Math.max(this.#ends[carver]!, end);
    if (carved.verdict === "complete") this.#owned = Math.max(this.#owned, end);
    this.#found({
      carver: this.#carvers[carver]!.id,
      offset: at,
      carved,
      content: contentOf(this.#source, at, carved),
    });
  }

  #carve(carver: Carver, at: number): Carved | null {
    const end = Math.min(this.#source.size, at + carver.limitBytes);
    const whole = this.#believed(carver, at, carver.carve(this.#source, at, end));
    if (whole?.verdict !== "truncated" || !carver.carveInPieces) return whole;
    return carver.carveInPieces(this.#source, at, this.#source.size, this.#blockBytes) ?? whole;
  }

  /** A file with a foreign cluster in it reaches to there. */
  #believed(carver: Carver, at: number, carved: Carved | null): Carved | null {
    if (carved === null) return null;
    const foreign = this.#foreign.find(this.#source, at, { carver, carved }, this.#blockBytes);
    return foreign < 0 ? carved : { ...carved, verdict: "truncated", length: foreign - at };
  }
}

const partsOfCarvers = new WeakMap<readonly Carver[], ForeignParts>();

/** Made once for each set of carvers: a scan has a ledger for every stretch and stream. */
function foreignPartsOf(carvers: readonly Carver[]): ForeignParts {
  const known = partsOfCarvers.get(carvers) ?? new ForeignParts(carvers);
  partsOfCarvers.set(carvers, known);
  return known;
}

function isBetter(a: Carved, b: Carved): boolean {
  return verdictRank[a.verdict] - verdictRank[b.verdict] > 0 || (a.verdict === b.verdict && a.length > b.length);
}

/** The bytes of a carved file. */
export function contentOf(source: ByteSource, at: number, { length, pieces }: Carved): ByteSource {
  const all = pieces ?? [{ start: at, length }];
  return new ExtentSource(
    source,
    all.map((piece) => ({ ...piece, state: "intact" as const })),
  );
}
