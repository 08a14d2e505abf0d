/** Lists of sectors that could not be read. */

export interface Sectors {
  readonly first: number;
  readonly count: number;
}

/** In order, none touching the next. */
export function joinedSectors(ranges: readonly Sectors[]): Sectors[] {
  const joined: Sectors[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const last = joined.at(-1);
    if (last && range.first <= last.first + last.count) {
      const end = Math.max(last.first + last.count, range.first + range.count);
      joined[joined.length - 1] = { first: last.first, count: end - last.first };
    } else joined.push(range);
  }
  return joined;
}
