/**
 * AIFF and AIFF-C: chunks to the end that the outermost one names, a description, and samples that can be those of a recording.
 * Spec: Audio Interchange File Format 1.3, AIFF-C 1991-08-26. Compressed codings are believed with a chunk behind the samples only.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { repeatsItself } from "../repeats.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";
import { isSound, leastSound, soundEnd } from "./samples.ts";
import type { SampleFormat } from "./samples.ts";

const headerBytes = 12;
const chunkHeaderBytes = 8;
/** The samples chunk begins with an offset and a block size. */
const soundHeaderBytes = 8;
const chunkLimit = 1000;
const chunkNames =
  /^(COMM|SSND|FVER|MARK|INST|MIDI|AESD|APPL|COMT|NAME|AUTH|\(c\) |ANNO|SAXL|ID3 |id3 |CHAN|basc|trns|cate|FLLR|LGWV|AFAn|PEAK|bext|iXML|JUNK|SFX!|minf|elm1)$/;

interface Aiff {
  format: SampleFormat | null;
  isDescribed: boolean;
  soundAt: number;
  soundEnd: number;
  chunksBehind: number;
  end: number;
}

/** The `COMM` chunk: channels, frames, bits, and in AIFF-C the coding. */
function readDescription(window: CarveWindow, at: number, isCompressed: boolean, aiff: Aiff): boolean {
  const [channels, bits] = [window.u16be(at), window.u16be(at + 6)];
  // The exponent of the sampling rate, an 80-bit number: 1 Hz to 1 MHz.
  const exponent = window.u16be(at + 8) - 16383;
  if (channels === 0 || channels > 64 || bits === 0 || bits > 64 || exponent < 0 || exponent > 20) return false;
  aiff.isDescribed = true;
  const name = isCompressed
    ? window.bytes(at + 18, 4).reduce((text, byte) => text + String.fromCharCode(byte), "")
    : "NONE";
  const coding = codings.get(name);
  if (coding === undefined) return true;
  const bytes = coding === "a-law" || coding === "u-law" ? 1 : Math.ceil(bits / 8);
  if (bytes > (coding === "float" ? 8 : 4)) return false;
  aiff.format = { coding, bytes, channels, isBigEndian: name !== "sowt", isSigned: true };
  return true;
}

const codings: ReadonlyMap<string, SampleFormat["coding"]> = new Map([
  ["NONE", "linear"],
  ["twos", "linear"],
  ["sowt", "linear"],
  ["in24", "linear"],
  ["in32", "linear"],
  ["fl32", "float"],
  ["FL32", "float"],
  ["fl64", "float"],
  ["alaw", "a-law"],
  ["ALAW", "a-law"],
  ["ulaw", "u-law"],
  ["ULAW", "u-law"],
]);

function walkChunks(window: CarveWindow, at: number, to: number, isCompressed: boolean): Aiff | null {
  const aiff: Aiff = { format: null, isDescribed: false, soundAt: -1, soundEnd: -1, chunksBehind: 0, end: at };
  for (let i = 0, place = at; i < chunkLimit && place < to && window.has(place, chunkHeaderBytes); i++) {
    const name = String.fromCharCode(...window.view(place, 4));
    if (!chunkNames.test(name)) break;
    const body = place + chunkHeaderBytes;
    const size = window.u32be(place + 4);
    if (name === "COMM" && (size < 18 || !readDescription(window, body, isCompressed, aiff))) return null;
    if (name === "SSND") {
      aiff.soundAt = body + soundHeaderBytes + window.u32be(body);
      aiff.soundEnd = body + size;
    } else if (!window.has(body, size)) break;
    else if (aiff.soundAt >= 0) aiff.chunksBehind++;
    aiff.end = body + size;
    place = body + size + (size & 1);
  }
  return aiff.isDescribed && aiff.soundAt >= 0 && aiff.soundAt < aiff.soundEnd ? aiff : null;
}

/** Cut by the end: the samples reach as far as they sound. */
function openEnded(window: CarveWindow, aiff: Aiff, at: number): Carved | null {
  if (aiff.format === null) return null;
  const to = soundEnd(window, aiff.soundAt, aiff.format);
  return to - aiff.soundAt < leastSound ? null : carvedAs("aiff", "truncated", to - at);
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  const isCompressed = head[11] === 0x43;
  if (!isCompressed && head[11] !== 0x46) return null;
  if (!startsWith(head, "FORM") || head[headerBytes]! < 0x20) return null;
  const window = new CarveWindow(source, end);
  const to = at + chunkHeaderBytes + window.u32be(at + 4);
  const aiff = walkChunks(window, at + headerBytes, to, isCompressed);
  if (aiff === null || repeatsItself(window, at)) return null;
  const isSo =
    to > window.end ||
    aiff.chunksBehind > 0 ||
    (aiff.format !== null && isSound(window, aiff.soundAt, aiff.soundEnd, aiff.format));
  if (!isSo) return null;
  if (Math.max(to, aiff.soundEnd) > window.end) return openEnded(window, aiff, at);
  if (aiff.end < to - 1) return carvedAs("aiff", "truncated", Math.min(aiff.end, window.end) - at);
  return carvedAs("aiff", "complete", Math.max(to, aiff.soundEnd) - at);
}

export const aiffCarver: Carver = {
  id: "aiff",
  family: "carver",
  name: "AIFF audio",
  spec: "Audio Interchange File Format 1.3; AIFF-C",
  level: "partial",
  kinds: [{ id: "aiff", name: "AIFF audio", extension: "aiff" }],
  signatures: [signature("46 4f 52 4d ?? ?? ?? ?? 41 49 46 46"), signature("46 4f 52 4d ?? ?? ?? ?? 41 49 46 43")],
  limitBytes: 2 ** 32,
  unchecked: "plain",
  carve,
};
