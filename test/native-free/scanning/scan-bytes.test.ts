/** One pass over pages: what stands across their borders is found once, with its place. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { jpegCarver } from "../../../native-free/carving/pictures/jpeg.ts";
import { ByteScanner } from "../../../native-free/scanning/scan-bytes.ts";
import { rawTermsOf } from "../../../native-free/scanning/raw-terms.ts";
import { parseWatchList } from "../../../native-free/watchlists/parse-list.ts";
import { compileWatchLists } from "../../../native-free/watchlists/watch-matcher.ts";
import { writeJpeg } from "../../fixtures/carving/jpeg-writer.ts";
import { decoders, lengthCarver, recognisersOf, scanBytes, scannerFor } from "../../fixtures/scanned.ts";

const pageBytes = 1 << 20;
const list = [
  ...["id: goods", "version: 1", "date: 2026-11-22", "title: T", "language: en", ""],
  ...["word pangolin", "phrase raw ivory tusks", "code 103-79-7"],
].join("\n");
const terms = rawTermsOf(compileWatchLists([parseWatchList(list, "goods.txt").list!]));
const recognisers = recognisersOf("container", "email", "iban");
const picture = writeJpeg({ width: 16, height: 16 });
const carvers = [jpegCarver, lengthCarver("boxed", "BOXED")];
const scan = scannerFor({ carvers, recognisers, terms });

/** Two pages and a half of what is no text, and a text at a place. */
const canvas = Buffer.alloc(2.5 * pageBytes, 0xff);

interface Planted {
  readonly name: string;
  readonly bytes: Buffer;
  /** Of the find in `bytes`. */
  readonly at: number;
  readonly what: "feature" | "term" | "file";
  readonly value: string;
  readonly encoding?: string;
}

function written(
  text: string,
  value: string,
  encoding: "ascii" | "utf-16le" | "utf-16be",
): Pick<Planted, "bytes" | "at"> {
  if (encoding === "ascii") return { bytes: Buffer.from(text), at: text.indexOf(value) };
  const bytes = Buffer.from(text, "utf16le");
  return { bytes: encoding === "utf-16be" ? bytes.swap16() : bytes, at: 2 * text.indexOf(value) };
}

const planted: readonly Planted[] = [
  ...(["ascii", "utf-16le", "utf-16be"] as const).flatMap((encoding): Planted[] => {
    const one = (what: "feature" | "term", text: string, value: string): Planted => {
      const told = what === "term" && encoding === "ascii" ? "utf-8" : encoding;
      return { name: `${value} in ${encoding}`, ...written(text, value, encoding), what, value, encoding: told };
    };
    return [
      one("feature", "the container CSQU3054383 is here", "CSQU3054383"),
      one("feature", "write to some.body@example.org soon", "some.body@example.org"),
      one("term", "a scaled Pangolin of the forest", "Pangolin"),
      one("term", "bought raw  ivory tusks cheaply", "raw  ivory tusks"),
      one("term", "one drum of 103-79-7 today", "103-79-7"),
    ];
  }),
  { name: "a picture", bytes: Buffer.from(picture), at: 0, what: "file", value: "jpeg" },
  {
    name: "a file",
    bytes: Buffer.from("BOXED\u0020......................................."),
    at: 0,
    what: "file",
    value: "boxed",
  },
];

function findsOf(bytes: Uint8Array): { what: string; value: string; offset: number; encoding: string | undefined }[] {
  const { features, terms: hits, files } = scan(new MemorySource(bytes));
  return [
    ...features.map(({ value, offset, encoding }) => ({ what: "feature", value, offset, encoding })),
    ...hits.map(({ text, offset, encoding }) => ({ what: "term", value: text, offset, encoding })),
    ...files.map(({ carved, offset }) => ({ what: "file", value: carved.kind, offset, encoding: undefined })),
  ];
}

function expectOnce({ bytes, at, what, value, encoding }: Planted, place: number): void {
  bytes.copy(canvas, place);
  try {
    expect(findsOf(canvas)).toEqual([{ what, value, offset: place + at, encoding }]);
  } finally {
    canvas.fill(0xff, place, place + bytes.length);
  }
}

describe("what stands around the border of two pages", () => {
  it("is found once, wherever the border cuts it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...planted), fc.constantFrom(1, 2), fc.nat(), (one, page, cut) => {
        expectOnce(one, page * pageBytes - (cut % (one.bytes.length + 2)));
      }),
      { numRuns: 60 },
    );
  });

  it.each(planted)("is found once where it begins with the page, and where it ends with one: $name", (one) => {
    expectOnce(one, pageBytes - one.at);
    expectOnce(one, pageBytes - one.at - 1);
    expectOnce(one, 2 * pageBytes - one.bytes.length);
  });

  it("is found at the first and the last byte of the source", () => {
    for (const one of planted) {
      const { what, value, encoding, at } = one;
      expect(findsOf(one.bytes)).toEqual([{ what, value, offset: at, encoding }]);
    }
  });

  it("is found once in text that goes on over the pages without an end", () => {
    const long = Buffer.alloc(2.2 * pageBytes, "nothing of note stands in this line\n");
    const wide = Buffer.from(long.toString("latin1", 0, 1.1 * pageBytes), "utf16le");
    for (const place of [pageBytes - 30, pageBytes - 10, 2 * pageBytes - 12]) {
      const ascii = Buffer.from(long);
      ascii.write(" container CSQU3054383 raw ivory tusks ", place, "latin1");
      expect(
        findsOf(ascii)
          .map(({ value }) => value)
          .sort(),
      ).toEqual(["CSQU3054383", "raw ivory tusks"]);
      const two = Buffer.from(wide);
      two.write(" container CSQU3054383 raw ivory tusks ", place & ~1, "utf16le");
      expect(
        findsOf(two)
          .map(({ value }) => value)
          .sort(),
      ).toEqual(["CSQU3054383", "raw ivory tusks"]);
    }
  });
});

describe("a range", () => {
  const scanner = new ByteScanner({ carvers: [], recognisers, terms: null, decoders: [] });
  const source = (): MemorySource => {
    const bytes = Buffer.from(canvas.subarray(0, 100_000));
    bytes.write("container CSQU3054383 ", 49_985, "latin1");
    return new MemorySource(bytes);
  };
  const found = (from: number, to: number): number[] => {
    const offsets: number[] = [];
    const tell = { term: () => undefined, file: () => undefined, cut: () => undefined };
    scanner.scan(
      source(),
      { from, to, carve: false, blockBytes: 0 },
      { ...tell, feature: (_, { offset }) => void offsets.push(offset) },
    );
    return offsets;
  };

  it("has what begins in it, though it goes on behind, and not what began before it", () => {
    expect(found(0, 50_000)).toEqual([49_995]);
    expect(found(50_000, 100_000)).toEqual([]);
    expect(found(49_995, 49_996)).toEqual([49_995]);
    expect(found(49_996, 50_010)).toEqual([]);
  });
});

describe("a file whose signature is not its beginning", () => {
  const far = { ...lengthCarver("far", "FAR"), signatures: [{ bytes: [...Buffer.from("FAR")], offset: 5000 }] };
  const carver = {
    ...far,
    carve: () => ({ kind: "far", verdict: "complete", length: 5010, title: null, findings: [] }) as const,
  };
  const scanner = new ByteScanner({ carvers: [carver], recognisers: [], terms: null, decoders: [] });
  const none = () => undefined;
  const found = (bytes: Uint8Array, from: number, to: number, lead?: Uint8Array): number[] => {
    const told: number[] = [];
    const sink = {
      feature: none,
      term: none,
      cut: none,
      file: (_: unknown, { offset }: { offset: number }) => void told.push(offset),
    };
    scanner.scan(new MemorySource(bytes), { from, to, carve: true, blockBytes: 0, ...(lead ? { lead } : {}) }, sink);
    return told;
  };

  it("is that of the range, the window and the page in which it begins", () => {
    for (const start of [0, 3000, pageBytes - 5000, pageBytes - 1, pageBytes]) {
      const bytes = Buffer.alloc(pageBytes + 20_000, 0xff);
      bytes.write("FAR", start + 5000, "latin1");
      expect(found(bytes, 0, bytes.length)).toEqual([start]);
      for (const border of [start - 1, start, start + 1, start + 5000, start + 5003]) {
        if (border < 0) continue;
        const own = (offsets: readonly number[]): number => offsets.length;
        const [first, second] = [found(bytes, 0, border), found(bytes, border, bytes.length)];
        expect([first, second]).toEqual(start < border ? [[start], []] : [[], [start]]);
        const lead = bytes.subarray(border % 2, border).subarray(-4096);
        expect(own(found(bytes.subarray(border), 0, bytes.length - border, lead))).toBe(own(second));
      }
    }
  });
});

describe("what stands in front of a source", () => {
  const text = "the container CSQU3054383 of raw ivory tusks, some.body@example.org soon";
  const long = Buffer.from("Some bytes of a file. ".repeat(400)).toString("base64");
  const scanner = new ByteScanner({ carvers: [], recognisers, terms, decoders });
  const found = (bytes: Uint8Array, lead: Uint8Array): string[] => {
    const told: string[] = [];
    const sink = {
      feature: (inside: readonly string[], { value, offset }: { value: string; offset: number }) =>
        void told.push(`${inside.join("!")} ${value} ${offset}`),
      term: (_: unknown, { text: value, offset }: { text: string; offset: number }) =>
        void told.push(`${value} ${offset}`),
      file: () => undefined,
      cut: () => undefined,
    };
    scanner.scan(new MemorySource(bytes), { from: 0, to: bytes.length, carve: false, blockBytes: 0, lead }, sink);
    return told;
  };

  it("is not found again, nor is the rest of it, in any encoding", () => {
    for (const encoding of ["latin1", "utf16le"] as const) {
      const whole = Buffer.concat([Buffer.alloc(64, 0xff), Buffer.from(text, encoding), Buffer.alloc(64, 0xff)]);
      const all = found(whole, new Uint8Array(0)).map((line) => line.split(" ").at(-2));
      expect(all.toSorted()).toEqual(["CSQU3054383", "some.body@example.org", "tusks"]);
      for (let cut = 2; cut < whole.length; cut += 2) {
        const [front, behind] = [whole.subarray(0, cut), whole.subarray(cut)];
        const values = [front, behind].flatMap((bytes, index) =>
          found(index === 0 ? whole : bytes, index === 0 ? new Uint8Array(0) : front).filter(
            (line) => index === 1 || Number(line.split(" ").at(-1)) < cut,
          ),
        );
        expect(values.map((line) => line.split(" ").at(-2)).toSorted()).toEqual(all.toSorted());
      }
    }
  });

  it("keeps base64 that began there from being read from its middle", () => {
    const bytes = Buffer.from(long);
    const told: string[] = [];
    const streams = new ByteScanner(
      { carvers: [], recognisers: [], terms: null, decoders },
      { budget: { streamBytes: 100, depth: 1, ratio: 1 } },
    );
    const sink = { feature: () => undefined, term: () => undefined, file: () => undefined };
    for (const lead of [bytes.subarray(0, 4096), new Uint8Array(0)]) {
      const range = { from: 0, to: bytes.length - 4097, carve: false, blockBytes: 0, lead };
      streams.scan(new MemorySource(bytes.subarray(4097)), range, {
        ...sink,
        cut: (inside) => void told.push(inside.join("!")),
      });
    }
    expect(told).toEqual(["base64@0"]);
  });
});

describe("what is told of a find", () => {
  it("is its text around, without control characters", () => {
    const bytes = Buffer.from("\0\u0007bell\r\n\tthe container CSQU3054383 \u00e9t\u00e9\u0001\0\0");
    const [feature] = scanBytes(bytes, { recognisers }).features;
    expect(feature).toMatchObject({ kind: "container", quality: "valid", length: 11 });
    expect(feature?.context).toBe("..bell the container CSQU3054383 \u00e9t\u00e9...");
    const wide = Buffer.from("the container CSQU3054383 \u00e9t\u00e9", "utf16le");
    expect(scanBytes(wide, { recognisers }).features[0]?.context).toMatch(/^the container CSQU3054383 \.t\.$/);
  });

  it("names the order of bytes as text lies at even places of the exhibit", () => {
    const text = Buffer.from("the container CSQU3054383 is here", "utf16le");
    const holder = new MemorySource(Buffer.concat([Buffer.alloc(300), text, Buffer.alloc(300)]));
    // Slack behind a file of 27 bytes.
    const slack = {
      size: holder.size - 27,
      readInto: (target: Uint8Array, at: number) => holder.readInto(target, at + 27),
      *runsIn(at: number, length: number) {
        for (const run of holder.runsIn(at + 27, length)) yield { ...run, start: run.start - 27 };
      },
    };
    for (const source of [holder, slack]) {
      expect(scannerFor({ recognisers })(source).features).toMatchObject([
        { encoding: "utf-16le", value: "CSQU3054383" },
      ]);
    }
  });
});

describe("a source of zeros", () => {
  it("is read and gives nothing", () => {
    expect(findsOf(Buffer.alloc(3 * pageBytes))).toEqual([]);
    expect(findsOf(new Uint8Array(0))).toEqual([]);
  });
});
