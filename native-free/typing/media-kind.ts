/** Structural checks of audio and video. */
import { guessCharset } from "./charset.ts";
import type { Probe } from "./probe.ts";

const bitratesLayer3V1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const bitratesLayer2V1 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const bitratesLayer1V1 = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
const bitratesLayer1V2 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const bitratesV2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const sampleRates = [44100, 48000, 32000];

/** Length of the MPEG audio frame that starts here, 0 where none does (ISO/IEC 11172-3 2.4.2.3). */
export function mpegFrameLength(probe: Probe, at: number): number {
  const [b0, b1, b2] = [probe.u8(at), probe.u8(at + 1), probe.u8(at + 2)];
  if (b0 !== 0xff || (b1 & 0xe0) !== 0xe0) return 0;
  const version = (b1 >> 3) & 3;
  const layer = (b1 >> 1) & 3;
  const rateIndex = b2 >> 4;
  const sampleIndex = (b2 >> 2) & 3;
  if (version === 1 || layer === 0 || rateIndex === 0 || rateIndex === 15 || sampleIndex === 3) return 0;
  const first = version === 3;
  const table =
    layer === 3
      ? first
        ? bitratesLayer1V1
        : bitratesLayer1V2
      : !first
        ? bitratesV2
        : layer === 2
          ? bitratesLayer2V1
          : bitratesLayer3V1;
  const bits = table[rateIndex]! * 1000;
  const rate = sampleRates[sampleIndex]! / (first ? 1 : version === 2 ? 2 : 4);
  const padding = (b2 >> 1) & 1;
  if (layer === 3) return (Math.floor((12 * bits) / rate) + padding) * 4;
  const samplesPerByte = layer === 1 && !first ? 72 : 144;
  return Math.floor((samplesPerByte * bits) / rate) + padding;
}

/** A header is two bytes of evidence; another of the same stream where its frame ends, or a tag there, is proof. */
export function isMpegAudio(probe: Probe): boolean {
  const length = mpegFrameLength(probe, 0);
  if (length === 0 || isMarkedText(probe)) return false;
  if (endsInTag(probe, length) || namesItself(probe)) return true;
  // Version, layer and sampling rate hold for a whole stream (ISO/IEC 11172-3 2.4.2.3).
  const isSameStream =
    ((probe.u8(1) ^ probe.u8(length + 1)) & 0x1e) === 0 && ((probe.u8(2) ^ probe.u8(length + 2)) & 0x0c) === 0;
  return isSameStream && mpegFrameLength(probe, length) > 0;
}

/** FF FE is the mark of UTF-16 and the head of an MPEG frame: what reads as text after the mark is text. */
function isMarkedText(probe: Probe): boolean {
  return (
    probe.u8(0) === 0xff && probe.u8(1) === 0xfe && guessCharset(probe.head, probe.head.length === probe.size) !== null
  );
}

/** The only frame of a file may be followed by a tag: ID3v1 or APE. */
function endsInTag(probe: Probe, at: number): boolean {
  return (at + 128 === probe.size && probe.ascii(at, 3) === "TAG") || probe.ascii(at, 8) === "APETAGEX";
}

/** Encoders put a table of contents into the first frame, behind the side information of its layer and channels. */
function namesItself(probe: Probe): boolean {
  return [13, 21, 36].some((at) => /^(Xing|Info)$/.test(probe.ascii(at, 4))) || probe.ascii(36, 4) === "VBRI";
}

/** Two ADTS headers in a row (ISO/IEC 13818-7 6.2). */
export function isAdts(probe: Probe): boolean {
  const length = adtsFrameLength(probe, 0);
  // Profile, sampling rate and channels hold for a whole stream; a rate of its own (15) is written by some encoders.
  const isSameStream = probe.u16be(0) === probe.u16be(length) && probe.u8(2) === probe.u8(length + 2);
  return length > 7 && isSameStream && adtsFrameLength(probe, length) > 0;
}

function adtsFrameLength(probe: Probe, at: number): number {
  if (probe.u8(at) !== 0xff || (probe.u8(at + 1) & 0xf6) !== 0xf0) return 0;
  if ([13, 14].includes((probe.u8(at + 2) >> 2) & 15)) return 0;
  return ((probe.u8(at + 3) & 3) << 11) | (probe.u8(at + 4) << 3) | (probe.u8(at + 5) >> 5);
}

/** Sync byte 0x47 every 188 bytes, or every 192 where a time code precedes each packet. */
export function isMpegTransport(probe: Probe): boolean {
  for (const [start, step] of [
    [0, 188],
    [4, 192],
  ] as const) {
    const packets = Math.min(8, Math.floor((probe.size - start) / step));
    if (packets < 3) continue;
    let index = 0;
    while (index < packets && probe.u8(start + index * step) === 0x47) index++;
    if (index === packets) return true;
  }
  return false;
}

/** What follows an ID3v2 tag decides: FLAC and AAC writers prepend one too. */
export function refineId3(probe: Probe): string | null {
  const length = (probe.u8(6) << 21) | (probe.u8(7) << 14) | (probe.u8(8) << 7) | probe.u8(9);
  const at = 10 + length + (probe.u8(5) & 0x10 ? 10 : 0);
  const next = probe.ascii(at, 4);
  if (next === "fLaC") return "flac";
  if (next.startsWith("MAC ")) return "ape";
  if (next.startsWith("MP+") || next === "MPCK") return "musepack";
  if (next === "TTA1") return "tta";
  if (next === "wvpk") return "wavpack";
  return adtsFrameLength(probe, at) > 7 ? "aac" : null;
}

const brands: readonly (readonly [RegExp, string])[] = [
  [/^qt  /, "quicktime"],
  [/^(M4A |M4B |M4P |F4A |F4B )/, "m4a"],
  [/^(M4V |M4VH|M4VP)/, "m4v"],
  [/^(3gp|3gr|3gs|3ge|3gg)/, "3gp"],
  [/^(3g2|KDDI)/, "3g2"],
  [/^(avif|avis)/, "avif"],
  [/^(heic|heix|hevc|hevx|heim|heis)/, "heic"],
  [/^(mif1|msf1)/, "heif"],
  [/^crx /, "cr3"],
  [/^mjp2/, "mj2"],
  [/^(mp4|isom|iso\d|avc1|mmp4|dash|MSNV|M4VP|F4V|F4P|NDS|cmf|hvc1|av01|XAVC|kddi|mp7|mp21)/i, "mp4"],
];

/** The major brand, then the compatible ones (ISO/IEC 14496-12 4.3). */
export function refineBmff(probe: Probe): string | null {
  const length = Math.min(probe.u32be(0), 256);
  const major = probe.ascii(8, 4).replaceAll("\0", " ");
  const list = [major];
  for (let at = 16; at + 4 <= length; at += 4) list.push(probe.ascii(at, 4));
  if (major === "mif1" || major === "msf1") {
    if (list.includes("avif")) return "avif";
    return "heif";
  }
  for (const brand of list) {
    for (const [pattern, id] of brands) if (pattern.test(brand)) return id;
  }
  return null;
}

/** DocType inside the EBML header (RFC 8794 11.2.3): element 0x4282 with its length. */
export function refineEbml(probe: Probe): string | null {
  const header = probe.ascii(0, 256);
  const at = header.indexOf("\x42\x82");
  if (at < 0) return null;
  const kind = header.slice(at + 3, at + 3 + (header.charCodeAt(at + 2) & 0x7f)).replaceAll("\0", "");
  return kind === "webm" ? "webm" : kind === "matroska" ? "matroska" : null;
}

/** First packet of the first stream (RFC 5334). */
export function refineOgg(probe: Probe): string | null {
  const packet = probe.ascii(27 + probe.u8(26), 16);
  if (packet.startsWith("\x80theora") || packet.startsWith("BBCD")) return "ogv";
  if (packet.startsWith("\x01video")) return "ogm";
  if (/^(\x01vorbis|OpusHead|Speex {3}|\x7fFLAC|PCM {5})/.test(packet)) return "oga";
  // A skeleton comes first where video and audio are muxed; its companions follow as first pages.
  if (packet.startsWith("fishead\0")) return /\x80theora/.test(probe.ascii(0, 4096)) ? "ogv" : null;
  return null;
}

const asfAudio = Buffer.from("409e69f84d5bcf11a8fd00805f5c442b", "hex");
const asfVideo = Buffer.from("c0ef19bc4d5bcf11a8fd00805f5c442b", "hex");

/** Stream types named in the header object (ASF 1.2 section 10.4). */
export function refineAsf(probe: Probe): string | null {
  const head = Buffer.from(probe.bytes(0, Math.min(probe.u64le(16), 65_536)));
  if (head.includes(asfVideo)) return "wmv";
  return head.includes(asfAudio) ? "wma" : null;
}
