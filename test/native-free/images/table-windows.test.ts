/** Windows over a large file: every place, whichever window it lies in. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { MemorySource, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { TableWindows } from "../../../native-free/images/table-windows.ts";
import { noise } from "../../fixtures/ewf-set.ts";

const bytes = noise(100_000);

it("give what lies there, or null where the file ends before", () => {
  const windows = new TableWindows(new MemorySource(bytes));
  fc.assert(
    fc.property(fc.nat(110_000), fc.nat(5000), (at, length) => {
      const expected = at + length > bytes.length ? null : bytes.subarray(at, at + length);
      expect(windows.bytesAt(at, length)).toEqual(expected);
      const entry = Math.min(length, 64);
      const index = windows.find(at, entry);
      expect(index === -1).toBe(at + entry > bytes.length);
      if (index !== -1) expect(windows.window.subarray(index, index + entry)).toEqual(bytes.subarray(at, at + entry));
      if (index !== -1 && entry > 0) expect(windows.view.getUint8(index)).toBe(bytes[at]);
    }),
  );
  expect([windows.bytesAt(-1, 4), windows.bytesAt(Number.NaN, 4), windows.bytesAt(2 ** 60, 4)]).toEqual([
    null,
    null,
    null,
  ]);
});

it("keep a bounded number, and read again what was dropped", () => {
  let reads = 0;
  const source: ByteSource = {
    size: 1 << 30,
    readInto: (target) => {
      reads++;
      return target.fill(1).length;
    },
    runsIn: () => [],
  };
  const windows = new TableWindows(source);
  for (let turn = 0; turn < 3; turn++) windows.bytesAt(5, 4);
  expect(reads).toBe(1);
  for (let at = 0; at < 300; at++) windows.bytesAt(at << 14, 4);
  windows.bytesAt(299 << 14, 4);
  expect(reads).toBe(300);
  windows.bytesAt(5, 4);
  expect(reads).toBe(301);
});
