/** Classes of sizes that a histogram has, in bytes: from the first to below the second. */
const kilo = 2 ** 10;

export const sizeClasses = [
  { from: 0, below: 1, label: "0" },
  { from: 1, below: kilo, label: "1..1k" },
  { from: kilo, below: 10 * kilo, label: "1k..10k" },
  { from: 10 * kilo, below: 100 * kilo, label: "10k..100k" },
  { from: 100 * kilo, below: kilo ** 2, label: "100k..1M" },
  { from: kilo ** 2, below: 10 * kilo ** 2, label: "1M..10M" },
  { from: 10 * kilo ** 2, below: 100 * kilo ** 2, label: "10M..100M" },
  { from: 100 * kilo ** 2, below: kilo ** 3, label: "100M..1G" },
  { from: kilo ** 3, below: Infinity, label: "1G.." },
] as const;
