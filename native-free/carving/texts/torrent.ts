/**
 * Torrents: a dictionary in bencoding, walked value by value to the letter that closes it. Spec: BEP 3; BEP 52 for version 2.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CarveWindow } from "../carve-window.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs } from "../first-bytes.ts";
import { peek } from "../peek.ts";

const depthLimit = 64;
const valueLimit = 1 << 24;
const hashBytes = 20;
const dictionary = 0x64;
const list = 0x6c;
const integer = 0x69;
const close = 0x65;
const minus = 0x2d;
const colon = 0x3a;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Walks values; knows the keys that make a torrent. */
class Walk {
  readonly window: CarveWindow;
  at: number;
  hasInfo = false;
  hasPieces = false;
  hasPieceLength = false;
  /** A string that reaches behind the end: the hashes of a torrent that was cut. */
  isCut = false;
  title: string | null = null;
  /** Of each open dictionary and list: whether a key comes next, or null for lists. */
  readonly #open: (boolean | null)[] = [];
  #key = "";

  constructor(window: CarveWindow, at: number) {
    this.window = window;
    this.at = at;
  }

  /** True where the outermost value closed. */
  toEnd(): boolean {
    for (let values = 0; values < valueLimit; values++) {
      if (!this.#value()) return false;
      if (this.#open.length === 0) return true;
    }
    return false;
  }

  #value(): boolean {
    const byte = this.window.u8(this.at);
    const depth = this.#open.length;
    const wantsKey = depth > 0 && this.#open[depth - 1] === true;
    if (isDigit(byte)) return this.#string(wantsKey);
    if (byte === close) {
      if (depth === 0 || this.#open.pop() === false) return false;
      this.at++;
      this.#done();
      return true;
    }
    if (wantsKey || depth >= depthLimit) return false;
    if (byte === integer) return this.#integer();
    if (byte !== dictionary && byte !== list) return false;
    if (this.#key === "info" && byte === dictionary) this.hasInfo = true;
    this.#open.push(byte === dictionary ? true : null);
    this.at++;
    return true;
  }

  /** A value of a dictionary is complete: a key comes next. */
  #done(): void {
    const last = this.#open.length - 1;
    if (last >= 0 && this.#open[last] === false) this.#open[last] = true;
  }

  #integer(): boolean {
    let at = this.at + 1;
    if (this.window.u8(at) === minus) at++;
    const from = at;
    while (isDigit(this.window.u8(at)) && at - from < 20) at++;
    if (at === from || this.window.u8(at) !== close) return false;
    if (this.#key === "piece length") this.hasPieceLength = true;
    this.at = at + 1;
    this.#done();
    return true;
  }

  #string(isKey: boolean): boolean {
    let [at, length] = [this.at, 0];
    while (isDigit(this.window.u8(at)) && at - this.at < 10) length = length * 10 + this.window.u8(at++) - 0x30;
    if (this.window.u8(at) !== colon) return false;
    const body = at + 1;
    if (!this.window.has(body, length)) {
      this.isCut = this.#key === "pieces";
      return false;
    }
    if (isKey) {
      if (length === 0 || length > 4096) return false;
      this.#key = length < 32 ? Buffer.from(this.window.view(body, length)).toString("latin1") : "";
      this.#open[this.#open.length - 1] = false;
    } else {
      if ((this.#key === "pieces" && length > 0 && length % hashBytes === 0) || this.#key === "pieces root")
        this.hasPieces = true;
      if (this.#key === "name" && length < 1000)
        this.title = Buffer.from(this.window.bytes(body, length)).toString("utf8");
      this.#done();
    }
    this.at = body + length;
    return true;
  }
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  const head = peek(source, at, end);
  if (head[0] !== dictionary || !isDigit(head[1]!)) return null;
  const window = new CarveWindow(source, end);
  const walk = new Walk(window, at);
  const isWhole = walk.toEnd();
  if (!walk.hasInfo || !walk.hasPieceLength) return null;
  if (isWhole) return walk.hasPieces ? carvedAs("torrent", "complete", walk.at - at, walk.title) : null;
  return walk.isCut ? carvedAs("torrent", "truncated", window.end - at, walk.title) : null;
}

export const torrentCarver: Carver = {
  id: "torrent",
  family: "carver",
  name: "BitTorrent description",
  spec: "BEP 3",
  level: "complete",
  kinds: [{ id: "torrent", name: "BitTorrent description", extension: "torrent" }],
  signatures: [
    "d8:announce",
    "d13:announce-list",
    "d7:comment",
    "d10:created by",
    "d13:creation date",
    "d8:encoding",
    "d4:info",
    "d9:publisher",
    "d5:nodes",
    "d18:azureus_properties",
  ].map((text) => textSignature(text)),
  limitBytes: 2 ** 27,
  carve,
};
