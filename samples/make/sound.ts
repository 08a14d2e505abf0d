/** Sound: a WAV with an information list, an MP3 with an ID3v2.3 tag. */
import { Buffer } from "node:buffer";

function riffChunk(type: string, body: Uint8Array): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

/** PCM, mono, 8 kHz, 8 bits: a tone of one second, with INFO texts (`INAM`, `IART` …). */
export function wav(info: Readonly<Record<string, string>>): Uint8Array {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(8000, 4);
  format.writeUInt32LE(8000, 8);
  format.writeUInt16LE(1, 12);
  format.writeUInt16LE(8, 14);
  const texts = Object.entries(info).map(([id, text]) => riffChunk(id, Buffer.from(`${text}\0`, "latin1")));
  // A square wave: sines differ in the last digit between machines.
  const tone = Buffer.from(Array.from({ length: 8000 }, (_, at) => (at % 20 < 10 ? 96 : 160)));
  const body = [
    riffChunk("fmt ", format),
    riffChunk("LIST", Buffer.concat([Buffer.from("INFO", "latin1"), ...texts])),
    riffChunk("data", tone),
  ];
  return riffChunk("RIFF", Buffer.concat([Buffer.from("WAVE", "latin1"), ...body]));
}

/** Thirty silent frames of MPEG-1 layer III, 128 kbit/s, 44.1 kHz, behind a tag with text frames (`TIT2`, `TPE1` …). */
export function mp3(texts: Readonly<Record<string, string>>): Uint8Array {
  const frames = Object.entries(texts).map(([id, text]) => {
    const body = Buffer.concat([Buffer.from([1, 0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    const head = Buffer.concat([Buffer.from(id, "latin1"), Buffer.alloc(6)]);
    head.writeUInt32BE(body.length, 4);
    return Buffer.concat([head, body]);
  });
  const tag = Buffer.concat(frames);
  const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 0]);
  // Sizes of tags have seven bits a byte (ID3v2.3 section 3.1).
  for (let place = 0; place < 4; place++) head[6 + place] = (tag.length >> (21 - place * 7)) & 0x7f;
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xfffb90c4, 0);
  return Buffer.concat([head, tag, ...new Array<Buffer>(30).fill(frame)]);
}
