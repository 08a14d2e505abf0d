/* oxlint-disable no-console -- the console is what is tested here */
import { describe, expect, it } from "vitest";
import { callQuietly } from "../../../native-free/extractors/library-call.ts";
import { missingBytes } from "../../../native-free/extractors/media/declared-length.ts";
import { mediaExtractor } from "../../../native-free/extractors/media/media-extractor.ts";
import { mediaFields } from "../../../native-free/extractors/media/media-fields.ts";
import { makeWav } from "../../conformance/seeds.ts";
import { context, gather, sourceOf } from "./gather.ts";

const read = (bytes: Uint8Array): ReturnType<typeof gather> => gather(mediaExtractor.extract(sourceOf(bytes), context));

/** An ID3v2.3 tag of Latin-1 text frames before two MPEG-1 layer III frames. */
function mp3(frames: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(frames).map(([id, text]) => {
    const head = Buffer.alloc(11);
    head.write(id, "latin1");
    head.writeUInt32BE(text.length + 1, 4);
    return Buffer.concat([head, Buffer.from(text, "latin1")]);
  });
  const body = Buffer.concat(parts);
  const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, body.length >> 7, body.length & 127]);
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat([head, body, frame, frame, frame]);
}

describe("media", () => {
  it("reads tags and coding of MP3", async () => {
    const { fields, findings } = await read(mp3({ TIT2: "Song", TPE1: "Singer", TALB: "Record", TYER: "1999" }));
    expect(fields).toEqual(
      expect.arrayContaining([
        ["title", "Song"],
        ["artist", "Singer"],
        ["album", "Record"],
        ["created", "1999"],
        ["sampleRate", "44100"],
        ["channels", "2"],
      ]),
    );
    expect(findings).toEqual([]);
  });

  it("says how much of a recording that declares its length is missing", async () => {
    const wav = makeWav();
    expect((await read(wav)).findings).toEqual([]);
    const cut = await read(wav.subarray(0, wav.length - 100));
    expect(cut.findings).toContainEqual(["media/truncated", { bytes: 100 }]);
    expect(cut.statuses).toContain("partial: damaged");
    // Written as it was recorded, to where nobody can go back.
    const streamed = Buffer.from(wav);
    streamed.writeUInt32LE(0xffffffff, 4);
    streamed.writeUInt32LE(0xffffffff, streamed.indexOf("data") + 4);
    expect((await read(streamed)).findings.map(([code]) => code)).not.toContain("media/truncated");
    const plain = mp3({ TIT2: "Song" });
    const first = plain.indexOf(Buffer.from([0xff, 0xfb]));
    const counted = Buffer.from(plain);
    counted.write("Info", first + 36, "latin1");
    counted.writeUInt32BE(3, first + 40);
    counted.writeUInt32BE(2, first + 44);
    counted.writeUInt32BE(plain.length - first, first + 48);
    expect((await read(counted)).findings).toEqual([]);
    const half = await read(counted.subarray(0, counted.length - 300));
    expect(half.findings).toContainEqual(["media/truncated", { bytes: 300 }]);
    expect(half.statuses).toContain("partial: damaged");
  });

  it("says that boxes and chunks reach beyond the end", () => {
    const box = Buffer.concat([Buffer.from("\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x40mdat", "latin1"), Buffer.alloc(56)]);
    expect(missingBytes(sourceOf(box))).toBe(0);
    expect(missingBytes(sourceOf(box.subarray(0, 50)))).toBe(30);
    expect(missingBytes(sourceOf(Buffer.concat([box, Buffer.alloc(40)])))).toBe(0);
    const aiff = Buffer.concat([Buffer.from("FORM\0\0\0\x1cAIFFSSND\0\0\0\x10", "latin1"), Buffer.alloc(16)]);
    expect(missingBytes(sourceOf(aiff))).toBe(0);
    expect(missingBytes(sourceOf(aiff.subarray(0, 26)))).toBe(10);
  });

  it("reads playing time of WAVE", async () => {
    const { fields } = await read(makeWav());
    expect(fields).toEqual(
      expect.arrayContaining([
        ["duration", "1"],
        ["sampleRate", "8000"],
        ["channels", "1"],
      ]),
    );
  });

  it("reports tags that cannot be instead of taking them over", async () => {
    const { fields, findings } = await read(mp3({ TIT2: "Song", TYER: "9999" }));
    expect(fields.some(([name]) => name === "created")).toBe(false);
    expect(findings).toEqual([["media/implausible", { what: "date" }]]);
  });

  it("turns what the library cannot read into a finding", async () => {
    const flac = Buffer.concat([Buffer.from("fLaC"), Buffer.from("00000005", "hex"), Buffer.alloc(3)]);
    const { findings, statuses } = await read(flac);
    expect(findings.map(([code]) => code)).toEqual(["media/damaged"]);
    expect(statuses).toEqual(["partial: damaged"]);
  });

  it("believes no negative or endless playing time, no impossible rates or places", () => {
    const problems: string[] = [];
    const format = { duration: -5, bitrate: Number.POSITIVE_INFINITY, sampleRate: -1, numberOfChannels: 5000 };
    const fields = [...mediaFields({ common: { location: "+95.0+200.0/" }, format }, (what) => problems.push(what))];
    expect(fields).toEqual([]);
    expect(problems).toEqual(["duration", "bitrate", "sampleRate", "channels", "position"]);
  });

  it("takes places in ISO 6709", () => {
    const fields = [
      ...mediaFields({ common: { location: "+48.8577+002.2950+035.000/" }, format: {} }, () => expect.unreachable()),
    ];
    expect(fields.map((field) => field.what === "field" && field.value)).toEqual(["48.8577", "2.295"]);
  });
});

it("a library cannot print while it is called, and can afterwards", async () => {
  const printed: unknown[] = [];
  const original = console.warn;
  console.warn = (word: unknown) => void printed.push(word);
  try {
    await callQuietly(async () => console.warn("evidence"));
    await expect(callQuietly(() => Promise.reject(new Error("bad")))).rejects.toThrow("bad");
    console.warn("after");
  } finally {
    console.warn = original;
  }
  expect(printed).toEqual(["after"]);
});
