/**
 * Icons and cursors: the directory, and each picture in it as PNG or as a bitmap with its mask. A single bitmap must look like a picture
 * behind its header: nothing in it is checked.
 *
 * Spec: ICONDIR, ICONDIRENTRY, BITMAPINFOHEADER of the Windows API; MS-WMF 2.2.2.3.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { looksLikePixels, repeatsItself } from "./pixels.ts";
import { pngCarver } from "./png.ts";

const headBytes = 22;
const entryBytes = 16;
const entryLimit = 256;
const bitmapHeader = 40;
const head = new FirstBytes(headBytes);
const cursorType = 2;

export const iconCarver: Carver = {
  id: "ico",
  family: "carver",
  name: "Windows icons and cursors",
  spec: "ICONDIR of the Windows API",
  level: "complete",
  kinds: [
    { id: "ico", name: "Windows icon", extension: "ico" },
    { id: "cur", name: "Windows cursor", extension: "cur" },
  ],
  // The planes of an icon are 0 or 1; a cursor has its hot spot there. The first picture is below 16 MiB and begins within 64 KiB.
  signatures: [
    signature("00 00 01 00 ?? 00 ?? ?? ?? 00 00 00 ?? 00 ?? ?? ?? 00 ?? ?? 00 00"),
    signature("00 00 01 00 ?? 00 ?? ?? ?? 00 01 00 ?? 00 ?? ?? ?? 00 ?? ?? 00 00"),
    signature("00 00 02 00 ?? 00 ?? ?? ?? 00 ?? 00 ?? 00 ?? ?? ?? 00 ?? ?? 00 00"),
  ],
  limitBytes: 1 << 26,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end) || head.u16(0) !== 0) return null;
    const cursor = head.u16(2) === cursorType;
    const count = head.u16(4);
    const first = 6 + count * entryBytes;
    if (count === 0 || count > entryLimit || head.u32(18) < first || head.u32(18) > first + 1024) return null;
    const window = new CarveWindow(source, end);
    let last = first;
    let sure = 0;
    for (let i = 0; i < count; i++) {
      const entry = entryAt(window, at + 6 + i * entryBytes, cursor);
      if (entry === null || entry.offset < first || entry.offset + entry.bytes > this.limitBytes) return null;
      if (!window.has(at + entry.offset, entry.bytes)) return null;
      const body = bodyOf(window, at + entry.offset, entry);
      if (body === "none") return null;
      if (body === "sure") sure++;
      last = Math.max(last, entry.offset + entry.bytes);
    }
    if (sure === 0 || repeatsItself(window, at, headBytes, at + first + bitmapHeader, end)) return null;
    return carvedAs(cursor ? "cur" : "ico", "complete", last);
  },
};

interface IconEntry {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly offset: number;
}

function entryAt(window: CarveWindow, at: number, cursor: boolean): IconEntry | null {
  if (!window.has(at, entryBytes) || window.u8(at + 3) !== 0) return null;
  if (!cursor && (window.u16(at + 4) > 1 || ![0, 1, 2, 4, 8, 16, 24, 32].includes(window.u16(at + 6)))) return null;
  const bytes = window.u32(at + 8);
  if (bytes <= bitmapHeader) return null;
  const [width, height] = [window.u8(at) || 256, window.u8(at + 1) || 256];
  return { width, height, bytes, offset: window.u32(at + 12) };
}

/** `header`: a bitmap whose header fits the entry, and whose samples say nothing. */
function bodyOf(window: CarveWindow, at: number, entry: IconEntry): "none" | "header" | "sure" {
  if (window.u32be(at) === 0x89504e47) {
    const png = pngCarver.carve(window.source, at, Math.min(window.end, at + entry.bytes));
    return png?.verdict === "complete" ? "sure" : "none";
  }
  const [width, height, bits] = [window.u32(at + 4), window.u32(at + 8), window.u16(at + 14)];
  if (window.u32(at) !== bitmapHeader || width !== entry.width || window.u16(at + 12) !== 1) return "none";
  if ((height !== entry.height * 2 && height !== entry.height) || window.u32(at + 16) !== 0) return "none";
  if (![1, 4, 8, 16, 24, 32].includes(bits)) return "none";
  const colours = bits > 8 ? 0 : window.u32(at + 32) || 1 << bits;
  const stride = Math.ceil((width * bits) / 32) * 4;
  const maskStride = Math.ceil(width / 32) * 4;
  const samplesAt = at + bitmapHeader + colours * 4;
  const needed = samplesAt - at + stride * entry.height + (height > entry.height ? maskStride * entry.height : 0);
  // Some writers leave the mask out of pictures with an alpha channel.
  if (colours > 256 || needed - (bits === 32 ? maskStride * entry.height : 0) > entry.bytes) return "none";
  const used = Math.ceil((width * bits) / 8);
  const samples = looksLikePixels(window, { at: samplesAt, stride, used, rows: entry.height });
  return samples ? "sure" : "header";
}
