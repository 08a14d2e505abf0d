import { describe, expect, it } from "vitest";
import { pictureExtractor } from "../../../native-free/extractors/picture/picture-extractor.ts";
import { makePng } from "../../conformance/seeds.ts";
import { context, gather, sourceOf } from "./gather.ts";

const read = (bytes: Uint8Array): ReturnType<typeof gather> =>
  gather(pictureExtractor.extract(sourceOf(bytes), context));
const field = (result: Awaited<ReturnType<typeof gather>>, name: string): string | undefined =>
  result.fields.find(([key]) => key === name)?.[1];

type Value = string | number | readonly (readonly [number, number])[];

/** A little-endian directory of ASCII, LONG and RATIONAL tags at an offset; values too long for an entry follow it. */
function directory(tags: readonly (readonly [number, Value])[], at: number): Buffer {
  const entries = Buffer.alloc(2 + 12 * tags.length + 4);
  entries.writeUInt16LE(tags.length, 0);
  const extra: Buffer[] = [];
  let free = at + entries.length;
  tags.forEach(([tag, value], index) => {
    const entry = 2 + 12 * index;
    entries.writeUInt16LE(tag, entry);
    if (typeof value === "number") {
      entries.writeUInt16LE(4, entry + 2);
      entries.writeUInt32LE(1, entry + 4);
      entries.writeUInt32LE(value, entry + 8);
      return;
    }
    const bytes =
      typeof value === "string"
        ? Buffer.from(`${value}\0`, "latin1")
        : Buffer.from(Uint32Array.from(value.flat()).buffer);
    entries.writeUInt16LE(typeof value === "string" ? 2 : 5, entry + 2);
    entries.writeUInt32LE(typeof value === "string" ? bytes.length : value.length, entry + 4);
    if (bytes.length <= 4) bytes.copy(entries, entry + 8);
    else {
      entries.writeUInt32LE(free, entry + 8);
      extra.push(bytes);
      free += bytes.length;
    }
  });
  return Buffer.concat([entries, ...extra]);
}

interface Tags {
  readonly main?: readonly (readonly [number, Value])[];
  readonly exif?: readonly (readonly [number, Value])[];
  readonly gps?: readonly (readonly [number, Value])[];
}

/** A TIFF with a main, an EXIF and a GPS directory (Exif 3.0 section 4.5). */
function tiff({ main = [], exif = [], gps = [] }: Tags): Buffer {
  const exifAt = 8 + directory([...main, [0x8769, 0], [0x8825, 0]], 8).length;
  const exifPart = directory(exif, exifAt);
  const gpsAt = exifAt + exifPart.length;
  const head = Buffer.from("49492a0008000000", "hex");
  return Buffer.concat([
    head,
    directory([...main, [0x8769, exifAt], [0x8825, gpsAt]], 8),
    exifPart,
    directory(gps, gpsAt),
  ]);
}

function segment(marker: number, body: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

function jpeg(...segments: readonly Buffer[]): Buffer {
  const frame = segment(0xc0, Buffer.from("0800640140030111000211010311010", "hex"));
  return Buffer.concat([
    Buffer.from("ffd8", "hex"),
    ...segments,
    frame,
    segment(0xda, Buffer.alloc(10)),
    Buffer.from("ffd9", "hex"),
  ]);
}

const exifSegment = (tags: Tags): Buffer =>
  segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff(tags)]));

const brussels: readonly (readonly [number, Value])[] = [
  [1, "N"],
  [
    2,
    [
      [50, 1],
      [51, 1],
      [0, 1],
    ],
  ],
  [3, "E"],
  [
    4,
    [
      [4, 1],
      [21, 1],
      [0, 1],
    ],
  ],
];

describe("JPEG", () => {
  it("gives camera, time, place, size and comment", async () => {
    const result = await read(
      jpeg(
        exifSegment({
          main: [
            [0x010f, "Example"],
            [0x0110, "Model 1"],
          ],
          exif: [
            [0x9003, "2024:03:01 10:11:12"],
            [0x9011, "+01:00"],
          ],
          gps: brussels,
        }),
        segment(0xfe, Buffer.from("made by hand")),
      ),
    );
    expect(field(result, "camera")).toBe("Example");
    expect(field(result, "cameraModel")).toBe("Model 1");
    expect(field(result, "taken")).toBe("2024-03-01T10:11:12+01:00");
    expect(field(result, "latitude")).toBe("50.85");
    expect(field(result, "longitude")).toBe("4.35");
    expect([field(result, "width"), field(result, "height")]).toEqual(["320", "100"]);
    expect(result.labelled.comment).toBe("made by hand\n");
    expect(result.findings).toEqual([]);
    expect(result.statuses).toEqual([]);
  });

  it("takes south and west as negative", async () => {
    const south = brussels.map(([tag, value]) => [tag, value === "N" ? "S" : value === "E" ? "W" : value] as const);
    const result = await read(jpeg(exifSegment({ gps: south })));
    expect([field(result, "latitude"), field(result, "longitude")]).toEqual(["-50.85", "-4.35"]);
  });

  it.each([
    ["date", { exif: [[0x9003, "2024:13:45 10:11:12"]] }],
    ["date", { exif: [[0x9003, "0001:01:01 00:00:00"]] }],
    [
      "position",
      {
        gps: [
          [1, "N"],
          [
            2,
            [
              [91, 1],
              [0, 1],
              [0, 1],
            ],
          ],
          [3, "E"],
          [
            4,
            [
              [4, 1],
              [0, 1],
              [0, 1],
            ],
          ],
        ],
      },
    ],
    [
      "position",
      {
        gps: [
          [1, "X"],
          [
            2,
            [
              [50, 1],
              [0, 1],
              [0, 1],
            ],
          ],
          [3, "E"],
          [
            4,
            [
              [4, 1],
              [0, 1],
              [0, 1],
            ],
          ],
        ],
      },
    ],
    [
      "position",
      {
        gps: [
          [1, "N"],
          [
            2,
            [
              [0, 1],
              [0, 1],
              [0, 1],
            ],
          ],
          [3, "E"],
          [
            4,
            [
              [0, 1],
              [0, 1],
              [0, 1],
            ],
          ],
        ],
      },
    ],
  ] as [string, Tags][])("reports an impossible %s instead of taking it over", async (what, tags) => {
    const result = await read(jpeg(exifSegment(tags)));
    expect(result.findings).toEqual([["picture/implausible", { what }]]);
    for (const name of ["taken", "latitude", "longitude"]) expect(field(result, name)).toBeUndefined();
  });

  it("says nothing of a clock that was never set", async () => {
    expect((await read(jpeg(exifSegment({ exif: [[0x9003, "0000:00:00 00:00:00"]] })))).findings).toEqual([]);
  });

  it("says that the end of the picture is missing, whatever follows a whole one", async () => {
    const whole = jpeg();
    const coded = Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]);
    const cut = await read(Buffer.concat([whole.subarray(0, whole.length - 2), coded]));
    expect(cut.findings).toEqual([["picture/truncated", { format: "JPEG" }]]);
    expect(cut.statuses).toEqual(["partial: damaged"]);
    const long = Buffer.concat([whole.subarray(0, whole.length - 2), Buffer.alloc(3 << 20, 0x11)]);
    expect((await read(long)).findings).toEqual([["picture/truncated", { format: "JPEG" }]]);
    for (const more of [Buffer.alloc(0), Buffer.alloc(200_000), Buffer.alloc((1 << 20) + 1, 0x41)]) {
      const followed = await read(Buffer.concat([whole, more]));
      expect([followed.findings, followed.statuses]).toEqual([[], []]);
    }
    // The mark of the end may lie on the border of two pieces of the search.
    const scan = whole.length - 2 - 10;
    for (const shift of [-1, 0, 1]) {
      const filled = Buffer.alloc((1 << 20) + shift - 10, 0x22);
      const apart = Buffer.concat([whole.subarray(0, scan + 10), filled, whole.subarray(-2), Buffer.alloc(1 << 20)]);
      expect((await read(apart)).findings).toEqual([]);
    }
  });

  it("gives what comes before the place where it is cut", async () => {
    const whole = jpeg(segment(0xfe, Buffer.from("first comment")), segment(0xfe, Buffer.from("second comment")));
    const result = await read(whole.subarray(0, 30));
    expect(result.labelled.comment).toBe("first comment\n");
    expect(result.findings).toEqual([["picture/damaged", { format: "JPEG", problem: "segment longer than the file" }]]);
    expect(result.statuses).toEqual(["partial: damaged"]);
  });
});

describe("PNG", () => {
  it("gives size, time and text of all three kinds of chunk", async () => {
    const result = await read(makePng());
    expect(result.fields).toEqual(
      expect.arrayContaining([
        ["width", "1"],
        ["height", "1"],
        ["author", "René Example"],
        ["comment", "a compressed comment"],
        ["title", "Αθήνα"],
        ["modified", "2024-03-17T12:30:45Z"],
      ]),
    );
    expect(result.labelled["png text"]).toContain("Comment: a compressed comment");
    expect(result.findings).toEqual([]);
  });

  it("says that its last chunk is missing", async () => {
    const whole = makePng();
    const result = await read(whole.subarray(0, whole.length - 12));
    expect(result.findings).toEqual([["picture/truncated", { format: "PNG" }]]);
    expect(result.statuses).toEqual(["partial: damaged"]);
  });

  it("reports a chunk that is longer than the file", async () => {
    const bytes = Buffer.from(makePng());
    bytes.writeUInt32BE(0x7fffffff, 33);
    const result = await read(bytes);
    expect(result.findings).toEqual([["picture/damaged", { format: "PNG", problem: "chunk longer than the file" }]]);
  });
});

describe("other pictures", () => {
  it("reads GIF comments and its trailer", async () => {
    const gif = Buffer.concat([
      Buffer.from("GIF89a", "latin1"),
      Buffer.from("0a001400000000", "hex"),
      Buffer.from("21fe05", "hex"),
      Buffer.from("hello"),
      Buffer.from("003b", "hex"),
    ]);
    const result = await read(gif);
    expect(result.fields).toEqual([
      ["width", "10"],
      ["height", "20"],
      ["comment", "hello"],
    ]);
    expect(result.labelled.comment).toBe("hello\n");
    expect(result.findings).toEqual([]);
    expect((await read(gif.subarray(0, gif.length - 1))).findings).toEqual([["picture/truncated", { format: "GIF" }]]);
  });

  it("reads the size of BMP and WebP", async () => {
    const bmp = Buffer.alloc(64);
    bmp.write("BM", "latin1");
    bmp.writeUInt32LE(40, 14);
    bmp.writeInt32LE(7, 18);
    bmp.writeInt32LE(-9, 22);
    expect((await read(bmp)).fields).toEqual([
      ["width", "7"],
      ["height", "9"],
    ]);
    const webp = Buffer.alloc(30);
    webp.write("RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0", "latin1");
    webp.writeUIntLE(639, 24, 3);
    webp.writeUIntLE(479, 27, 3);
    expect((await read(webp)).fields).toEqual([
      ["width", "640"],
      ["height", "480"],
    ]);
    expect((await read(webp)).findings).toEqual([]);
    webp.writeUInt32LE(500, 4);
    expect((await read(webp)).findings).toEqual([["picture/truncated", { format: "WebP" }]]);
  });

  it("reads tags of a TIFF, and says when it has none that can be read", async () => {
    const result = await read(
      tiff({
        main: [
          [0x0100, 12],
          [0x0101, 34],
          [0x010f, "Example"],
        ],
      }),
    );
    expect(result.fields).toEqual(
      expect.arrayContaining([
        ["camera", "Example"],
        ["width", "12"],
        ["height", "34"],
      ]),
    );
    const broken = await read(Buffer.concat([Buffer.from("49492a00ffffff7f", "hex"), Buffer.alloc(64)]));
    expect(broken.findings).toEqual([["picture/metadata-damaged", {}]]);
  });

  it("says when metadata are longer than may be read", async () => {
    const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description dc:title="Example"/>${" ".repeat(4096)}`;
    const mark = Buffer.from("http://ns.adobe.com/xap/1.0/\0", "latin1");
    const bytes = jpeg(segment(0xe1, Buffer.concat([mark, Buffer.from(packet)])));
    const result = await gather(pictureExtractor.extract(sourceOf(bytes), { ...context, wholeLimitBytes: 1024 }));
    expect(result.findings).toEqual([["picture/head-only", { limit: 1024 }]]);
    expect(field(result, "title")).toBe("Example");
  });
});
