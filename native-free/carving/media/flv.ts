/** Flash video: tags, each followed by its own length once more. Spec: Adobe Flash Video File Format 10.1, annex E. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek, startsWith } from "../peek.ts";

const headerBytes = 9;
const backPointerBytes = 4;
const tagHeaderBytes = 11;
const leastTags = 3;
const tagTypes = new Set([8, 9, 18]);

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (!startsWith(head, "FLV\x01") || (head[4]! & 0xfa) !== 0 || !startsWith(head, "\0\0\0\x09\0\0\0\0", 5))
    return null;
  const window = new CarveWindow(source, end);
  let to = at + headerBytes + backPointerBytes;
  let isWhole = false;
  for (let tags = 0; ; tags++) {
    const isTag =
      window.has(to, tagHeaderBytes) && tagTypes.has(window.u8(to) & 0x1f) && (window.u32be(to + 7) & 0xff_ffff) === 0;
    const length = tagHeaderBytes + (window.u32be(to) & 0xff_ffff);
    const isSound = isTag && window.has(to + length, backPointerBytes) && window.u32be(to + length) === length;
    if (!isSound) {
      if (tags < leastTags) return null;
      // What begins like a tag and does not end like one was cut.
      isWhole = !isTag || length === tagHeaderBytes;
      break;
    }
    to += length + backPointerBytes;
  }
  return carvedAs("flv", isWhole ? "complete" : "truncated", to - at);
}

export const flvCarver: Carver = {
  id: "flv",
  family: "carver",
  name: "Flash video",
  spec: "Adobe Flash Video File Format 10.1, annex E",
  level: "complete",
  kinds: [{ id: "flv", name: "Flash video", extension: "flv" }],
  signatures: [signature("46 4c 56 01 ?? 00 00 00 09 00 00 00 00")],
  limitBytes: 2 ** 40,
  carve,
};
