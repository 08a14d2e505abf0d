/**
 * Write-ahead logs of SQLite: frames with cumulative checksums, and the frames of earlier rounds that stand behind the last commit, whose
 * checksums go on from one to the next. SQLite, "Database File Format" 4.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const headerBytes = 32;
const frameHeadBytes = 24;
const formatVersion = 3_007_000;
const limitBytes = 2 ** 36;
/** Rounds back whose frames are still believed, by how far their first salt is behind. */
const roundsBack = 64;

const head = new FirstBytes(headerBytes);

/** The two sums of the log, which go on over everything that is added. */
class RunningSum {
  first = 0;
  second = 0;
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  /** `length` is a multiple of eight. */
  add(view: DataView, at: number, length: number): void {
    let { first, second } = this;
    for (let i = at; i < at + length; i += 8) {
      first = (first + view.getUint32(i, this.#littleEndian) + second) | 0;
      second = (second + view.getUint32(i + 4, this.#littleEndian) + first) | 0;
    }
    this.first = first;
    this.second = second;
  }

  is(first: number, second: number): boolean {
    return this.first >>> 0 === first && this.second >>> 0 === second;
  }
}

class LogWalk {
  readonly #window: CarveWindow;
  readonly #pageBytes: number;
  readonly #frame: Uint8Array;
  readonly #view: DataView;
  readonly #sum: RunningSum;
  readonly #salt: number;
  readonly #saltTwo: number;

  constructor(window: CarveWindow, pageBytes: number) {
    this.#window = window;
    this.#pageBytes = pageBytes;
    this.#frame = new Uint8Array(frameHeadBytes + pageBytes);
    this.#view = new DataView(this.#frame.buffer);
    this.#sum = new RunningSum(head.u8(3) === 0x82);
    this.#sum.add(head.view, 0, 24);
    this.#salt = head.u32be(16);
    this.#saltTwo = head.u32be(20);
  }

  get headerHolds(): boolean {
    return this.#sum.is(head.u32be(24), head.u32be(28));
  }

  #read(at: number): boolean {
    if (!this.#window.has(at, this.#frame.length)) return false;
    this.#window.source.readInto(this.#frame, at);
    return this.#view.getUint32(0) !== 0;
  }

  #addFrame(): boolean {
    this.#sum.add(this.#view, 0, 8);
    this.#sum.add(this.#view, frameHeadBytes, this.#pageBytes);
    return this.#sum.is(this.#view.getUint32(16), this.#view.getUint32(20));
  }

  /** Where the frames of this round end. */
  current(at: number): number {
    let place = at;
    while (this.#read(place) && this.#view.getUint32(8) === this.#salt && this.#view.getUint32(12) === this.#saltTwo) {
      if (!this.#addFrame()) break;
      place += this.#frame.length;
    }
    return place;
  }

  /** Whether a frame of this round stands at `at`, or begins there and is cut off; its checksums are not looked at. */
  isCurrent(at: number): boolean {
    return (
      this.#window.has(at, 16) &&
      this.#window.u32be(at + 8) === this.#salt &&
      this.#window.u32be(at + 12) === this.#saltTwo
    );
  }

  get frameBytes(): number {
    return this.#frame.length;
  }

  /** Where the frames of earlier rounds behind them end. */
  earlier(at: number): number {
    let place = at;
    let follows = false;
    while (this.#read(place)) {
      const behind = (this.#salt - this.#view.getUint32(8)) >>> 0;
      if (behind === 0 || behind > roundsBack) break;
      if (follows && !this.#addFrame()) {
        // The first frame of another round: nothing says yet that it is one, the next does.
        follows = false;
      }
      this.#sum.first = this.#view.getUint32(16);
      this.#sum.second = this.#view.getUint32(20);
      follows = true;
      place += this.#frame.length;
    }
    return place;
  }
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end) || head.u32be(4) !== formatVersion) return null;
  const pageBytes = head.u32be(8);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return null;
  const walk = new LogWalk(new CarveWindow(source, end), pageBytes);
  if (!walk.headerHolds) return null;
  const start = at + headerBytes;
  const current = walk.current(start);
  if (current === start) return null;
  // The next one, or the one behind it: then the next one is damaged.
  if (walk.isCurrent(current) || walk.isCurrent(current + walk.frameBytes))
    return carvedAs("sqlite-wal", "truncated", current - at);
  const last = walk.earlier(current);
  const cut = last + frameHeadBytes > end && last < end;
  return carvedAs("sqlite-wal", cut ? "truncated" : "complete", last - at);
}

export const sqliteWalCarver: Carver = {
  id: "sqlite-wal",
  family: "carver",
  name: "SQLite write-ahead log",
  spec: "SQLite, Database File Format 4",
  level: "complete",
  kinds: [{ id: "sqlite-wal", name: "SQLite write-ahead log", extension: "sqlite-wal" }],
  signatures: [signature("37 7f 06 82"), signature("37 7f 06 83")],
  limitBytes,
  carve,
};
