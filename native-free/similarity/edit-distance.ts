/** Edit distance: how few letters must be inserted, left out or replaced until one text is another (Wagner and Fischer, 1974). */

export interface EditRules {
  /** Of replacing a letter by another; inserting or leaving out one costs 1. */
  readonly replaceCost?: number;
  /** Swapping two neighbours costs 1 where neither is edited otherwise (optimal string alignment). */
  readonly swaps?: boolean;
  /** Where the distance is beyond it, Infinity is given at once. */
  readonly limit?: number;
}

/** Counted in UTF-16 units. */
export function editDistance(a: string, b: string, rules: EditRules = {}): number {
  const { replaceCost = 1, swaps = false, limit = Infinity } = rules;
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  let older: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = (before[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : replaceCost);
      let cost = Math.min(replaced, (before[j] as number) + 1, (now[j - 1] as number) + 1);
      const isSwap = swaps && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, (older[j - 2] as number) + 1);
      now.push(cost);
      least = Math.min(least, cost);
    }
    // Also with swaps, which reach back over a row: they never give less than the least of the row between.
    if (least > limit) return Infinity;
    older = before;
    before = now;
  }
  const distance = before[b.length] as number;
  return distance > limit ? Infinity : distance;
}
