/** Structural checks that tell pictures apart whose signatures are short or shared. */
import type { Probe } from "./probe.ts";

/** DIB header sizes in use: OS/2 1 and 2, Windows 3, 4, 5 (MS-WMF 2.2.2.1 and the OS/2 variants). */
const dibHeaderSizes = [12, 16, 40, 52, 56, 64, 108, 124];

export function plausibleBmp(probe: Probe): boolean {
  return dibHeaderSizes.includes(probe.u32le(14)) && probe.u32le(10) >= 14 + 12 && probe.u32le(10) < 0x1000000;
}

/** Every directory entry points behind the directory and its picture has a DIB or PNG header. */
export function plausibleIcon(probe: Probe): boolean {
  const count = probe.u16le(4);
  if (count < 1 || count > 256 || probe.u8(9) !== 0) return false;
  const at = probe.u32le(18);
  const length = probe.u32le(14);
  if (length < 16 || at < 6 + 16 * count || at > 0x1000000) return false;
  if (at >= probe.size) return probe.size < 6 + 16 * count;
  return probe.u32le(at) === 40 || probe.u32be(at) === 0x89504e47 || probe.u32le(at) === 12;
}

/** TGA 2 has a footer; TGA 1 has only a header whose every field must be plausible. */
export function isTga(probe: Probe): boolean {
  if (probe.tail.length >= 26) {
    const footer = Buffer.from(probe.tail.subarray(probe.tail.length - 18)).toString("latin1");
    if (footer === "TRUEVISION-XFILE.\0") return true;
  }
  const [mapType, kind, depth] = [probe.u8(1), probe.u8(2), probe.u8(16)];
  if (mapType > 1 || ![1, 2, 3, 9, 10, 11].includes(kind) || ![8, 15, 16, 24, 32].includes(depth)) return false;
  const mapped = kind === 1 || kind === 9;
  if (mapped !== (mapType === 1)) return false;
  if (
    mapped ? ![15, 16, 24, 32].includes(probe.u8(7)) || probe.u16le(5) === 0 : probe.u32le(3) !== 0 || probe.u8(7) !== 0
  )
    return false;
  const [width, height] = [probe.u16le(12), probe.u16le(14)];
  if (width === 0 || height === 0 || (probe.u8(17) & 0xc0) !== 0) return false;
  const data = 18 + probe.u8(0) + (mapped ? Math.ceil((probe.u16le(5) * probe.u8(7)) / 8) : 0);
  const pixels = width * height * Math.ceil(depth / 8);
  return kind < 4 ? probe.size >= data + pixels && probe.size < data + pixels + 4096 : probe.size > data + pixels / 130;
}

/** Camera raws are TIFFs; maker and private tags of the first directory tell which. */
export function refineTiff(probe: Probe): string | null {
  if (probe.ascii(8, 2) === "CR" && probe.u8(10) === 2) return "cr2";
  const little = probe.u8(0) === 0x49;
  const u16 = (at: number): number => (little ? probe.u16le(at) : probe.u16be(at));
  const u32 = (at: number): number => (little ? probe.u32le(at) : probe.u32be(at));
  if (u16(2) !== 42) return null;
  const directory = u32(4);
  const tags = new Map<number, number>();
  for (let index = 0, count = Math.min(u16(directory), 256); index < count; index++) {
    tags.set(u16(directory + 2 + 12 * index), directory + 2 + 12 * index);
  }
  if (tags.has(0xc612)) return "dng";
  const maker = tags.get(0x010f);
  if (maker === undefined) return null;
  const name = probe.ascii(u32(maker + 4) > 4 ? u32(maker + 8) : maker + 8, 16).toUpperCase();
  // A raw keeps its sensor data in a sub-directory or marks its first picture as a reduced one; exported TIFFs do neither.
  const reduced = tags.has(0x014a) || (tags.has(0x00fe) && u32(tags.get(0x00fe)! + 8) === 1);
  if (name.startsWith("NIKON") && reduced) return "nef";
  if (name.startsWith("SONY") && (reduced || tags.has(0xc634))) return "arw";
  if (name.startsWith("SAMSUNG") && reduced) return "srw";
  const compression = tags.get(0x0103);
  if (
    (name.startsWith("PENTAX") || name.startsWith("RICOH")) &&
    compression !== undefined &&
    u16(compression + 8) === 65535
  )
    return "pef";
  return null;
}
