import { describe, expect, it } from "vitest";
import { textBlockChars } from "../../native-free/model/prepared.ts";
import { writePng } from "../fixtures/carving/picture-samples.ts";
import { randomFrom } from "../conformance/mutate.ts";
import { fileRecord } from "../fixtures/carving/windows-parts.ts";
import { examineBytes } from "../fixtures/examined.ts";

const random = randomFrom(7);
const noise = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, () => random() & 0xff));
const picture = writePng(200, 160, { dataBytes: 4000 });

describe("a file that nobody knows how to read", () => {
  it("gives the files in it, with path, key and claims", async () => {
    const { items, byPath } = await examineBytes("x.bin", Buffer.concat([noise(5000), picture, noise(5000)]));
    const carved = byPath.get("folder:/x.bin!/png-5000.png");
    expect(items).toHaveLength(2);
    expect(carved).toMatchObject({ origin: "carved", nameClaim: "none", contentClaim: "unallocated", depth: 1 });
    expect(carved).toMatchObject({ size: picture.length, status: "done", findings: [] });
  });

  it("says of one that is cut that it is", async () => {
    const cut = picture.subarray(0, picture.length - 900);
    const { items } = await examineBytes("x.bin", Buffer.concat([noise(512), cut, noise(20_000)]));
    expect(items.find(({ origin }) => origin === "carved")?.findings).toMatchObject([{ code: "carving/truncated" }]);
  });

  it("puts one together whose pieces lie apart, and says so", async () => {
    const parts = [noise(4096), picture.subarray(0, 8192), noise(8192), picture.subarray(8192), noise(4096)];
    const { items, contents } = await examineBytes("x.bin", Buffer.concat(parts));
    const carved = items.find(({ origin }) => origin === "carved");
    expect(carved?.findings).toMatchObject([{ code: "carving/in-pieces", params: { pieces: 2 } }]);
    expect(contents.some(({ row }) => row.type === "png" && row.size === picture.length)).toBe(true);
  });

  it("says of a record that it is a part of something", async () => {
    const { items } = await examineBytes("x.bin", Buffer.concat([noise(1024), fileRecord(5), noise(1024)]));
    expect(items.find(({ origin }) => origin === "carved")?.findings).toMatchObject([{ code: "carving/fragment" }]);
  });

  it("is not carved where the profile says no", async () => {
    const { items } = await examineBytes("x.bin", Buffer.concat([noise(5000), picture]), { carving: false });
    expect(items).toHaveLength(1);
  });

  it("gives identifiers of its bytes, with the byte at which they stand", async () => {
    const wide = Buffer.from("container no. CSQU3054383 arrived", "utf16le");
    const { contents } = await examineBytes("x.bin", Buffer.concat([noise(3001), wide, noise(3000)]));
    expect(contents[0]?.row.entities).toMatchObject([
      { kind: "container", value: "CSQU3054383", quality: "valid", block: null, offset: 3001 + 28, length: 22 },
    ]);
  });
});

describe("the text of a file", () => {
  const words = "the container CSQU3054383 left; ";

  it("gives identifiers with block and place", async () => {
    const { contents } = await examineBytes("a.txt", Buffer.from(`Grüße, ${words}`));
    expect(contents[0]?.row.entities).toEqual([
      { kind: "container", value: "CSQU3054383", quality: "valid", block: 0, offset: 21, length: 11 },
    ]);
  });

  it("gives one that lies over the seam of two blocks once", async () => {
    const before = "plain words ".repeat(textBlockChars / 12);
    for (const at of [-2000, -1100, -1030, -1010, -500, -5, 0]) {
      const text = `${before.slice(0, before.length + at)} ${words}${"more words ".repeat(400)}`;
      const { contents } = await examineBytes("a.txt", Buffer.from(text));
      const found = contents[0]?.row.entities.filter(({ kind }) => kind === "container");
      expect(found, String(at)).toHaveLength(1);
    }
  });

  it("says so where there are more than the profile allows", async () => {
    const { items, contents } = await examineBytes("a.txt", Buffer.from(words.repeat(20)), { entities: 5 });
    expect(contents[0]?.row.entities).toHaveLength(5);
    expect(contents[0]?.row.findings).toMatchObject([{ code: "engine/budget-entities" }]);
    expect(items[0]).toMatchObject({ status: "partial", reason: "budget" });
  });
});
