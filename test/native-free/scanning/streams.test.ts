/** What stands in encoded streams is found under their names, in damaged ones as far as they go, and within budgets. */
import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { reopenStream } from "../../../native-free/scanning/reopen-stream.ts";
import { grain } from "../../fixtures/carving/laid-out.ts";
import { cpuMs } from "../../fixtures/cpu-time.ts";
import { decoders, lengthCarver, recognisersOf, scanBytes, type Scanned } from "../../fixtures/scanned.ts";
import { zip } from "../../fixtures/zip-writer.ts";

const recognisers = recognisersOf("container");
const parts = { recognisers, decoders };
const prose = Array.from({ length: 50 }, (_, line) => `Line ${(line * 7919) % 4001} about crates of goods.`).join("\n");
const said = `${prose} The container CSQU3054383 is on its way. ${prose}`;
const offset = said.indexOf("CSQU");
const lines = (bytes: Uint8Array, width = 76, end = "\r\n"): string =>
  Buffer.from(bytes)
    .toString("base64")
    .replaceAll(new RegExp(`.{${width}}`, "g"), `$&${end}`);
const behind = (place: number, bytes: Uint8Array | string): Buffer =>
  Buffer.concat([Buffer.alloc(place, 0xf7), Buffer.from(bytes), Buffer.alloc(100, 0xf7)]);

const member = (descriptor: boolean): Uint8Array => zip([{ name: "word/document.xml", data: said, descriptor }]);
const pdf = (between: string): Buffer =>
  Buffer.concat([
    Buffer.from(`1 0 obj\n<</Length 999/Filter/FlateDecode>>\nstream${between}`),
    deflateSync(said),
    Buffer.from("\nendstream\nendobj\n"),
  ]);
const named = Buffer.from(gzipSync(said));
const withName = Buffer.concat([
  named.subarray(0, 3),
  Buffer.of(8),
  named.subarray(4, 10),
  Buffer.from("a b.txt\0"),
  named.subarray(10),
]);

const hits = ({ features }: Scanned): [string, number][] => features.map((each) => [each.inside, each.offset]);

describe("what is inside of a stream", () => {
  it.each<[string, Uint8Array | string, string]>([
    ["gzip", gzipSync(said), "gzip@500"],
    ["gzip with a name", withName, "gzip@500/a b.txt"],
    ["a member of a ZIP archive", member(false), "zip@500/word/document.xml"],
    ["a member whose size stands behind it", member(true), "zip@500/word/document.xml"],
    ["a stream of a PDF", pdf("\r\n"), "pdf@543"],
    ["a stream of a PDF on Unix", pdf("\n"), "pdf@543"],
    ["base64 in lines", lines(Buffer.from(said)), "base64@500"],
    ["base64 in lines of Unix", lines(Buffer.from(said), 64, "\n"), "base64@500"],
    ["base64 in one line", Buffer.from(said).toString("base64"), "base64@500"],
    ["base64 of a data URI", `data:text/plain;base64,${Buffer.from(said).toString("base64")}"`, "base64@523"],
  ] satisfies [string, Uint8Array | string, string][])("is found: %s", (_, bytes, path) => {
    const found = scanBytes(behind(500, bytes), parts);
    expect(hits(found)).toEqual([[path, offset]]);
    expect(found.cuts).toEqual([]);
  });

  it("is found where one lies in the other", () => {
    const first = Buffer.concat([Buffer.alloc(7, 0xf7), zip([{ name: "a/b.txt", data: said }])]);
    const second = gzipSync(first);
    const third = `Content-Transfer-Encoding: base64\r\n\r\n${lines(second)}`;
    const fourth = zip([{ name: "mail.eml", data: third }]);
    const found = scanBytes(behind(12, fourth), parts);
    expect(hits(found)).toEqual([["zip@12/mail.eml!base64@37!gzip@0!zip@7/a/b.txt", offset]]);
  });

  it("is found across the borders of pages, once", () => {
    const page = 1 << 20;
    const text = Buffer.alloc(1.5 * page, "plain words with nothing to find in them; ");
    text.write(" container CSQU3054383 ", page - 15, "latin1");
    const packed = gzipSync(text);
    for (const place of [page - 2, page - 1, page, page - packed.length + 3]) {
      expect(hits(scanBytes(behind(place, packed), parts))).toEqual([[`gzip@${place}`, page - 4]]);
    }
    for (const place of [page - 700, page - 61, page - 1, page]) {
      expect(hits(scanBytes(behind(place, lines(Buffer.from(said))), parts))).toEqual([[`base64@${place}`, offset]]);
    }
    const long = lines(text);
    expect(long.length).toBeGreaterThan(2 * page);
    expect(hits(scanBytes(behind(333, long), parts))).toEqual([["base64@333", page - 4]]);
  });

  it("is carved; members of archives are not, whose carver tells them", () => {
    const carvers = [lengthCarver("boxed", "BOXED")];
    const holder = Buffer.concat([Buffer.from("....BOXED\u0010 1234567890."), Buffer.from(prose)]);
    const found = (bytes: Uint8Array) =>
      scanBytes(behind(9, bytes), { ...parts, carvers }).files.map(({ inside, offset: at, bytes: file }) => [
        inside,
        at,
        file.length,
      ]);
    expect(found(gzipSync(holder))).toEqual([["gzip@9", 4, 16]]);
    expect(found(Buffer.from(lines(holder)))).toEqual([["base64@9", 4, 16]]);
    expect(found(zip([{ name: "a", data: holder }]))).toEqual([]);
  });

  it("is not looked at without decoders", () => {
    expect(scanBytes(behind(5, gzipSync(said)), { recognisers }).features).toEqual([]);
  });
});

describe("a damaged or cut stream", () => {
  const early = `The container CSQU3054383 is first. ${grain(30_000, 5).join(" ")}`;

  it.each<[string, Uint8Array]>([
    ["gzip@0", gzipSync(early)],
    ["zip@0/a.txt", zip([{ name: "a.txt", data: early }])],
    ["base64@0", Buffer.from(lines(Buffer.from(early)))],
  ])("gives what comes before: %s", (path, whole) => {
    const place = Math.floor(whole.length * 0.4);
    const cut = whole.subarray(0, place);
    expect(hits(scanBytes(cut, parts))).toEqual([[path, 14]]);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, place, place + 600);
    expect(hits(scanBytes(damaged, parts))).toEqual([[path, 14]]);
  });

  it("of a few hundred bytes gives what comes before, too", () => {
    const packed = Buffer.from(zip([{ name: "a.txt", data: said + grain(400, 1).join(" ") }]));
    // A stream of two blocks: the second is damaged.
    packed.fill(0xff, packed.length - 400);
    expect(hits(scanBytes(packed, parts))).toEqual([["zip@0/a.txt", offset]]);
  });

  it("never makes the scan fail", () => {
    const all = Buffer.concat([gzipSync(said), member(false), pdf("\n"), Buffer.from(lines(gzipSync(said)))]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(all.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(all.length),
        (changes, end) => {
          const bytes = Buffer.from(all);
          for (const [at, value] of changes) bytes[at] = value;
          for (const { value, quality } of scanBytes(bytes.subarray(0, end), parts).features) {
            if (quality === "valid") expect(value).toBe("CSQU3054383");
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("the budgets", () => {
  const usual = { streamBytes: 1 << 16, depth: 3, ratio: 50 };

  it("end the decoding of a stream, and it is told", () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from("container CSQU3054383 "), Buffer.alloc(64 << 20, "x ")]));
    const before = process.memoryUsage().rss;
    const found = scanBytes(behind(3, bomb), parts, usual);
    expect(hits(found)).toEqual([["gzip@3", 10]]);
    expect(found.cuts).toEqual([{ inside: "gzip@3", why: "bytes" }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  });

  it("do not name a stream that fits just so", () => {
    const fits = gzipSync(Buffer.alloc(usual.streamBytes - 1, "x "));
    expect(scanBytes(fits, parts, usual).cuts).toEqual([]);
    expect(scanBytes(gzipSync(Buffer.alloc(usual.streamBytes + 1, "x ")), parts, usual).cuts).toHaveLength(1);
    const text = Buffer.from(grain(usual.streamBytes + 1, 3));
    expect(scanBytes(Buffer.from(lines(text)), parts, usual).cuts).toEqual([{ inside: "base64@0", why: "bytes" }]);
  });

  it("end the nesting", () => {
    // Deflate keeps what it cannot make smaller as it is: base64 between.
    let bytes = Buffer.from(said);
    for (const depth of [1, 2, 3, 4]) bytes = Buffer.from(depth % 2 === 1 ? gzipSync(bytes) : lines(bytes));
    expect(scanBytes(bytes, parts, usual)).toMatchObject({
      features: [],
      cuts: [{ inside: "base64@0!gzip@0!base64@0", why: "depth" }],
    });
    expect(hits(scanBytes(bytes, parts, { ...usual, depth: 4 }))).toEqual([
      ["base64@0!gzip@0!base64@0!gzip@0", offset],
    ]);
  });

  it("end the decoding of many streams of one source", () => {
    const one = gzipSync(Buffer.alloc(60_000, "y "));
    const many = Buffer.concat([...Array.from({ length: 100 }, () => one), gzipSync(said)]);
    const found = scanBytes(many, parts, { ...usual, ratio: 1 });
    expect(found.features).toEqual([]);
    expect(found.cuts.every(({ why }) => why === "bytes")).toBe(true);
    expect(found.cuts.length).toBeGreaterThan(90);
    expect(hits(scanBytes(many, parts, { ...usual, ratio: 1000 }))).toHaveLength(1);
  });

  it("hold for a stream that is made of itself over and over", () => {
    let bomb: Uint8Array = Buffer.alloc(16 << 20, 0x20);
    for (let depth = 0; depth < 3; depth++)
      bomb = zip([
        { name: "z", data: bomb },
        { name: "y", data: bomb },
      ]);
    const began = cpuMs();
    scanBytes(bomb, parts);
    expect(cpuMs() - began).toBeLessThan(5000);
  });
});

describe("a stream that is opened again", () => {
  it("has the bytes that were scanned", () => {
    const inner = Buffer.concat([Buffer.alloc(7, 0xf7), member(true)]);
    const source = new MemorySource(behind(40, lines(gzipSync(inner))));
    expect(Buffer.from(reopenStream(source, ["base64@40"])).equals(gzipSync(inner))).toBe(true);
    expect(Buffer.from(reopenStream(source, ["base64@40", "gzip@0"])).equals(inner)).toBe(true);
    const path = scanBytes(source.bytes, parts).features[0]?.inside.split("!") ?? [];
    expect(Buffer.from(reopenStream(source, path)).toString()).toBe(said);
  });

  it("is refused where there is none", () => {
    const source = new MemorySource(behind(40, gzipSync(said)));
    expect(() => reopenStream(source, ["gzip@41"])).toThrow("there is no stream gzip at 41");
    expect(() => reopenStream(source, ["gzip@40", "rar@0"])).toThrow("there is no stream rar at 0");
    expect(() => reopenStream(source, ["elsewhere"])).toThrow(/there is no stream/);
  });
});
