/** Checksum, names, header text and chunks of E01, against values known from elsewhere. */
import { Buffer } from "node:buffer";
import { deflateSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adler32 } from "../../../../native-free/kernels/adler32.ts";
import { decodeChunk, EwfChunkEncoder, type EwfLevel } from "../../../../native-free/images/ewf/chunk-codec.ts";
import {
  decodeHeaderText,
  encodeHeader,
  encodeHeader2,
  elementsOf,
  noMetadata,
  parseExtendedHeader,
  parseHeaderText,
} from "../../../../native-free/images/ewf/header-text.ts";
import { looksIncompressible } from "../../../../native-free/kernels/noise.ts";
import {
  ewfSegmentName,
  ewfSegmentNames,
  ewfSegmentNumber,
  MAX_SEGMENTS,
} from "../../../../native-free/images/ewf/segment-name.ts";
import { metadata, noise, storedBytes } from "../../../fixtures/ewf-set.ts";

const CHUNK = 32768;

describe("Adler-32", () => {
  it("knows the published value", () => {
    expect(adler32(Buffer.from("Wikipedia"))).toBe(0x11e60398);
    expect(adler32(new Uint8Array(0))).toBe(1);
  });

  it("equals that at the end of a zlib stream, for any bytes, also all 255", () => {
    const ofZlib = (bytes: Uint8Array): number =>
      deflateSync(bytes, { level: 0 }).readUInt32BE(deflateSync(bytes, { level: 0 }).length - 4);
    for (const length of [1, 7, 8, 9, 3799, 3800, 3801, 65_536, 200_003]) {
      expect(adler32(noise(length))).toBe(ofZlib(noise(length)));
      expect(adler32(new Uint8Array(length).fill(255))).toBe(ofZlib(new Uint8Array(length).fill(255)));
    }
  });

  it("can be continued, and covers only its range", () => {
    const bytes = noise(10_000);
    expect(adler32(bytes, 4000, 9000, adler32(bytes, 100, 4000))).toBe(adler32(bytes.slice(100, 9000)));
  });
});

describe("segment names", () => {
  it("run from E01 over EAA to ZZZ", () => {
    expect([1, 9, 10, 99, 100, 101, 125, 126, 775, 776, MAX_SEGMENTS].map((number) => ewfSegmentName(number))).toEqual([
      ...["E01", "E09", "E10", "E99", "EAA", "EAB", "EAZ", "EBA", "EZZ", "FAA", "ZZZ"],
    ]);
    expect(MAX_SEGMENTS).toBe(14_971);
  });

  it("end there", () => {
    for (const number of [0, -1, 1.5, MAX_SEGMENTS + 1]) expect(() => ewfSegmentName(number)).toThrow(RangeError);
  });

  it("read back, in either case", () => {
    for (let number = 1; number <= MAX_SEGMENTS; number += 7) {
      expect(ewfSegmentNumber(ewfSegmentName(number).toLowerCase())).toBe(number);
    }
    expect(["E00", "AAA", "E1", "dd", "EA1", ""].map((extension) => ewfSegmentNumber(extension))).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("header text", () => {
  const date = new Date("2026-11-21T19:34:54Z");

  it("of header2 is UTF-16 with a mark, 17 lines, dates in seconds", () => {
    const raw = inflateSync(encodeHeader2(metadata, date));
    expect([raw[0], raw[1]]).toEqual([0xff, 0xfe]);
    const lines = raw.toString("utf16le", 2).split("\n");
    expect(lines.slice(0, 3)).toEqual(["3", "main", "a\tc\tn\te\tt\tmd\tsn\tav\tov\tm\tu\tp\tdc"]);
    expect(lines[3]).toBe(
      "Festplatte Łódź\t2026-0042\tM01\tΑθηνά Straße\tnone\tWD 10\tS-1\tVestige 0.1\tLinux\t1795289694\t1795289694\t0\t",
    );
    expect(lines).toHaveLength(18);
  });

  it("of header is ASCII with CRLF, dates as numbers", () => {
    const text = inflateSync(encodeHeader(metadata, date)).toString("latin1");
    expect(text.split("\r\n").slice(2, 4)).toEqual([
      "c\tn\ta\te\tt\tav\tov\tm\tu\tp",
      "2026-0042\tM01\tFestplatte ???d?\t????? Stra?e\tnone\tVestige 0.1\tLinux\t2026 11 21 19 34 54\t2026 11 21 19 34 54\t0".replace(
        "???d?",
        "??d?",
      ),
    ]);
  });

  it("reads back what was written", () => {
    const read = parseHeaderText(decodeHeaderText(encodeHeader2({ ...metadata, label: "L" }, date)) ?? "");
    const dates = { acquired: "2026-11-21T19:34:54Z", systemDate: "2026-11-21T19:34:54Z" };
    expect(read).toEqual({ ...noMetadata, ...metadata, label: "L", ...dates, password: "0" });
    expect(parseHeaderText(decodeHeaderText(encodeHeader(metadata, date)) ?? "")?.acquired).toBe("2026-11-21T19:34:54");
  });

  it("lets no value reach into the next field", () => {
    const text =
      decodeHeaderText(encodeHeader2({ ...metadata, notes: "a\tb\r\nsub\u2028c", description: "" }, date)) ?? "";
    expect(parseHeaderText(text)?.notes).toBe("a b sub c");
    expect(parseHeaderText(text)?.platform).toBe("Linux");
  });

  it("is cut where EnCase would refuse it", () => {
    const long = { ...metadata, software: "x".repeat(50), platform: "y".repeat(50), notes: "z".repeat(9000) };
    const read = parseHeaderText(decodeHeaderText(encodeHeader2(long, date)) ?? "");
    expect([read?.software.length, read?.platform.length, read?.notes.length]).toEqual([11, 23, 2999]);
  });

  it("of 8 bits is UTF-8 where it is valid as that, else Windows-1252", () => {
    const text = "1\nmain\ne\nZoë\n";
    expect(decodeHeaderText(deflateSync(Buffer.from(text, "utf8")))).toBe(text);
    expect(decodeHeaderText(deflateSync(Buffer.from(text, "latin1")))).toBe(text);
    const bigEndian = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    expect(decodeHeaderText(deflateSync(bigEndian))).toBe(text);
  });

  it("of EWF-X is read from XML, entities included, and nothing else is", () => {
    const xml =
      "<xheader>\n<notes>a &lt;b&gt; &amp; &odd; c</notes><acquiry_software>ewfacquire</acquiry_software>" +
      "<acquiry_software_version>2014</acquiry_software_version></xheader>";
    expect(parseExtendedHeader(xml)).toMatchObject({ notes: "a <b> & &odd; c", software: "ewfacquire 2014" });
    expect(parseExtendedHeader("<xhash><MD5>x</MD5></xhash>")).toBeNull();
    expect(elementsOf("<a>1</a><a>2</a><b>3</c>")).toEqual(new Map([["a", "1"]]));
  });

  it("that is damaged is null", () => {
    expect(decodeHeaderText(noise(100))).toBeNull();
    expect(parseHeaderText("nothing here")).toBeNull();
  });
});

describe("segment names of other families", () => {
  it("begin at their own letter", () => {
    expect([1, 99, 100, 775].map((number) => ewfSegmentName(number, "S"))).toEqual(["S01", "S99", "SAA", "SZZ"]);
    expect([1, 100].map((number) => ewfSegmentName(number, "L"))).toEqual(["L01", "LAA"]);
    expect(["s01", "saa", "zzz", "eaa", "E01"].map((extension) => ewfSegmentNumber(extension, "S"))).toEqual([
      ...[1, 100, 99 + 8 * 676, null, null],
    ]);
  });

  it("are told apart by the numbered ones beside them", () => {
    const names = ["a.s01", "a.s99", "a.saa", "a.sab", "b.E01", "b.EAA", "a.txt"];
    expect(ewfSegmentNames("a.sab", names)).toEqual(["a.s01", "a.s99", "a.saa", "a.sab"]);
    expect(ewfSegmentNames("b.E01", names)).toEqual(["b.E01", "b.EAA"]);
    expect(ewfSegmentNames("a.txt", names)).toEqual(["a.txt"]);
  });
});

describe("chunks", () => {
  const encoders = new Map(([0, 1, 9] as const).map((level) => [level, new EwfChunkEncoder(level, CHUNK)]));
  const encode = (raw: Uint8Array, level: EwfLevel): { bytes: Uint8Array; compressed: boolean } => {
    const chunk = encoders.get(level)!.encode(raw);
    return { bytes: storedBytes(chunk), compressed: chunk.compressed };
  };
  const text = Buffer.from("customs declaration 2402-20; ".repeat(1130)).subarray(0, CHUNK);

  it("come back from every level", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.constantFrom(0 as const, 1 as const, 9 as const),
        (raw, level) => {
          const { bytes, compressed } = encode(raw, level);
          expect(decodeChunk(bytes, compressed, raw.length, CHUNK)).toEqual(compressed ? Buffer.from(raw) : raw);
        },
      ),
    );
  });

  it("are stored with a little-endian checksum where deflate gains nothing", () => {
    const raw = noise(CHUNK);
    for (const level of [0, 1, 9] as const) {
      const { bytes, compressed } = encode(raw, level);
      expect([compressed, bytes.length]).toEqual([false, CHUNK + 4]);
      expect(Buffer.from(bytes).readUInt32LE(CHUNK)).toBe(adler32(raw));
    }
    expect(encode(text, 0).compressed).toBe(false);
  });

  it("of zeros are one zlib stream, made once", () => {
    const encoder = new EwfChunkEncoder(1, CHUNK);
    const { bytes: first, compressed } = encoder.encode(new Uint8Array(CHUNK));
    expect(compressed).toBe(true);
    expect(inflateSync(first)).toEqual(Buffer.alloc(CHUNK));
    expect(encoder.encode(text).bytes).not.toBe(first);
    expect(encoder.encode(new Uint8Array(CHUNK)).bytes).toBe(first);
    expect(inflateSync(encoder.encode(new Uint8Array(500)).bytes)).toEqual(Buffer.alloc(500));
    const almost = new Uint8Array(CHUNK);
    almost[100] = 1;
    expect(inflateSync(encode(almost, 1).bytes)[100]).toBe(1);
  });

  it("are not tried only where deflate gains less than 1 %", () => {
    const doubled = Buffer.concat([noise(CHUNK / 2), noise(CHUNK / 2)]);
    const shifted = Buffer.concat([noise(12_345), noise(CHUNK - 12_345)]);
    const biased = noise(CHUNK).map((byte) => (byte > 250 ? 32 : byte));
    expect(looksIncompressible(noise(CHUNK))).toBe(true);
    for (const raw of [doubled, shifted, text]) expect(looksIncompressible(raw)).toBe(false);
    for (const raw of [
      doubled,
      shifted,
      biased,
      text,
      noise(CHUNK),
      deflateSync(noise(CHUNK).map((byte) => byte & 15)),
      noise(5000),
    ]) {
      const best = Math.min(raw.length + 4, deflateSync(raw, { level: 1 }).length);
      expect(new EwfChunkEncoder(1, raw.length).encode(raw).length).toBeLessThanOrEqual(best * 1.01);
    }
  });

  it("are refused where they have no bytes or too many", () => {
    for (const length of [0, CHUNK + 1]) expect(() => encode(new Uint8Array(length), 1)).toThrow(RangeError);
  });

  it("that are damaged are named by what is wrong", () => {
    const packed = Uint8Array.from(encode(text, 1).bytes);
    packed[packed.length >> 1]! ^= 1;
    expect(decodeChunk(packed, true, CHUNK, CHUNK)).toBe("zlib");
    const stored = Uint8Array.from(encode(noise(CHUNK), 1).bytes);
    stored[5]! ^= 1;
    expect(decodeChunk(stored, false, CHUNK, CHUNK)).toBe("checksum");
    expect(decodeChunk(stored.subarray(0, 100), false, CHUNK, CHUNK)).toBe("truncated");
    expect(decodeChunk(deflateSync(text.subarray(0, 100)), true, CHUNK, CHUNK)).toBe("short");
    expect(decodeChunk(deflateSync(new Uint8Array(10 * CHUNK)), true, CHUNK, CHUNK)).toBe("zlib");
  });

  it("of a Tableau TD3 with a zeroed length complement are read, and only with the right checksum", () => {
    const raw = noise(1000);
    const odd = deflateSync(raw, { level: 0 });
    odd.writeUInt16LE(0, 5);
    expect(() => inflateSync(odd)).toThrow();
    expect(decodeChunk(odd, true, 1000, 1000)).toEqual(Buffer.from(raw));
    odd[20]! ^= 1;
    expect(decodeChunk(odd, true, 1000, 1000)).toBe("zlib");
  });

  it("that a writer stored in full at the end of a medium are cut", () => {
    const full = Uint8Array.from(encode(noise(CHUNK), 0).bytes);
    expect(decodeChunk(full, false, 512, CHUNK)).toEqual(noise(CHUNK).subarray(0, 512));
  });
});
