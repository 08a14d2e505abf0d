/* oxlint-disable no-console -- the console is what is tested here */
import { describe, expect, it } from "vitest";
import { callQuietly } from "../../../native-free/extractors/library-call.ts";
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
