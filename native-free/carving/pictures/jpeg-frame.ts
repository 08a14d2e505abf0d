/** Frame and scan headers of JPEG. Spec: ITU-T T.81 sections B.2.2, B.2.3 and A.1.1, A.2. */
import type { CarveWindow } from "../carve-window.ts";
import type { HuffmanTable } from "./jpeg-huffman.ts";

export interface JpegComponent {
  readonly id: number;
  readonly wide: number;
  readonly high: number;
  readonly quantTable: number;
  /** Blocks that it has in a scan of its own. */
  readonly blocks: number;
  /** Times that a scan began its DC coefficients. */
  starts: number;
  /** Of a progressive picture: two words of bits a block, for coefficients that are not zero. Null before the first AC scan. */
  nonzero: Uint32Array | null;
}

export interface JpegFrame {
  readonly precision: number;
  readonly progressive: boolean;
  /** Arithmetic, lossless, differential: the scans are not decoded. */
  readonly opaque: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  /** MCUs of a scan of several components. */
  readonly units: number;
}

/** One block of an MCU: whose it is, and the tables it is coded with. */
export interface ScanBlock {
  /** Index among the components of the scan, for the DC prediction. */
  readonly component: number;
  readonly dc: HuffmanTable | null;
  readonly ac: HuffmanTable | null;
  /** Largest DC value that a sample can lead to, either sign. */
  readonly dcMost: number;
}

export interface ScanHeader {
  readonly components: readonly JpegComponent[];
  readonly blocks: readonly ScanBlock[];
  readonly units: number;
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

export interface JpegTables {
  readonly dc: (HuffmanTable | null)[];
  readonly ac: (HuffmanTable | null)[];
  /** First value of each quantisation table; 0 where there is none. */
  readonly quant: number[];
}

const blockSide = 8;
const mostBlocks = 10;
const coefficients = 64;
/** Frames of DCT with Huffman codes: baseline, extended, progressive. */
const baseline = 0xc0;
const extended = 0xc1;
const progressiveFrame = 0xc2;
/** DC coefficients are eight times the mean of a block; what rounds beyond it stays below twice that. */
const dcReach = 2048;

/** The frame header whose segment body is `at`, `length` bytes; null where it contradicts itself. */
export function readFrame(window: CarveWindow, marker: number, at: number, length: number): JpegFrame | null {
  const precision = window.u8(at);
  const height = window.u16be(at + 1);
  const width = window.u16be(at + 3);
  const count = window.u8(at + 5);
  const opaque = marker !== baseline && marker !== extended && marker !== progressiveFrame;
  if (length !== 6 + count * 3 || count < 1 || count > 4 || width === 0 || height === 0) return null;
  if (opaque ? precision < 2 || precision > 16 : precision !== 8 && precision !== 12) return null;
  let wideMost = 1;
  let highMost = 1;
  for (let i = 0; i < count; i++) {
    const sampling = window.u8(at + 7 + i * 3);
    const wide = sampling >> 4;
    const high = sampling & 15;
    if (wide < 1 || wide > 4 || high < 1 || high > 4 || window.u8(at + 8 + i * 3) > 3) return null;
    wideMost = Math.max(wideMost, wide);
    highMost = Math.max(highMost, high);
  }
  const components: JpegComponent[] = [];
  for (let i = 0; i < count; i++) {
    const wide = window.u8(at + 7 + i * 3) >> 4;
    const high = window.u8(at + 7 + i * 3) & 15;
    const blocksWide = Math.ceil(Math.ceil((width * wide) / wideMost) / blockSide);
    const blocksHigh = Math.ceil(Math.ceil((height * high) / highMost) / blockSide);
    const [id, quantTable] = [window.u8(at + 6 + i * 3), window.u8(at + 8 + i * 3)];
    components.push({ id, wide, high, quantTable, blocks: blocksWide * blocksHigh, starts: 0, nonzero: null });
  }
  const units = Math.ceil(width / (blockSide * wideMost)) * Math.ceil(height / (blockSide * highMost));
  return { precision, progressive: marker === progressiveFrame, opaque, width, height, components, units };
}

/** The scan header whose segment body is `at`; null where it contradicts the frame or names tables that are not there. */
export function readScan(
  window: CarveWindow,
  at: number,
  length: number,
  frame: JpegFrame,
  tables: JpegTables,
): ScanHeader | null {
  const count = window.u8(at);
  if (count < 1 || count > 4 || length !== 4 + count * 2) return null;
  const first = window.u8(at + 1 + count * 2);
  const last = window.u8(at + 2 + count * 2);
  const [high, low] = [window.u8(at + 3 + count * 2) >> 4, window.u8(at + 3 + count * 2) & 15];
  if (!frame.opaque && !isSpectrum(frame, count, first, last, high, low)) return null;
  const components: JpegComponent[] = [];
  const blocks: ScanBlock[] = [];
  for (let i = 0; i < count; i++) {
    const id = window.u8(at + 1 + i * 2);
    const selectors = window.u8(at + 2 + i * 2);
    const component = frame.components.find((one) => one.id === id);
    if (component === undefined || components.includes(component) || (selectors >> 4) & 12 || selectors & 12)
      return null;
    components.push(component);
    const dc = tables.dc[selectors >> 4] ?? null;
    const ac = tables.ac[selectors & 15] ?? null;
    if (!frame.opaque && ((first === 0 && high === 0 && dc === null) || (last > 0 && ac === null))) return null;
    const step = tables.quant[component.quantTable] || 1;
    const dcMost = Math.ceil((dcReach * 2 ** (frame.precision - 8)) / (step * 2 ** low)) + 1;
    const times = count === 1 ? 1 : component.wide * component.high;
    for (let k = 0; k < times; k++) blocks.push({ component: i, dc, ac, dcMost });
  }
  if (blocks.length > mostBlocks) return null;
  const units = count === 1 ? (components[0] as JpegComponent).blocks : frame.units;
  return { components, blocks, units, first, last, high, low };
}

/** Section G.1.1.1: DC and AC apart, AC of one component only, one bit more with each refinement. */
function isSpectrum(frame: JpegFrame, count: number, first: number, last: number, high: number, low: number): boolean {
  // Some writers of sequential pictures leave the last one 0.
  if (!frame.progressive) return first === 0 && (last === coefficients - 1 || last === 0) && high === 0 && low === 0;
  if (last >= coefficients || first > last || low > 13) return false;
  if (first === 0 ? last !== 0 : count !== 1) return false;
  return high === 0 || high === low + 1;
}
