/** What follows a window of free space, and what stands in front of it. */
import { afterAll, describe, expect, it } from "vitest";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRange, type ByteSource } from "../../../../native-free/bytes/byte-source.ts";
import { mediumOf } from "../../../../native-free/layers/resolve.ts";
import { Media } from "../../../../src/examine/image/media.ts";
import { SpaceTails } from "../../../../src/examine/image/space-tail.ts";
import { findImage, openFoundImage } from "../../../../src/source/image-files.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { FatVolumeWriter } from "../../../fixtures/filesystems/fat-volume.ts";

const folder = freshFolder("space-tail");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each free cluster is filled with its number. */
const volume = new FatVolumeWriter({ bits: 12, clusters: 20 }, [
  { short: "A.TXT", data: Buffer.alloc(512, "a"), clusters: [5] },
  { short: "B.TXT", data: Buffer.alloc(512, "b"), clusters: [9] },
]);
for (let cluster = 2; cluster < 22; cluster++) {
  if (cluster !== 5 && cluster !== 9) volume.bytes.fill(cluster, volume.place(cluster), volume.place(cluster + 1));
}
writeFileSync(join(folder, "stick.dd"), volume.bytes);
const found = findImage(join(folder, "stick.dd"));
if (!found) throw new Error("no image");
const media = new Media(mediumOf(openFoundImage(found).image), [null]);
const tails = new SpaceTails(media);
const raw = new SpaceTails(media, true);

/** A window from one cluster up to another, half of which it has. */
const windowOf = (from: number, to: number) => ({
  ...({ what: "space", medium: 0, volume: "" } as const),
  ranges: [{ start: volume.place(from), length: volume.place(to) + 256 - volume.place(from) }],
});

/** Values of bytes with how many of them there are in a row: `6:512`. */
function rowsIn(bytes: Uint8Array): string[] {
  const rows: { value: number; count: number }[] = [];
  for (const value of bytes) {
    const last = rows.at(-1);
    if (last?.value === value) last.count++;
    else rows.push({ value, count: 1 });
  }
  return rows.map(({ value, count }) => `${value}:${count}`);
}
const rowsOf = (source: ByteSource | null): string[] => (source ? rowsIn(readRange(source, 0, source.size)) : []);
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}:512`);

describe("free space of a file system", () => {
  it("goes on behind a window, and leaves out what files use", () => {
    expect(tails.blockBytes(0, "")).toBe(512);
    expect(rowsOf(tails.withTail(windowOf(6, 7)))).toEqual(["6:512", "7:512", "8:512", ...numbers(10, 21)]);
    expect(rowsOf(tails.withTail(windowOf(10, 21)))).toEqual(numbers(10, 21));
    expect(tails.after(0, "", volume.bytes.length)).toEqual([]);
    expect(tails.after(0, "", volume.place(9))).toEqual([{ start: volume.place(10), length: 12 * 512 }]);
  });

  it("stands in front of a window", () => {
    expect(rowsIn(tails.before(windowOf(10, 11), 1200))).toEqual(["6:176", "7:512", "8:512"]);
    expect(rowsIn(tails.before(windowOf(6, 7), 1500))).toEqual(["2:476", "3:512", "4:512"]);
    expect(rowsIn(tails.before(windowOf(7, 8), 1001))).toEqual(["4:488", "6:512"]);
    expect(rowsIn(tails.before(windowOf(2, 3), 4096))).toEqual([]);
  });
});

describe("a medium as it is", () => {
  it("goes on behind a window and in front of it, whatever uses it", () => {
    expect(raw.blockBytes(0, "")).toBe(0);
    const tail = rowsOf(raw.withTail(windowOf(6, 7)));
    expect(tail).toEqual(["6:512", "7:512", "8:512", `${"b".charCodeAt(0)}:512`, ...numbers(10, 21)]);
    expect(rowsIn(raw.before(windowOf(6, 7), 1000))).toEqual(["4:488", `${"a".charCodeAt(0)}:512`]);
    expect(raw.before({ ...windowOf(2, 3), ranges: [{ start: 0, length: 512 }] }, 4096)).toHaveLength(0);
  });
});
