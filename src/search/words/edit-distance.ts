/** Edit distance with swaps of neighbours (optimal string alignment), given up beyond a limit. */

/** True where `a` becomes `b` by at most `limit` letters inserted, left out, changed, or swapped with the next. */
export function isWithin(a: string, b: string, limit: number): boolean {
  if (Math.abs(a.length - b.length) > limit) return false;
  let older: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (before[j] as number) + 1,
        (now[j - 1] as number) + 1,
        (before[j - 1] as number) + (isSame ? 0 : 1),
      );
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, (older[j - 2] as number) + 1);
      now.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return false;
    older = before;
    before = now;
  }
  return (before[b.length] as number) <= limit;
}
