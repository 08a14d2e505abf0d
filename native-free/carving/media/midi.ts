/**
 * MIDI files: a header, then as many tracks as it says, each walked event by event to its end.
 * Spec: Standard MIDI Files 1.0 (RP-001).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";

const headerBytes = 14;
const chunkHeaderBytes = 8;
const endOfTrack = 0x2f;

/** A number of up to four bytes, seven bits each; `to` is behind it, or -1 where there are more bytes. */
class Quantity {
  value = 0;
  to = 0;

  at(window: CarveWindow, at: number): this {
    this.value = 0;
    this.to = -1;
    for (let i = 0; i < 4; i++) {
      const byte = window.u8(at + i);
      this.value = this.value * 128 + (byte & 0x7f);
      if (byte < 0x80) {
        this.to = at + i + 1;
        return this;
      }
    }
    return this;
  }
}

/** How many bytes follow the status of a voice message. */
const dataBytes = (status: number): number => ((status & 0xe0) === 0xc0 ? 1 : 2);

/** Whether the events of a track fill it and the last one says so. */
function isTrack(window: CarveWindow, from: number, end: number): boolean {
  const quantity = new Quantity();
  let running = 0;
  let at = from;
  while (at < end) {
    at = quantity.at(window, at).to;
    if (at < 0 || at >= end) return false;
    let status = window.u8(at);
    if (status < 0x80) status = running;
    else at++;
    if (status < 0x80) return false;
    if (status < 0xf0) {
      running = status;
      for (let i = dataBytes(status); i > 0; i--) if (window.u8(at++) > 0x7f) return false;
      continue;
    }
    if (status !== 0xf0 && status !== 0xf7 && status !== 0xff) return false;
    const meta = status === 0xff ? window.u8(at++) : -1;
    if (meta > 0x7f || quantity.at(window, at).to < 0) return false;
    at = quantity.to + quantity.value;
    if (meta === endOfTrack) return at === end;
  }
  return false;
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (!startsWith(head, "MThd\0\0\0\x06\0") || head[9]! > 2 || !startsWith(head, "MTrk", headerBytes)) return null;
  const tracks = head[10]! * 256 + head[11]!;
  if (tracks === 0 || (head[9] === 0 && tracks !== 1) || (head[12] === 0 && head[13] === 0)) return null;
  const window = new CarveWindow(source, end);
  let to = at + headerBytes;
  for (let track = 0; track < tracks; track++) {
    const length = window.u32be(to + 4);
    const isWhole = window.isText(to, "MTrk") && window.has(to + chunkHeaderBytes, length);
    if (!isWhole || !isTrack(window, to + chunkHeaderBytes, to + chunkHeaderBytes + length)) {
      // The first track holds the tempo and little else; two sound ones are a beginning.
      return track > 1 ? carvedAs("midi", "truncated", to - at) : null;
    }
    to += chunkHeaderBytes + length;
  }
  return carvedAs("midi", "complete", to - at);
}

export const midiCarver: Carver = {
  id: "midi",
  family: "carver",
  name: "MIDI music",
  spec: "Standard MIDI Files 1.0",
  level: "complete",
  kinds: [{ id: "midi", name: "MIDI music", extension: "mid" }],
  signatures: [textSignature("MThd\0\0\0\x06")],
  limitBytes: 2 ** 26,
  carve,
};
