/** The parts of an AFF4 image on their own: description, maps, streams that are rules, older forms. */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { Zip64Writer } from "../../../../native-free/containers/zip64/writer.ts";
import { unpackChunk } from "../../../../native-free/images/aff4/chunk-codec.ts";
import { aff4Format } from "../../../../native-free/images/aff4/format.ts";
import { mapEntry } from "../../../../native-free/images/aff4/layouts.ts";
import { readMapEntries } from "../../../../native-free/images/aff4/map.ts";
import { openAff4 } from "../../../../native-free/images/aff4/open.ts";
import { decodeSnappyBlock } from "../../../../native-free/images/aff4/snappy.ts";
import { symbolicStream } from "../../../../native-free/images/aff4/symbolic.ts";
import { parseTurtle, turtleString } from "../../../../native-free/images/aff4/turtle.ts";
import { imageFormatOf, probeOf } from "../../../../native-free/images/index.ts";
import { encodeLz4Block, lz4Bound } from "../../../../native-free/kernels/lz4-block.ts";
import { AFF4_CHUNK as CHUNK, aff4Image, asAff4Files, ByteStore } from "../../../fixtures/aff4-image.ts";
import { cpuMs } from "../../../fixtures/cpu-time.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";

const plain = (text: string): unknown =>
  [...parseTurtle(text).subjects].map(([subject, said]) => [
    subject,
    ...[...said].map(([predicate, terms]) => [predicate, ...terms.map(({ value }) => value)]),
  ]);

describe("Turtle", () => {
  it("is read as AFF4 writers write it", () => {
    const text = `@prefix : <aff4://v> .\nPREFIX e: <http://e/>\n@base <http://b/> .
      # a comment
      <x> a e:T , <y>; e:s "a\\"b\\u0041\\n" ; e:n 12 , 1.5, -3, true ; e:l """m\n"q""" ; e:o 'z'@en-GB ; .
      : e:b [ e:q "1"^^e:int ; e:r <http://c/#d> ] ; e:c ( 1 "2" ( e:f ) ) .\n_:n e:v e:w.x.`;
    expect(parseTurtle(text).damaged).toBe(0);
    expect(plain(text)).toEqual([
      [
        "http://b/x",
        ["http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://e/T", "http://b/y"],
        ["http://e/s", 'a"bA\n'],
        ["http://e/n", "12", "1.5", "-3", "true"],
        ["http://e/l", 'm\n"q'],
        ["http://e/o", "z"],
      ],
      ["_:nested0", ["http://e/q", "1"], ["http://e/r", "http://c/#d"]],
      ["aff4://v", ["http://e/b", "_:nested0"], ["http://e/c", "_:list2"]],
      ["_:n", ["http://e/v", "http://e/w.x"]],
    ]);
    expect(parseTurtle('<a:a> <a:b> "1"^^<a:c> .').subjects.get("a:a")?.get("a:b")).toEqual([
      { kind: "literal", value: "1", datatype: "a:c" },
    ]);
  });

  it("loses one statement to one mistake", () => {
    for (const wrong of [
      "broken here .",
      "<a:a> <a:b> .",
      '"x" <a:b> <a:c> .',
      "no:prefix <a:b> 1 .",
      '<a:a> <a:b> "x\n" .',
    ]) {
      const turtle = parseTurtle(`<a:1> <a:b> 1 .\n${wrong}\n<a:2> <a:b> 2 .`);
      expect([turtle.damaged > 0, turtle.subjects.has("a:1"), turtle.subjects.has("a:2")]).toEqual([true, true, true]);
    }
  });

  it("ends in time, whatever it is given", () => {
    const many = 50_000;
    const texts = [
      "x",
      " ",
      "<",
      '"',
      "'''",
      "[ ",
      "( ",
      "# ",
      "<a:b> ",
      "@prefix ",
      '"""a . ',
      '<a:b> <c:d> """ .\n',
      "\\",
    ];
    for (const unit of texts) {
      const start = cpuMs();
      parseTurtle(unit.repeat(many));
      parseTurtle(`<a:a> <a:b> "${unit.repeat(many)}`);
      expect(cpuMs() - start).toBeLessThan(5000);
    }
    for (let turn = 0; turn < 200; turn++) parseTurtle(Buffer.from(noise(300, turn + 1)).toString("latin1"));
  });

  it("takes any text as a string", () => {
    for (const text of ['"', "\\", "a\nb\r\t\0", "\u202e\ud800", "Łódź 😀", '""" . <a:b> <c:d> "']) {
      const turtle = parseTurtle(`<a:a> <a:b> ${turtleString(text)} .`);
      expect(
        turtle.subjects
          .get("a:a")
          ?.get("a:b")
          ?.map(({ value }) => value),
      ).toEqual([text.toWellFormed()]);
      expect([...turtle.subjects.keys()]).toEqual(["a:a"]);
    }
  });
});

describe("chunks", () => {
  it("of Snappy are read", () => {
    const read = (bytes: readonly number[], room = 100): string | null => {
      const target = new Uint8Array(room);
      const length = decodeSnappyBlock(Uint8Array.from(bytes), target);
      return length === -1 ? null : Buffer.from(target.subarray(0, length)).toString("latin1");
    };
    const abc = [...Buffer.from("abc")];
    expect(read([0])).toBe("");
    expect(read([3, 2 << 2, ...abc])).toBe("abc");
    expect(read([7, 2 << 2, ...abc, 1, 3])).toBe("abcabca");
    expect(read([6, 2 << 2, ...abc, (2 << 2) | 2, 2, 0])).toBe("abcbcb");
    expect(read([6, 2 << 2, ...abc, (2 << 2) | 3, 1, 0, 0, 0])).toBe("abcccc");
    const long = [...Buffer.from("x".repeat(70))];
    expect(read([70, 60 << 2, 69, ...long])).toBe("x".repeat(70));
    for (const wrong of [
      [],
      [0x80],
      [3, 2 << 2, ...abc, 0],
      [4, 2 << 2, ...abc],
      [3, 2 << 2, 1],
      [7, 2 << 2, ...abc, 1, 4],
    ]) {
      expect(read(wrong)).toBeNull();
    }
    expect(read([7, 2 << 2, ...abc, 1, 0])).toBeNull();
    expect(read([70, 60 << 2, 69, ...long], 69)).toBeNull();
    expect(read([70, 61 << 2, 69])).toBeNull();
    expect(read([255, 255, 255, 255, 255, 255])).toBeNull();
  });

  it("of zlib and of LZ4 with a length in front are read, too", () => {
    const raw = mixedMedium(80_000).subarray(40_000, 40_000 + CHUNK);
    const target = new Uint8Array(CHUNK);
    expect(unpackChunk(deflateSync(raw), "deflate", target)).toBe(CHUNK);
    expect(Buffer.compare(target, raw)).toBe(0);
    const block = new Uint8Array(lz4Bound(CHUNK) + 4);
    const length = encodeLz4Block(raw, block.subarray(4));
    new DataView(block.buffer).setUint32(0, CHUNK, true);
    target.fill(0);
    expect(unpackChunk(block.subarray(0, length + 4), "lz4", target)).toBe(CHUNK);
    expect(Buffer.compare(target, raw)).toBe(0);
    expect(unpackChunk(noise(500), "deflate", target)).toBe(-1);
    expect(unpackChunk(deflateSync(new Uint8Array(CHUNK + 1)), "deflate", target)).toBe(-1);
    expect(target.every((byte) => byte === 0)).toBe(true);
  });
});

describe("symbolic streams", () => {
  const read = (name: string, filling: "zeros" | "standard", at: number, length: number): string => {
    const target = new Uint8Array(length);
    symbolicStream(`http://aff4.org/Schema#${name}`, filling)!.fill(target, at);
    return Buffer.from(target).toString("latin1");
  };

  it("are filled as the standard says, anew every MiB", () => {
    expect(read("UnknownData", "standard", 3, 8)).toBe("NOWNUNKN");
    expect(read("UnknownData", "standard", (1 << 20) - 4, 8)).toBe("UNKNUNKN");
    expect(read("UnreadableData", "standard", 0, 16)).toBe("UNREADABLEDATAUN");
    expect(read("SymbolicStreamfF", "zeros", 9, 2)).toBe("\u00ff\u00ff");
    for (const name of ["Zero", "SymbolicStream00", "UnknownData"]) expect(read(name, "zeros", 5, 2)).toBe("\0\0");
    for (const name of ["SymbolicStream1", "zero", "Image"])
      expect(symbolicStream(`http://aff4.org/Schema#${name}`, "zeros")).toBeNull();
    expect(symbolicStream("aff4://x", "zeros")).toBeNull();
  });
});

function points(
  ...entries: readonly (readonly [mapped: number, length: number, offset: number, target: number])[]
): Uint8Array {
  const bytes = new Uint8Array(entries.length * mapEntry.size);
  const cursor = mapEntry.cursor();
  entries.forEach(([mapped, length, offset, target], place) => {
    cursor.over(bytes, place * mapEntry.size);
    Object.assign(cursor, { mappedOffset: mapped, length, targetOffset: offset, target });
  });
  return bytes;
}

describe("map entries", () => {
  const laid = (bytes: Uint8Array, size = 100, targets = 2): unknown => {
    const { count, starts, ends, offsets, targets: found, damaged, overlapping } = readMapEntries(bytes, size, targets);
    const entries = Array.from({ length: count }, (_, at) => [starts[at], ends[at], offsets[at], found[at]]);
    return { entries, damaged, overlapping };
  };

  it("are sorted, joined and clipped", () => {
    expect(laid(points([50, 10, 0, 1], [0, 20, 5, 0], [20, 10, 25, 0]))).toEqual({
      entries: [
        [0, 30, 5, 0],
        [50, 60, 0, 1],
      ],
      damaged: 0,
      overlapping: 0,
    });
    expect(laid(points([90, 20, 0, 0], [200, 5, 0, 0], [10, 5, 0, 9]))).toMatchObject({
      entries: [[90, 100, 0, 0]],
      damaged: 3,
    });
    expect(laid(points([0, 50, 0, 0], [40, 20, 7, 1]))).toMatchObject({
      entries: [
        [0, 50, 0, 0],
        [50, 60, 17, 1],
      ],
      overlapping: 1,
    });
    expect(laid(new Uint8Array(30))).toMatchObject({ entries: [], damaged: 1 });
    expect(laid(new Uint8Array(28).fill(255))).toMatchObject({ entries: [], damaged: 1 });
  });
});

const volume = "aff4://11111111-1111-4111-8111-111111111111";
const prefixes = "@prefix aff4: <http://aff4.org/Schema#> .\n@prefix old: <http://afflib.org/2009/aff4#> .\n";

/** A volume made by hand. */
function volumeOf(turtle: string, members: Readonly<Record<string, Uint8Array | string>>): Uint8Array {
  const store = new ByteStore();
  const zip = new Zip64Writer(store, { dosTime: new Date(0) });
  zip.addStored("container.description", Buffer.from(volume));
  for (const [name, bytes] of Object.entries(members)) zip.addStored(name, Buffer.from(bytes as Uint8Array));
  zip.addStored("information.turtle", Buffer.from(prefixes + turtle));
  zip.finish(Buffer.from(volume));
  return store.bytes;
}

const bytesOf = (image: { size: number; readInto(target: Uint8Array, at: number): number }): string => {
  const target = new Uint8Array(image.size);
  image.readInto(target, 0);
  return Buffer.from(target).toString("latin1");
};

describe("images of other writers", () => {
  it("may map members of the volume, maps and gaps", () => {
    const turtle = `<aff4://i> a aff4:Image ; aff4:dataStream <aff4://m> .
      <aff4://m> a aff4:Map ; aff4:size 30 ; aff4:mapGapDefaultStream aff4:SymbolicStream2e .
      <aff4://n> a aff4:Map ; aff4:size 6 .`;
    const bytes = volumeOf(turtle, {
      "aff4%3A%2F%2Fm/map": points([0, 5, 2, 0], [10, 8, 0, 1], [20, 3, 0, 2], [25, 3, 0, 3]),
      "aff4%3A%2F%2Fm/idx": `${volume}/data.bin\r\naff4://n\naff4://gone\naff4://m\n`,
      "aff4%3A%2F%2Fn/map": points([0, 4, 1, 0]),
      "aff4%3A%2F%2Fn/idx": `${volume}/data.bin`,
      "data.bin": "0123456789",
    });
    const image = openAff4(asAff4Files(bytes));
    expect(bytesOf(image)).toBe("23456.....1234\0\0\0\0..\0\0\0..\0\0\0..");
    expect([...image.runsIn(0, 30)].map(({ start, length, kind }) => [start, length, kind])).toEqual([
      [0, 5, "data"],
      [5, 5, "data"],
      [10, 4, "data"],
      [14, 2, "sparse"],
      [16, 2, "missing"],
      [18, 2, "data"],
      [20, 3, "missing"],
      [23, 2, "data"],
      [25, 3, "missing"],
      [28, 2, "data"],
    ]);
    // One stream is gone, and a map that leads to itself leads nowhere.
    expect(image.findings.map(({ code, params }) => [code, params])).toEqual([["aff4/stream-missing", { streams: 2 }]]);
  });

  it("from before the standard have offsets only in their indexes", () => {
    const [first, second] = [Buffer.from("a".repeat(16)), deflateSync(Buffer.from("b".repeat(16)))];
    const offsets = new Uint8Array(new Uint32Array([0, first.length]).buffer);
    const turtle = `<aff4://s> a old:stream ; old:size 30 ; old:chunkSize 16 ; old:chunksInSegment 2 ;
      old:CompressionMethod <http://tools.ietf.org/html/rfc1951> .`;
    const bytes = volumeOf(turtle, {
      "aff4%3A%2F%2Fs/00000000": Buffer.concat([first, second]),
      "aff4%3A%2F%2Fs/00000000/index": offsets,
    });
    const image = openAff4(asAff4Files(bytes));
    expect(bytesOf(image)).toBe("a".repeat(16) + "b".repeat(14));
    expect(image.findings).toEqual([]);
  });

  it("have hashes that count filler text, which are not those over zeros", () => {
    const md5 = "0123456789abcdef0123456789ABCDEF";
    const turtle = `<aff4://i> a aff4:Image ; aff4:dataStream <aff4://m> ; aff4:hash "${md5}"^^aff4:MD5 , "1"^^aff4:SHA1 .
      <aff4://m> a aff4:Map ; aff4:size 9 .\nnot Turtle .`;
    const files = asAff4Files(
      volumeOf(turtle, {
        "aff4%3A%2F%2Fm/map": points([2, 7, 0, 0]),
        "aff4%3A%2F%2Fm/idx": "http://aff4.org/Schema#UnreadableData",
      }),
    );
    const image = openAff4(files);
    expect(image.storedHashes).toEqual({});
    expect(image.findings.map(({ code, params }) => [code, params])).toEqual([
      ["aff4/metadata-damaged", { volume: 1, statements: 1 }],
      ["image/source-errors", { sectors: 1 }],
      ["aff4/hash-over-filler", { algorithm: "md5" }],
    ]);
    const standard = openAff4(files, { filling: "standard" });
    expect(standard.storedHashes).toEqual({ md5: md5.toLowerCase() });
    expect(bytesOf(standard)).toBe("\0\0UNREADA");
  });

  it("that cannot be are refused or named", () => {
    const stream = (said: string): Uint8Array =>
      volumeOf(`<aff4://s> a aff4:ImageStream ; aff4:size 10 ${said} .`, {
        "aff4%3A%2F%2Fs/00000000": "0123456789",
        "aff4%3A%2F%2Fs/00000000.index": new Uint8Array(12),
      });
    for (const said of ["; aff4:chunkSize 0", "; aff4:chunkSize 9999999999", "; aff4:compressionMethod <a:b>"]) {
      expect(() => openAff4(asAff4Files(stream(said)))).toThrow("aff4/no-image");
    }
    expect(() => openAff4(asAff4Files(volumeOf("<aff4://s> a aff4:EncryptedStream .", {})))).toThrow("image/encrypted");
    expect(() => openAff4(asAff4Files(volumeOf("<aff4://s> a aff4:FileImage .", {})))).toThrow("aff4/logical");
    expect(() => openAff4(asAff4Files(noise(1000)))).toThrow("image/not-recognised");
    const turtle = `<aff4://i> a aff4:Image ; aff4:size 7 ; aff4:dataStream <aff4://m> .\n<aff4://m> a aff4:Map ; aff4:size 9 .
      <aff4://e> a aff4:EncryptedStream .`;
    const encrypted = volumeOf(turtle, {
      "aff4%3A%2F%2Fm/map": points([0, 9, 0, 0]),
      "aff4%3A%2F%2Fm/idx": "aff4://e",
    });
    expect(openAff4(asAff4Files(encrypted)).findings.map(({ code }) => code)).toEqual([
      "aff4/sizes-differ",
      "aff4/stream-missing",
      "aff4/stream-unsupported",
    ]);
  });

  it("as large as numbers go are named without being walked", () => {
    const turtle = `<aff4://i> a aff4:Image ; aff4:dataStream <aff4://m> .
      <aff4://m> a aff4:Map ; aff4:size 9007199254740991 .
      <aff4://s> a aff4:ImageStream ; aff4:size 100000000000000 ; aff4:chunkSize 32768 ; aff4:chunksInSegment 1 .`;
    const bytes = volumeOf(turtle, {
      "aff4%3A%2F%2Fm/map": points([5, 100_000_000_000_000, 0, 0]),
      "aff4%3A%2F%2Fm/idx": "aff4://s",
      "aff4%3A%2F%2Fs/00000007": "x",
      "aff4%3A%2F%2Fs/00000007.index": new Uint8Array(12),
    });
    const image = openAff4(asAff4Files(bytes));
    expect([...image.runsIn(0, image.size)].map(({ kind }) => kind)).toEqual([
      "sparse",
      "missing",
      "data",
      "missing",
      "sparse",
    ]);
  });
});

describe("the AFF4 format", () => {
  it("is certain of its own images and claims no other ZIP", () => {
    const probe = (bytes: Uint8Array) => probeOf({ name: "x", source: new MemorySource(bytes) });
    const own = aff4Image(mixedMedium(1000));
    expect(aff4Format.detect(probe(own))).toBe("certain");
    expect(imageFormatOf(probe(own)).registration.id).toBe("aff4");
    const zip = (name: string, text: string): Uint8Array => {
      const store = new ByteStore();
      const writer = new Zip64Writer(store, { dosTime: new Date(0) });
      writer.addStored(name, Buffer.from(text));
      writer.finish(new Uint8Array(0));
      return store.bytes;
    };
    expect(aff4Format.detect(probe(zip("readme.txt", "aff4://x")))).toBe("no");
    expect(aff4Format.detect(probe(zip("version.txt", "1.0")))).toBe("no");
    expect(aff4Format.detect(probe(zip("information.turtle", "@prefix aff4:")))).toBe("possible");
    expect(aff4Format.detect(probe(zip("container.description", "?")))).toBe("possible");
    expect(aff4Format.detect(probe(new Uint8Array(0)))).toBe("no");
  });

  it("joins stripes and nothing else", () => {
    const folder = ["a_2.aff4", "a_1.aff4", "a_4.aff4", "b_2.aff4", "a.aff4", "a_1.zip"];
    expect(aff4Format.segmentsOf("a_1.aff4", folder)).toEqual(["a_1.aff4", "a_2.aff4"]);
    expect(aff4Format.segmentsOf("a_4.aff4", folder)).toEqual(["a_4.aff4"]);
    expect(aff4Format.segmentsOf("b_2.aff4", folder)).toEqual(["b_2.aff4"]);
    expect(aff4Format.segmentsOf("a.aff4", folder)).toEqual(["a.aff4"]);
  });

  it("reads what is in memory as what is in a file", () => {
    const medium = mixedMedium(3 * CHUNK);
    const image = aff4Format.open([{ name: "x", source: new MemorySource(aff4Image(medium)) }]);
    expect(bytesOf(image)).toBe(Buffer.from(medium).toString("latin1"));
  });
});
