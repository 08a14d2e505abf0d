/** L01 and Lx01 that a small writer made from the specification, and AFF4-L behind the same contract. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { probeOf } from "../../../../native-free/images/image-format.ts";
import {
  checkLogicalEntry,
  logicalFormatOf,
  logicalFormats,
  type LogicalEntry,
  type LogicalImage,
} from "../../../../native-free/images/logical-index.ts";
import { l01Format, lx01Format } from "../../../../native-free/images/l01/format.ts";
import { ewfSegmentName } from "../../../../native-free/images/ewf/segment-name.ts";
import { ewf2SegmentName } from "../../../../native-free/images/ewf2/segment-name.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import { findings } from "../../../../native-free/model/findings.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";
import { l01Segments, lx01Segments, type L01Options, type SampleFile } from "../../../fixtures/images/l01.ts";

const letter = Buffer.from("dear customs\n".repeat(40));
const large = mixedMedium(150_000);
const ea = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 1, 11, 0, 0, 0, 1, 0, 0, 0]),
  Buffer.from("Attributes\0\0", "utf16le"),
  Buffer.from([1, 0, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0]),
  Buffer.from("key\0ok\0", "utf16le"),
]);

const root: SampleFile = {
  name: "LogicalEntries",
  children: [
    {
      name: "C",
      children: [
        {
          name: "Łódź",
          children: [
            { name: "letter.txt", content: letter, said: { snh: "12 LETTER~1.TXT", src: 1, ea: ea.toString("hex") } },
            { name: "copy.txt", content: letter, duplicateOf: "letter.txt", said: { opr: 0x0400_0000 } },
          ],
        },
        { name: "large.bin", content: large },
        { name: "empty", content: new Uint8Array(0), said: { pm: -1 } },
        { name: "zeros", content: new Uint8Array(70_000), sparse: true },
        { name: "nothing here", children: [] },
      ],
    },
  ],
};

function openedL01(segments: readonly Uint8Array[]): LogicalImage {
  const named = segments.map((bytes, index) => ({ name: `x.${ewfSegmentName(index + 1, "L")}`, bytes }));
  return l01Format.open(named.map(({ name, bytes }) => ({ name, source: new MemorySource(bytes, name) })));
}

function openedLx01([bytes]: readonly Uint8Array[]): LogicalImage {
  return lx01Format.open([{ name: `x.${ewf2SegmentName(1, "L")}`, source: new MemorySource(bytes!) }]);
}

const open = (options: Partial<L01Options> = {}): LogicalImage => openedL01(l01Segments({ root, ...options }));
const pathOf = ({ path }: LogicalEntry): string => path.map(({ text }) => text).join("/");
const byPath = (image: LogicalImage): Map<string, LogicalEntry> =>
  new Map([...image.entries()].map((entry) => [pathOf(entry), entry]));

function contentOf(entry: LogicalEntry): Uint8Array {
  const source = entry.open();
  const bytes = new Uint8Array(source.size);
  expect(source.readInto(bytes, 0)).toBe(bytes.length);
  return bytes;
}

function codeThrownBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isEvidenceError(error)) return error.code;
    throw error;
  }
  return "nothing";
}

const variants: readonly (readonly [string, () => LogicalImage, string])[] = [
  ["L01 of EnCase 7", () => open(), "l01"],
  ["L01 of EnCase 6", () => open({ version: 6 }), "l01"],
  ["L01 in three segments", () => open({ chunksPerSegment: 2 }), "l01"],
  ["L01 in wide chunks", () => open({ chunkBytes: 131_072 }), "l01"],
  ["L01 without its size", () => open({ withoutTotal: true }), "l01"],
  ["Lx01", () => openedLx01(lx01Segments({ root })), "lx01"],
];

describe("every variant", () => {
  for (const [name, make, format] of variants) {
    it(`gives each file with its bytes: ${name}`, () => {
      const image = make();
      expect(image.format).toBe(format);
      const entries = byPath(image);
      expect([...entries].map(([path, { kind, size }]) => [path, kind, size])).toEqual([
        ["C", "directory", 0],
        ["C/Łódź", "directory", 0],
        ["C/Łódź/letter.txt", "file", letter.length],
        ["C/Łódź/copy.txt", "file", letter.length],
        ["C/large.bin", "file", large.length],
        ["C/empty", "file", 0],
        ["C/zeros", "file", 70_000],
        ["C/nothing here", "directory", 0],
      ]);
      const expected = { "C/Łódź/letter.txt": letter, "C/Łódź/copy.txt": letter, "C/large.bin": large };
      for (const [path, bytes] of Object.entries(expected)) {
        expect(Buffer.compare(contentOf(entries.get(path)!), bytes)).toBe(0);
      }
      expect(contentOf(entries.get("C/zeros")!).every((byte) => byte === 0)).toBe(true);
      for (const entry of entries.values()) {
        expect([pathOf(entry), entry.findings, checkLogicalEntry(entry)]).toEqual([pathOf(entry), [], []]);
      }
      expect(image.findings).toEqual([]);
      expect([...entries.values()].map(({ key }) => key)).toEqual([
        ...["0", "0/0", "0/0/0", "0/0/1", "0/1", "0/2", "0/3", "0/4"],
      ]);
      expect([...entries.get("C/zeros")!.open().runsIn(10, 100)].map(({ kind }) => kind)).toEqual(["sparse"]);
    });
  }

  it("is found among the formats of logical evidence", () => {
    const probed = (name: string, bytes: Uint8Array) =>
      logicalFormatOf(probeOf({ name, source: new MemorySource(bytes) }));
    expect(probed("x.L01", l01Segments({ root })[0]!)?.registration.id).toBe("l01");
    expect(probed("x.Lx01", lx01Segments({ root })[0]!)?.registration.id).toBe("lx01");
    expect(probed("x", noise(5000))).toBeNull();
    expect(new Set(logicalFormats.map(({ registration }) => registration.id)).size).toBe(logicalFormats.length);
    const files = l01Segments({ root, chunksPerSegment: 2 }).map((bytes, index) => ({
      name: `${index}`,
      source: new MemorySource(bytes),
    }));
    expect(files.map((file) => l01Format.memberOf!(file)?.number)).toEqual([1, 2, 3]);
    expect(new Set(files.map((file) => l01Format.memberOf!(file)?.set)).size).toBe(1);
    expect(l01Format.segmentsOf("a.L02", ["a.L01", "a.L02", "a.E01", "b.L03"])).toEqual(["a.L01", "a.L02"]);
    const second = { name: "z", source: new MemorySource(lx01Segments({ root })[0]!) };
    expect(lx01Format.memberOf!(second)?.number).toBe(1);
  });
});

describe("an entry", () => {
  it("has its times, hashes and attributes", () => {
    const entry = byPath(open()).get("C/Łódź/letter.txt")!;
    expect(entry.times).toEqual([
      { kind: "m", value: "2006-03-12T11:44:07.25Z", zone: "utc", source: "ltree" },
      { kind: "a", value: "2006-03-12T11:44:06Z", zone: "utc", source: "ltree" },
      { kind: "c", value: "2006-03-12T11:44:08Z", zone: "utc", source: "ltree" },
      { kind: "b", value: "2006-03-12T11:44:05Z", zone: "utc", source: "ltree" },
    ]);
    const digest = (algorithm: string): string => createHash(algorithm).update(letter).digest("hex");
    expect(entry.hashes).toEqual({ md5: digest("md5"), sha1: digest("sha1") });
    expect(entry.attributes).toEqual([
      ...[
        { name: "identifier", value: "3" },
        { name: "short-name", value: "LETTER~1.TXT" },
      ],
      ...[
        { name: "source", value: "laptop" },
        { name: "source-evidence", value: "M01" },
      ],
      { name: "source-model", value: "T61" },
      { name: "permission", value: "owner clerk S-1-5-21-7 1f01ff" },
      { name: "permission", value: "group users 99:" },
      { name: "attribute key", value: "ok" },
    ]);
  });

  it("whose content is another than its hash says is told", () => {
    const changed: SampleFile = { name: "", children: [{ name: "a", content: letter, said: { ha: "1".repeat(32) } }] };
    const entry = byPath(open({ root: changed })).get("a")!;
    expect(checkLogicalEntry(entry)).toMatchObject([{ code: "logical/hash-differs", params: { algorithm: "md5" } }]);
  });

  it("that says the impossible keeps what can be had", () => {
    const said = { ls: 900, be: "1 0 zz", ha: "xyz", cr: "yesterday" };
    const strange: SampleFile = {
      name: "",
      children: [
        { name: "a", content: letter, said },
        { name: "b", content: letter, said: { ls: letter.length + 9 } },
        { name: "c", content: letter, said: { be: "1 fffffffffff 208", ls: 0x208 } },
      ],
    };
    const entries = byPath(open({ root: strange }));
    expect(entries.get("a")!.findings.map(({ code, params }) => [code, params["field"]])).toEqual([
      ["logical/entry-damaged", "be"],
      ["logical/size-differs", undefined],
      ["logical/entry-damaged", "cr"],
      ["logical/entry-damaged", "ha"],
    ]);
    const kinds = (path: string) =>
      [...entries.get(path)!.open().runsIn(0, 2000)].map(({ kind, length }) => [kind, length]);
    expect(kinds("a")).toEqual([["missing", 900]]);
    expect(kinds("b")).toEqual([
      ["data", letter.length],
      ["missing", 9],
    ]);
    expect(kinds("c")).toEqual([["missing", 520]]);
    expect(checkLogicalEntry(entries.get("b")!)).toEqual([]);
  });

  it("of a missing segment names its bytes as missing", () => {
    const segments = l01Segments({ root, chunksPerSegment: 2 });
    const files = segments.map((bytes, index) => ({ name: `x.L0${index + 1}`, source: new MemorySource(bytes) }));
    const image = l01Format.open(files.filter((_, index) => index !== 1));
    expect(image.findings.map(({ code }) => code)).toContain("image/segment-missing");
    const entry = byPath(image).get("C/large.bin")!;
    expect([...entry.open().runsIn(0, entry.size)].map(({ kind }) => kind)).toContain("missing");
    expect(Buffer.compare(contentOf(byPath(image).get("C/Łódź/letter.txt")!), letter)).toBe(0);
  });
});

describe("the tree", () => {
  it("that is not there is refused", () => {
    const segments = l01Segments({ root, chunksPerSegment: 2 });
    expect(codeThrownBy(() => openedL01(segments.slice(0, 2)))).toBe("logical/no-tree");
    expect(codeThrownBy(() => openedL01([noise(3000)]))).toBe("image/not-recognised");
  });

  it("that does not have its hash is used and named", () => {
    const [bytes] = l01Segments({ root }) as [Buffer];
    const at = bytes.indexOf(Buffer.from("letter.txt", "utf16le"));
    const changed = Buffer.from(bytes);
    changed[at] = "L".charCodeAt(0);
    const image = openedL01([changed]);
    expect(image.findings).toMatchObject([{ code: "image/section-damaged", params: { section: "ltree" } }]);
    expect(byPath(image).has("C/Łódź/Letter.txt")).toBe(true);
    const second = Buffer.from(lx01Segments({ root })[0]!);
    second[second.indexOf(Buffer.from("letter.txt", "utf16le"))] = 0x4c;
    expect(openedLx01([second]).findings).toMatchObject([
      { code: "image/section-damaged", params: { section: "files" } },
    ]);
  });

  it.each([
    ["truncated", (text: string) => text.slice(0, -300), "truncated"],
    ["miscounted", (text: string) => text.replace("26\t1", "26\tx"), "count"],
    ["without entries", (text: string) => text.slice(0, text.indexOf("entry\n")), "no-entries"],
  ])("that is %s is said to be", (_, change, problem) => {
    const image = open({ change });
    const first = [...image.entries()].length;
    expect([...image.entries()].length).toBe(first);
    expect(image.findings).toMatchObject([{ code: "logical/tree-damaged", params: { problem } }]);
  });
});

describe("any damage", () => {
  for (const [name, make, format] of [
    ["L01", l01Segments, openedL01],
    ["Lx01", lx01Segments, openedLx01],
  ] as const) {
    it(`by 200 mutations and truncation ends in findings: ${name}`, () => {
      const [whole] = make({ root }) as [Buffer];
      let state = 11;
      const next = (limit: number): number => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * limit);
      };
      let read = 0;
      const examine = (bytes: Uint8Array): void => {
        const code = codeThrownBy(() => {
          const image = format([bytes]);
          let entries = 0;
          for (const entry of image.entries()) {
            if (entries++ > 1000) break;
            const source = entry.open();
            source.readInto(new Uint8Array(Math.min(source.size, 1 << 18)), 0);
            if (entry.size < 1 << 20) checkLogicalEntry(entry);
            for (const found of entry.findings) expect(Object.hasOwn(findings, found.code)).toBe(true);
          }
          for (const found of image.findings) expect(Object.hasOwn(findings, found.code)).toBe(true);
          read++;
        });
        expect(code === "nothing" || Object.hasOwn(findings, code)).toBe(true);
      };
      const tree = whole.indexOf(Buffer.from("rec\n", "utf16le"));
      for (let round = 0; round < 200; round++) {
        const copy = Buffer.from(whole);
        for (let count = next(5); count >= 0; count--) {
          const place = next(2) === 0 ? next(copy.length) : Math.min(copy.length - 1, tree + next(6000));
          if (next(2) === 0) copy[place] = next(256);
          else copy.subarray(place, place + next(60)).fill(next(2) * 255);
        }
        examine(copy);
      }
      for (let kept = 0; kept < whole.length; kept += Math.ceil(whole.length / 60)) examine(whole.subarray(0, kept));
      expect(read).toBeGreaterThan(100);
    });
  }
});
