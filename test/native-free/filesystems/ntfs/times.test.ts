/** FILETIMEs as text, against the calendar of the runtime. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ItemTime } from "../../../../native-free/model/item.ts";
import { invalidTimes, ntfsTime, readTimes } from "../../../../native-free/filesystems/ntfs/times.ts";

const stepsPerMillisecond = 10_000n;
const epoch = 11_644_473_600_000n * stepsPerMillisecond;
const end = BigInt(Date.UTC(10_000, 0, 1)) * stepsPerMillisecond + epoch;

function told(ticks: bigint): string | null {
  return ntfsTime("m", "$SI", Number(ticks & 0xffff_ffffn), Number(ticks >> 32n))?.value ?? null;
}

function expected(ticks: bigint): string | null {
  if (ticks >= end) return null;
  const milliseconds = (ticks - (ticks % stepsPerMillisecond) - epoch) / stepsPerMillisecond;
  const rest = String(ticks % stepsPerMillisecond).padStart(4, "0");
  return new Date(Number(milliseconds)).toISOString().replace("Z", `${rest}Z`);
}

it("gives every step of 100 ns", () => {
  const near = fc.bigInt({ min: epoch, max: epoch + 200_000_000n });
  const any = fc.bigInt({ min: 1n, max: end + 1_000_000_000n });
  const property = fc.property(fc.oneof(near, any), (ticks) => {
    expect(told(ticks)).toBe(expected(ticks));
  });
  fc.assert(property, { numRuns: 3000 });
  for (const ticks of [end - 1n, end, end + 1n, 1n, 2n ** 64n - 1n]) expect(told(ticks)).toBe(expected(ticks));
});

it("counts the times that cannot be, and leaves those out that are 0", () => {
  const view = new DataView(new ArrayBuffer(40));
  for (const [i, ticks] of [epoch, end, 0n, end - 1n].entries()) view.setBigUint64(8 + i * 8, ticks, true);
  const out: ItemTime[] = [];
  expect(readTimes(view, 8, "$FN", out)).toBe(1);
  expect(out.map(({ kind, value }) => [kind, value])).toEqual([
    ["b", "1970-01-01T00:00:00.0000000Z"],
    ["a", "9999-12-31T23:59:59.9999999Z"],
  ]);
  expect(invalidTimes(view, 8)).toBe(1);
});
