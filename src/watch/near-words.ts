/**
 * Which words lie one edit from one of many: a letter inserted, left out, changed, or swapped with the next. Every such pair becomes
 * equal when at most one letter is left out of each; so the terms and their shortened forms are kept by a hash, and a word and its
 * shortened forms are looked up. Hashes are taken apart at each letter, so that a word that is near to nothing costs no string.
 */

/** UTF-16 units; shorter words have too many neighbours to mean anything. */
export const leastNearUnits = 5;
/** Longer runs are no words. */
const mostNearUnits = 60;

const bitsPerForm = 16;
const factor = 0x01000193;

export class NearWords {
  readonly #terms: readonly string[];
  readonly #forms = new Map<number, number[]>();
  readonly #bits: Uint32Array;
  readonly #mask: number;
  /** Hash of what is in front of each letter, and of what stands behind it; as of one word at a time. */
  readonly #hashes = new Int32Array(2 * (mostNearUnits + 2));
  readonly #powers = new Int32Array(mostNearUnits + 2);

  /** Folded words of at least `leastNearUnits`; others are left out. */
  constructor(terms: readonly string[]) {
    this.#terms = terms;
    this.#powers[0] = 1;
    for (let at = 1; at < this.#powers.length; at += 1) this.#powers[at] = Math.imul(this.#powers[at - 1]!, factor);
    let size = 1024;
    const forms = terms.reduce((sum, term) => sum + term.length + 1, 0);
    while (size < forms * bitsPerForm && size < 2 ** 30) size *= 2;
    this.#bits = new Uint32Array(size / 32);
    this.#mask = size - 1;
    terms.forEach((term, index) => {
      if (!isNearable(term)) return;
      this.#eachForm(term, (hash) => {
        const mixed = mix(hash);
        this.#bits[(mixed & this.#mask) >>> 5]! |= 1 << (mixed & 31);
        const known = this.#forms.get(hash);
        if (!known) this.#forms.set(hash, [index]);
        else if (known.at(-1) !== index) known.push(index);
      });
    });
  }

  /** Calls with the number of each term that is one edit away from a folded word; not with the word itself. */
  find(word: string, found: (term: number) => void): void {
    if (word.length < leastNearUnits - 1 || word.length > mostNearUnits) return;
    let told: Set<number> | null = null;
    this.#eachForm(word, (hash) => {
      const mixed = mix(hash);
      if ((this.#bits[(mixed & this.#mask) >>> 5]! & (1 << (mixed & 31))) === 0) return;
      for (const index of this.#forms.get(hash) ?? []) {
        if (told?.has(index) || !isOneEdit(word, this.#terms[index]!)) continue;
        told = (told ?? new Set<number>()).add(index);
        found(index);
      }
    });
  }

  /** The hash of a word, and of the word without each of its letters. */
  #eachForm(word: string, use: (hash: number) => void): void {
    const { length } = word;
    const hashes = this.#hashes;
    const behind = mostNearUnits + 2;
    // hash(w) = Σ w[i] · factor^(length − 1 − i), plus the length, so that forms of several lengths stay apart.
    for (let at = 0; at < length; at += 1) {
      hashes[at + 1] = (Math.imul(hashes[at]!, factor) + word.charCodeAt(at)) | 0;
    }
    hashes[behind + length] = 0;
    for (let at = length - 1; at >= 0; at -= 1) {
      hashes[behind + at] =
        (hashes[behind + at + 1]! + Math.imul(word.charCodeAt(at), this.#powers[length - 1 - at]!)) | 0;
    }
    use((hashes[length]! + length) | 0);
    for (let at = 0; at < length; at += 1) {
      const without = (Math.imul(hashes[at]!, this.#powers[length - 1 - at]!) + hashes[behind + at + 1]!) | 0;
      use((without + length - 1) | 0);
    }
  }
}

export function isNearable(term: string): boolean {
  return term.length >= leastNearUnits && term.length <= mostNearUnits;
}

function mix(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return (mixed ^ (mixed >>> 15)) | 0;
}

/** True where exactly one edit makes one word of the other. */
function isOneEdit(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
  let behind = 0;
  const least = Math.min(a.length, b.length) - from;
  while (behind < least && a[a.length - 1 - behind] === b[b.length - 1 - behind]) behind += 1;
  const [restA, restB] = [a.length - from - behind, b.length - from - behind];
  if (restA <= 1 && restB <= 1) return true;
  const isSwap = restA === 2 && restB === 2;
  return isSwap && a[from] === b[from + 1] && a[from + 1] === b[from];
}
