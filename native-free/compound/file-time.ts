/** FILETIME (MS-DTYP 2.3.3): steps of 100 ns since 1601-01-01 UTC. */

const unixSteps = 116_444_736_000_000_000n;
const lastSteps = 2_650_467_744_000_000_000n;

/** ISO 8601 in UTC with the source's seven digits; null for zero and for times behind the year 9999. */
export function fileTimeText(steps: bigint): string | null {
  if (steps <= 0n || steps >= lastSteps) return null;
  const milliseconds = (steps - unixSteps) / 10_000n - ((steps - unixSteps) % 10_000n < 0n ? 1n : 0n);
  const rest = steps - unixSteps - milliseconds * 10_000n;
  const text = new Date(Number(milliseconds)).toISOString();
  return `${text.slice(0, -1)}${String(rest).padStart(4, "0")}Z`;
}
