/**
 * Decodes the codes of one scan of a JPEG picture, without the values they stand for: whether every code is one, every run stays inside
 * of its block, the restart markers come where they must, and as many blocks are there as the frame has.
 *
 * Spec: ITU-T T.81 annexes F.2 (sequential) and G.1.2, G.2 (progressive).
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { JpegBits } from "./jpeg-bits.ts";
import type { JpegComponent, ScanBlock, ScanHeader } from "./jpeg-frame.ts";
import { endOfBlock, longSkip, quickShift, symbolOf } from "./jpeg-huffman.ts";
import type { HuffmanTable } from "./jpeg-huffman.ts";

const firstRestart = 0xd0;
/** Zeros or ones that some writers leave between the last code and a marker. */
const slackBytes = 2;
/** Larger pictures (about 350 million samples) are not followed through their refinements. */
const mapBytesLimit = 1 << 26;

/** A scan under way; stands at a unit (an MCU, or a block of a scan of one component). */
export class JpegScan {
  readonly header: ScanHeader;
  readonly progressive: boolean;
  readonly interval: number;
  unit = 0;
  /** Units until the next restart marker. */
  untilRestart: number;
  restarts = 0;
  eobRun = 0;
  /** DC prediction of each component. */
  readonly dc = new Int32Array(4);
  #first = 0;
  #second = 0;
  #third = 0;
  #fourth = 0;
  /** First byte of the codes. */
  readonly begin: number;
  /** Where the unit begins. */
  place: number;
  bit = 0;

  constructor(header: ScanHeader, progressive: boolean, interval: number, place: number) {
    this.header = header;
    this.progressive = progressive;
    this.interval = interval;
    this.untilRestart = interval;
    this.begin = place;
    this.place = place;
  }

  /** A copy that can go its own way. */
  copy(header: ScanHeader): JpegScan {
    const copy = new JpegScan(header, this.progressive, this.interval, this.begin);
    copy.place = this.place;
    copy.unit = this.unit;
    copy.untilRestart = this.untilRestart;
    copy.restarts = this.restarts;
    copy.eobRun = this.eobRun;
    copy.bit = this.bit;
    copy.dc.set(this.dc);
    return copy;
  }

  /** Goes on to the end of the scan. True: `place` is that of the marker behind it. False: `place` is where the last sound unit ends. */
  run(bits: JpegBits, source: ByteSource, end: number): boolean {
    const decode = decoderOf(this);
    if (decode === null) return false;
    const { units } = this.header;
    bits.begin(source, this.place, this.bit, end);
    while (this.unit < units) {
      const wanted = this.interval > 0 ? Math.min(this.untilRestart, units - this.unit) : units - this.unit;
      const done = decode(this, bits, wanted);
      this.unit += done;
      this.untilRestart -= done;
      if (done < wanted) return this.#stand(bits);
      if (this.unit < units && !this.#restart(bits, source, end)) return this.#stand(bits);
    }
    if (bits.left < 0 || bits.left > slackBytes) return this.#stand(bits);
    this.place = bits.stop;
    this.bit = 0;
    return true;
  }

  keepDc(): void {
    const { dc } = this;
    this.#first = dc[0] as number;
    this.#second = dc[1] as number;
    this.#third = dc[2] as number;
    this.#fourth = dc[3] as number;
  }

  /** Back to the begin of a unit that is not sound; returns the units in front of it. */
  giveUp(unit: number): number {
    this.dc.set([this.#first, this.#second, this.#third, this.#fourth]);
    return unit;
  }

  #stand(bits: JpegBits): false {
    this.place = bits.place(bits.bit);
    this.bit = bits.bit & 7;
    return false;
  }

  #restart(bits: JpegBits, source: ByteSource, end: number): boolean {
    if (bits.left < 0 || bits.left > slackBytes) return false;
    let at = bits.stop;
    // Any number of 0xff may stand in front of a marker; no writer uses more than a few.
    while (byteAt(source, at + 1, end) === 0xff && at < bits.stop + 16) at++;
    if (byteAt(source, at + 1, end) !== firstRestart + (this.restarts & 7)) return false;
    this.restarts++;
    this.untilRestart = this.interval;
    this.eobRun = 0;
    this.dc.fill(0);
    bits.begin(source, at + 2, 0, end);
    return true;
  }
}

const oneByte = new Uint8Array(1);

function byteAt(source: ByteSource, at: number, end: number): number {
  return at < end && source.readInto(oneByte, at) === 1 ? (oneByte[0] as number) : -1;
}

/** Decodes up to `count` units and returns how many are sound; `bits.bit` is behind them. */
type Decoder = (scan: JpegScan, bits: JpegBits, count: number) => number;

/** Null where the map of coefficients would be too large to keep. */
function decoderOf(scan: JpegScan): Decoder | null {
  const { header } = scan;
  if (!scan.progressive) return sequentialUnits;
  if (header.first === 0) return header.high === 0 ? dcFirstUnits : dcRefineUnits;
  const component = header.components[0] as JpegComponent;
  if (component.blocks * 8 > mapBytesLimit) return null;
  component.nonzero ??= new Uint32Array(component.blocks * 2);
  return header.high === 0 ? acFirstUnits : acRefineUnits;
}

function sequentialUnits(scan: JpegScan, bits: JpegBits, count: number): number {
  const { view } = bits;
  const { blocks } = scan.header;
  const most = blocks.length;
  let bit = bits.bit;
  for (let unit = 0; unit < count; unit++) {
    if (bit > bits.low) {
      bits.refill();
      bit = bits.bit;
    }
    scan.keepDc();
    for (let i = 0; i < most; i++) {
      const block = blocks[i] as ScanBlock;
      bit = dcCode(view, bit, block, scan.dc);
      if (bit >= 0) bit = acCodes(view, bit, block.ac as HuffmanTable);
      if (bit < 0) return scan.giveUp(unit);
    }
    if (bit > bits.limit) return scan.giveUp(unit);
    bits.bit = bit;
  }
  return count;
}

/** The bit behind a DC difference; -1 where there is none, or where it leads beyond what a sample can be. */
function dcCode(view: DataView, bit: number, block: ScanBlock, dc: Int32Array): number {
  const table = block.dc as HuffmanTable;
  const entry = symbolOf(table, view.getUint32(bit >>> 3) << (bit & 7));
  const size = entry >>> 8;
  if (entry === 0 || size > 15) return -1;
  const behind = bit + (entry & 0xff);
  if (size === 0) return behind;
  const high = (view.getUint32(behind >>> 3) << (behind & 7)) >>> (32 - size);
  const value = (dc[block.component] as number) + (high >>> (size - 1) === 0 ? high + 1 - (1 << size) : high);
  if (value > block.dcMost || value < -block.dcMost) return -1;
  dc[block.component] = value;
  return behind + size;
}

/** The bit behind the AC coefficients of a block; -1 where a code is none or a run leaves the block. */
function acCodes(view: DataView, from: number, table: HuffmanTable): number {
  const { quickSkip, quickPair } = table;
  let bit = from;
  let k = 1;
  // One code leads on by 16 at most: up to here a second one belongs to the block as well.
  while (k < 48) {
    const word = view.getUint32(bit >>> 3) << (bit & 7);
    let entry = quickPair[word >>> quickShift] as number;
    if (entry === 0) {
      entry = longSkip(table, word);
      if (entry === 0) return -1;
    }
    bit += entry & 0xff;
    k += entry >>> 8;
  }
  while (k < 64) {
    const word = view.getUint32(bit >>> 3) << (bit & 7);
    let entry = quickSkip[word >>> quickShift] as number;
    if (entry === 0) {
      entry = longSkip(table, word);
      if (entry === 0) return -1;
    }
    bit += entry & 0xff;
    k += entry >>> 8;
  }
  return k === 64 || k >= endOfBlock ? bit : -1;
}

function dcFirstUnits(scan: JpegScan, bits: JpegBits, count: number): number {
  const { blocks } = scan.header;
  for (let unit = 0; unit < count; unit++) {
    if (bits.bit > bits.low) bits.refill();
    let { bit } = bits;
    scan.keepDc();
    for (let i = 0; i < blocks.length && bit >= 0; i++) bit = dcCode(bits.view, bit, blocks[i] as ScanBlock, scan.dc);
    if (bit < 0 || bit > bits.limit) return scan.giveUp(unit);
    bits.bit = bit;
  }
  return count;
}

/** One bit a block. */
function dcRefineUnits(scan: JpegScan, bits: JpegBits, count: number): number {
  const each = scan.header.blocks.length;
  for (let unit = 0; unit < count; unit++) {
    if (bits.bit > bits.low) bits.refill();
    if (bits.bit + each > bits.limit) return unit;
    bits.bit += each;
  }
  return count;
}

/** `count` bits at `bit`, at most 16. */
const bitsAt = (view: DataView, bit: number, count: number): number =>
  count === 0 ? 0 : (view.getUint32(bit >>> 3) << (bit & 7)) >>> (32 - count);

function acFirstUnits(scan: JpegScan, bits: JpegBits, count: number): number {
  const { header } = scan;
  const nonzero = (header.components[0] as JpegComponent).nonzero as Uint32Array;
  const table = (header.blocks[0] as ScanBlock).ac as HuffmanTable;
  const { view } = bits;
  for (let unit = 0; unit < count; unit++) {
    if (scan.eobRun > 0) {
      scan.eobRun--;
      continue;
    }
    if (bits.bit > bits.low) bits.refill();
    let { bit } = bits;
    let k = header.first;
    let run = 0;
    while (k <= header.last) {
      const entry = symbolOf(table, view.getUint32(bit >>> 3) << (bit & 7));
      if (entry === 0) return unit;
      bit += entry & 0xff;
      const zeros = entry >>> 12;
      const size = (entry >>> 8) & 15;
      if (size === 0 && zeros < 15) {
        run = (1 << zeros) + bitsAt(view, bit, zeros);
        bit += zeros;
        break;
      }
      k += zeros;
      if (k > header.last) return unit;
      if (size > 0) mark(nonzero, scan.unit + unit, k);
      bit += size;
      k++;
    }
    if (bit > bits.limit) return unit;
    bits.bit = bit;
    if (run > 0) scan.eobRun = run - 1;
  }
  return count;
}

function mark(nonzero: Uint32Array, block: number, k: number): void {
  const word = block * 2 + (k >>> 5);
  nonzero[word] = (nonzero[word] as number) | (1 << (k & 31));
}

const isMarked = (nonzero: Uint32Array, block: number, k: number): boolean =>
  (((nonzero[block * 2 + (k >>> 5)] as number) >>> (k & 31)) & 1) === 1;

function acRefineUnits(scan: JpegScan, bits: JpegBits, count: number): number {
  for (let unit = 0; unit < count; unit++) {
    if (bits.bit > bits.low) bits.refill();
    const bit = refineBlock(scan, bits, scan.unit + unit);
    if (bit < 0 || bit > bits.limit) return unit;
    bits.bit = bit;
  }
  return count;
}

/** Section G.1.2.3: a correction bit for each coefficient that was not zero before, among the codes of those that become so. */
function refineBlock(scan: JpegScan, bits: JpegBits, block: number): number {
  const { header } = scan;
  const nonzero = (header.components[0] as JpegComponent).nonzero as Uint32Array;
  const table = (header.blocks[0] as ScanBlock).ac as HuffmanTable;
  const { view } = bits;
  let { bit } = bits;
  let k = header.first;
  let run = scan.eobRun;
  while (run === 0 && k <= header.last) {
    const entry = symbolOf(table, view.getUint32(bit >>> 3) << (bit & 7));
    if (entry === 0) return -1;
    bit += entry & 0xff;
    let zeros = entry >>> 12;
    const size = (entry >>> 8) & 15;
    if (size > 1) return -1;
    if (size === 0 && zeros < 15) {
      run = (1 << zeros) + bitsAt(view, bit, zeros);
      bit += zeros;
      break;
    }
    bit += size;
    for (; k <= header.last; k++) {
      if (isMarked(nonzero, block, k)) bit++;
      else if (zeros-- === 0) break;
    }
    if (k > header.last) return size > 0 ? -1 : bit;
    if (size > 0) mark(nonzero, block, k);
    k++;
  }
  if (run > 0) {
    for (; k <= header.last; k++) if (isMarked(nonzero, block, k)) bit++;
    scan.eobRun = run - 1;
  }
  return bit;
}
