/**
 * Whether a file that a carver calls complete has a foreign cluster in its middle. Of formats whose contents nothing checks (see
 * `Carver.unchecked`) its structure alone does not say so: a file in pieces looks whole, with the clusters of other files between. Where a
 * cluster begins inside of it, another file that its own carver can follow, or bytes of a clearly different kind, end what is believed of it.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { CarveWindow } from "../carving/carve-window.ts";
import type { Carved, Carver, Signature } from "../carving/carver.ts";
import { foreignFrom } from "../carving/foreign-bytes.ts";

/** Clusters of one file that are looked at: 256 MiB of 4 KiB. */
const mostClusters = 1 << 16;
/** The longest look at the first bytes of a cluster. */
const headBytes = 128;
/** Signatures with fewer fixed bytes stand at the beginning of a cluster by chance. */
const leastFixed = 4;
/** So many never stand there by chance. */
const strongFixed = 8;

interface Head {
  readonly carver: Carver;
  readonly signature: Signature;
}

/** One for each set of carvers. */
export class ForeignParts {
  /** By first fixed byte and its place: heads that may stand there. */
  readonly #heads: readonly Head[];
  readonly #byFirst = new Map<number, Head[]>();
  readonly #head = new Uint8Array(headBytes);

  constructor(carvers: readonly Carver[]) {
    this.#heads = carvers.flatMap((carver) =>
      carver.signatures
        .filter(({ bytes, offset }) => offset + bytes.length <= headBytes && fixedOf(bytes) >= leastFixed)
        .map((signature) => ({ carver, signature })),
    );
    for (const head of this.#heads) {
      const { offset, bytes, fold = false } = head.signature;
      for (const first of fold ? cases(bytes[0]!) : [bytes[0]!]) {
        const key = offset * 256 + first;
        this.#byFirst.set(key, [...(this.#byFirst.get(key) ?? []), head]);
      }
    }
  }

  /** Where in the source, behind `at`, the first foreign cluster begins; -1 where none does. */
  find(source: ByteSource, at: number, { carver, carved }: Found, clusterBytes: number): number {
    const { unchecked } = carver;
    if (unchecked === undefined || carved.verdict !== "complete" || carved.pieces) return -1;
    const end = at + Math.min(carved.length, mostClusters * clusterBytes);
    const started = this.#startedFrom(source, at, { end, clusterBytes, unchecked });
    if (unchecked === "holder") return started;
    const to = started < 0 ? end : started;
    const other = foreignFrom(new CarveWindow(source), at, {
      ...{ from: at, to, clusterBytes },
      isCoded: unchecked === "packets",
    });
    return other < 0 ? started : other;
  }

  /** The first cluster in which another file begins. */
  #startedFrom(source: ByteSource, at: number, of: Stretch): number {
    for (let place = at + of.clusterBytes; place < of.end; place += of.clusterBytes) {
      const count = source.readInto(this.#head.subarray(0, Math.min(headBytes, source.size - place)), place);
      this.#head.fill(0, count);
      for (const [key, heads] of this.#byFirst) {
        if (this.#head[key >> 8] !== (key & 0xff)) continue;
        for (const head of heads) if (this.#stands(head) && isForeign(head, source, place, of)) return place;
      }
    }
    return -1;
  }

  #stands({ signature: { bytes, offset, fold = false } }: Head): boolean {
    for (let i = 0; i < bytes.length; i++) {
      const wanted = bytes[i];
      if (wanted === null || wanted === undefined) continue;
      const byte = this.#head[offset + i]!;
      if (byte !== wanted && !(fold && cases(wanted).includes(byte))) return false;
    }
    return true;
  }
}

interface Found {
  readonly carver: Carver;
  readonly carved: Carved;
}

interface Stretch {
  readonly end: number;
  readonly clusterBytes: number;
  readonly unchecked: NonNullable<Carver["unchecked"]>;
}

/**
 * What lies whole between packets or in a holder is a part of it, and so is in a holder what is not whole; what goes on behind the end is
 * not. A long signature is enough where no file can be: what begins there may be in pieces itself.
 */
function isForeign(
  { carver, signature }: Head,
  source: ByteSource,
  place: number,
  { end, unchecked }: Stretch,
): boolean {
  if (unchecked === "plain" && fixedOf(signature.bytes) >= strongFixed) return true;
  const carved = carver.carve(source, place, Math.min(source.size, place + carver.limitBytes));
  if (carved === null || carved.verdict === "fragment") return false;
  if (unchecked === "plain" || place + carved.length > end) return true;
  return unchecked === "packets" && carved.verdict === "truncated";
}

const fixedOf = (bytes: Signature["bytes"]): number => bytes.filter((byte) => byte !== null).length;

function cases(byte: number): number[] {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a ? [lower, lower ^ 0x20] : [byte];
}
