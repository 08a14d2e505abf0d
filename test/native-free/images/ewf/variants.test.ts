/** What the programs of two decades write differently, and what contradicts itself in it. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { imageFormatOf, probeOf } from "../../../../native-free/images/index.ts";
import { ewfFormat } from "../../../../native-free/images/ewf/format.ts";
import type { EwfImage } from "../../../../native-free/images/ewf/image.ts";
import { openEwf } from "../../../../native-free/images/ewf/open.ts";
import { scanSegment } from "../../../../native-free/images/ewf/sections.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";
import {
  addGroup,
  deflated,
  hashSection,
  longVolume,
  mainText,
  named,
  sampleSets,
  SegmentBuilder,
  sessionSection,
  variants,
  variantSegments,
  xhashOf,
  type VariantOptions,
} from "../../../fixtures/images/ewf.ts";
import type { SampleSet } from "../../../fixtures/images/sample-set.ts";

const CHUNK = 32_768;

function opened(files: SampleSet["files"]): EwfImage {
  return openEwf(files.map(({ name, bytes }) => ({ name, source: new MemorySource(bytes, name) })));
}

const openVariant = (options: VariantOptions): EwfImage => opened(named(variantSegments(options)));
const openNamed = (name: string, changed: Partial<VariantOptions> = {}): EwfImage =>
  openVariant({ ...variants[name]!, ...changed });

function contentOf(image: EwfImage): Uint8Array {
  const bytes = new Uint8Array(image.size);
  expect(image.readInto(bytes, 0)).toBe(image.size);
  return bytes;
}

const codesOf = (image: EwfImage): string[] => image.findings.map(({ code }) => code);
const factsOf = (image: EwfImage): Record<string, string | number> =>
  Object.fromEntries(image.facts.map(({ name, value }) => [name, value]));

/** Findings that a variant has by its nature. */
const expectedCodes: Readonly<Record<string, readonly string[]>> = {
  Logicube: ["ewf/checksum-absent"],
  "optical disc": ["ewf/audio-tracks"],
};

describe("every variant", () => {
  for (const { name, files, medium } of sampleSets) {
    it(`is read without a complaint that it does not earn: ${name}`, () => {
      const image = opened(files);
      expect(Buffer.compare(contentOf(image), medium)).toBe(0);
      image.check();
      expect(codesOf(image)).toEqual(expectedCodes[name] ?? []);
      expect(image.storedHashes["md5"]).toBe(createHash("md5").update(medium).digest("hex"));
      expect([...image.runsIn(0, image.size)].every(({ kind }) => kind === "data")).toBe(true);
      const [first] = files;
      const probe = probeOf({ name: first!.name, source: new MemorySource(first!.bytes) });
      expect(imageFormatOf(probe).registration.id).toBe("ewf");
    });
  }
});

describe("metadata", () => {
  it("of a header alone, of header2 and of linen", () => {
    expect(factsOf(openNamed("EnCase 1"))).toMatchObject({
      ...{ "case-number": "value c", acquired: "2002-03-04T10:19:59", compression: "fast" },
      ...{ "media-kind": "fixed, physical", "block-bytes": CHUNK },
    });
    expect(factsOf(openNamed("EnCase 4"))).toMatchObject({ acquired: "2006-03-12T11:44:05Z", creator: "4.22" });
    expect(factsOf(openNamed("linen 6"))).toMatchObject({ model: "value md", acquired: "2006-03-12T11:44:05Z" });
    expect(factsOf(openNamed("FTK Imager 2.3"))).toMatchObject({ creator: "ADI2.3", examiner: "Zoë" });
    expect(factsOf(openNamed("SMART"))).not.toHaveProperty("media-kind");
  });

  it("of the medium: blockers, compression, granularity, identifier, geometry, tracks", () => {
    const wide = openNamed("EnCase 6, wide chunks", {
      said: { ...variants["EnCase 6, wide chunks"]!.said, geometry: [1024, 16, 63] },
    });
    expect(factsOf(wide)).toMatchObject({
      ...{ "write-blocker": "FastBloc", compression: "best", "error-granularity": 64, "block-bytes": 4 * CHUNK },
      ...{ uuid: "c8c7c6c5c4c3c2c1c0bfbebdbcbbbab9", geometry: "1024/16/63" },
    });
    const tracks = openNamed("optical disc").facts.filter(({ name }) => name === "track");
    expect(tracks.map(({ value }) => value)).toEqual(["1: data from sector 16", "2: audio from sector 40"]);
  });

  it("names a password and the memory of a process", () => {
    const text = mainText("a c p pid ext", "\n", { p: "0A9F5A", pid: "4711", ext: "1 S 0 10 20" });
    expect(factsOf(openNamed("EnCase 4", { headers: [["header2", deflated(text)]] }))).toMatchObject({
      ...{ password: "0A9F5A", process: "4711", "memory-extents": "1 S 0 10 20" },
    });
    expect(factsOf(openNamed("EnCase 4"))).not.toHaveProperty("password");
  });

  it("of EWF-X fills what header2 lacks", () => {
    const headers = variants["EWF-X"]!.headers.filter(([type]) => type === "xheader");
    expect(factsOf(openNamed("EWF-X", { headers }))).toMatchObject({ "case-number": "value c", notes: "a <b> & c" });
  });

  it("that contradicts itself is a finding", () => {
    const header = (evidence: string): Buffer => deflated(mainText("c n", "\n", { n: evidence }));
    const headers: VariantOptions["headers"] = [
      ["header", header("1")],
      ["header", header("2")],
    ];
    const image = openNamed("EnCase 2 for DOS", { headers });
    expect(image.findings).toMatchObject([{ code: "ewf/headers-differ", params: { field: "evidenceNumber" } }]);
    expect(factsOf(image)["evidence-number"]).toBe("1");
  });
});

describe("hashes", () => {
  it("of xhash alone are read", () => {
    const { medium } = variants["EWF-X"]!;
    const md5 = createHash("md5").update(medium).digest("hex");
    const image = openNamed("EWF-X", { endings: [["xhash", xhashOf(md5.toUpperCase())]] });
    expect(image.storedHashes).toEqual({ md5 });
  });

  it("that differ are a finding, and an ordinary section is believed", () => {
    const { medium } = variants["EWF-X"]!;
    const image = openNamed("EWF-X", { endings: [hashSection(medium), ["xhash", xhashOf("0".repeat(31) + "1")]] });
    expect(codesOf(image)).toEqual(["ewf/hashes-differ"]);
    expect(image.storedHashes["md5"]).toBe(createHash("md5").update(medium).digest("hex"));
  });
});

describe("sections", () => {
  it("`incomplete`, wherever it leads, is said", () => {
    const { medium } = variants["EnCase 4"]!;
    const image = openNamed("EnCase 4", { endings: [["incomplete", noise(40)], hashSection(medium)] });
    expect(codesOf(image)).toEqual(["ewf/incomplete"]);
    expect(Buffer.compare(contentOf(image), medium)).toBe(0);
  });

  it("`session` that fails a checksum is not believed", () => {
    const [type, payload] = sessionSection([0, 16]);
    payload[40]! ^= 1;
    const image = openNamed("optical disc", { endings: [[type, payload]] });
    expect(image.findings).toMatchObject([{ code: "image/section-damaged", params: { section: "session" } }]);
  });

  it("of an acquisition that was never finished give what chunks there are", () => {
    const { medium } = variants["EnCase 1"]!;
    const image = openNamed("EnCase 1", {
      medium: medium.subarray(0, 8 * CHUNK),
      said: { sectorCount: 0, chunkCount: 0 },
    });
    expect(codesOf(image)).toEqual(["ewf/size-unknown", "image/chunk-count"]);
    expect(Buffer.compare(contentOf(image), medium.subarray(0, 8 * CHUNK))).toBe(0);
  });

  it("that describe the medium without checksum must agree", () => {
    const options = variants["Logicube"]!;
    const [first] = variantSegments(options);
    const [, second] = variantSegments({ ...options, said: { ...options.said, guid: Uint8Array.of(1) } });
    expect(codesOf(opened(named([first!, second!])))).toEqual(["ewf/checksum-absent", "image/volumes-differ"]);
  });
});

describe("tables", () => {
  const medium = mixedMedium(9 * CHUNK);
  const bare: VariantOptions = { ...variants["SMART"]!, medium, chunksPerSegment: 100 };
  const inside: VariantOptions = { ...variants["EnCase 1"]!, medium };
  const tableAt = (bytes: Buffer): number =>
    scanSegment({ name: "x", source: new MemorySource(bytes) }, 1).sections.find(({ type }) => type === "table")!.at +
    76;

  it.each(["bare", "inside"])("that hold the chunks are found by them where their header is damaged: %s", (kind) => {
    const [bytes] = variantSegments(kind === "bare" ? bare : inside) as [Buffer];
    bytes[tableAt(bytes)] = 0x77;
    const image = opened(named([bytes], kind === "bare" ? "S" : "E"));
    expect(Buffer.compare(contentOf(image), medium)).toBe(0);
    expect(codesOf(image)).toEqual(["image/table-unverified"]);
  });

  it("without a checksum whose entries are out of order are not taken for sound", () => {
    const [bytes] = variantSegments(bare) as [Buffer];
    const at = tableAt(bytes) + 24;
    bytes.writeUInt32LE(bytes.readUInt32LE(at + 16), at + 8);
    const image = opened(named([bytes], "S"));
    contentOf(image);
    expect(codesOf(image)).toContain("image/table-unverified");
    expect(codesOf(image)).toContain("image/bad-chunk");
    image.check();
    expect(codesOf(image)).toContain("image/claimed-twice");
  });

  it("of 65,534 entries are read", () => {
    const count = 65_534;
    const [, second] = [new Uint8Array(512), noise(512)];
    const segment = new SegmentBuilder(1);
    segment.section(
      "volume",
      longVolume({ chunkCount: count, sectorsPerChunk: 1, bytesPerSector: 512, sectorCount: count }),
    );
    const raws = Array.from({ length: count }, (_, index) => (index === count - 2 ? second : zero));
    addGroup(segment, raws, { style: "sectors", level: 0 });
    const image = opened(named([segment.close("done")]));
    const sector = new Uint8Array(512);
    image.readInto(sector, (count - 2) * 512);
    expect(sector).toEqual(second);
    expect(codesOf(image)).toEqual([]);
  });

  it("that name places twice or beyond the file, and bytes that nothing names, come out when it is checked", () => {
    const [bytes] = variantSegments({ ...variants["FTK Imager 2.3"]!, medium }) as [Buffer];
    const stray = Buffer.concat([bytes, Buffer.from("a stray message")]);
    const image = opened(named([stray]));
    expect(codesOf(image)).toEqual([]);
    image.check();
    expect(image.findings).toMatchObject([{ code: "image/unclaimed", params: { bytes: 15, at: bytes.length } }]);
    const cut = opened(named([bytes.subarray(0, bytes.length - 3 * CHUNK)]));
    cut.check();
    expect(codesOf(cut)).toContain("image/chain-cut");
  });
});

const zero = new Uint8Array(512);

describe("membership", () => {
  const parts = variantSegments(variants["EnCase 6, wide chunks"]!);
  const memberOf = (bytes: Uint8Array) => ewfFormat.memberOf!({ name: "x", source: new MemorySource(bytes) });

  it("is the identifier of the set and the number in the header", () => {
    expect(parts.map(memberOf)).toEqual(
      parts.map((_, index) => ({ set: "c8c7c6c5c4c3c2c1c0bfbebdbcbbbab9", number: index + 1 })),
    );
  });

  it("without identifier is likely only, and of segments that say nothing unknown", () => {
    const old = variantSegments(variants["EnCase 4"]!).map(memberOf);
    expect(old.map((member) => member?.number)).toEqual([1, 2, 3]);
    expect(new Set(old.map((member) => member?.set)).size).toBe(1);
    expect(old.every((member) => member?.likely)).toBe(true);
    expect(variantSegments(variants["SMART"]!).map((bytes) => memberOf(bytes)?.number)).toEqual([
      1,
      undefined,
      undefined,
    ]);
    expect([noise(5000), new Uint8Array(0), parts[0]!.subarray(0, 50)].map(memberOf)).toEqual([null, null, null]);
  });
});
