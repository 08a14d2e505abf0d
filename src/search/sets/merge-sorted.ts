/** Sequences sorted by a text, such as the hashes of several work files, read side by side: none of them is held. */

/**
 * Calls `visit` for every different text, in order. `same` has the value of each sequence with that text, null where it has none; it is
 * one array, filled anew each time. A text is in a sequence once. All sequences are closed, also where one of them ends with an error.
 */
export function mergeSorted<T>(
  sequences: readonly Iterator<T>[],
  textOf: (value: T) => string,
  visit: (same: readonly (T | null)[]) => void,
): void {
  try {
    merge(sequences, textOf, visit);
  } finally {
    for (const sequence of sequences) sequence.return?.();
  }
}

function merge<T>(
  sequences: readonly Iterator<T>[],
  textOf: (value: T) => string,
  visit: (same: readonly (T | null)[]) => void,
): void {
  const heads = sequences.map((sequence) => sequence.next());
  const same = sequences.map((): T | null => null);
  for (;;) {
    let least: string | null = null;
    for (const head of heads) {
      if (head.done) continue;
      const text = textOf(head.value);
      if (least === null || text < least) least = text;
    }
    if (least === null) return;
    for (let at = 0; at < heads.length; at += 1) {
      const head = heads[at]!;
      const isSame = !head.done && textOf(head.value) === least;
      same[at] = isSame ? head.value : null;
      if (isSame) heads[at] = sequences[at]!.next();
    }
    visit(same);
  }
}

/** How many different values several sorted sequences hold. */
export function countDistinct(sequences: readonly Iterator<string>[]): number {
  let count = 0;
  const textOf = (value: string) => value;
  mergeSorted(sequences, textOf, () => (count += 1));
  return count;
}
