/**
 * Minidumps of Windows programs: the end is the furthest of what the directory, the threads, the modules and the memory lists name.
 * Microsoft, minidumpapiset.h. Not supported: text of handles and of streams that programs add, where they lie behind all of that.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const head = new FirstBytes(32);
const limitBytes = 2 ** 40;
const mostStreams = 256;
const mostEntries = 1 << 20;
const entryBytes = 12;
const threadList = 3;
const moduleList = 4;
const memoryList = 5;
const systemInformation = 7;
const wideMemoryList = 9;

/** How far the parts reach, and whether they are what they should be. */
class DumpWalk {
  readonly #window: CarveWindow;
  readonly #at: number;
  reach = 0;
  sound = true;
  lists = 0;
  hasSystem = false;

  constructor(window: CarveWindow, at: number) {
    this.#window = window;
    this.#at = at;
  }

  #word(rva: number): number {
    return this.#window.u32(this.#at + rva);
  }

  #cover(rva: number, length: number): void {
    if (length > 0 && rva > 0) this.reach = Math.max(this.reach, rva + length);
  }

  /** Count of a list's entries, which must fill the stream; alignment may add four bytes. */
  #entries(rva: number, size: number, bytes: number): number {
    const count = this.#word(rva);
    const fits = count <= mostEntries && (size === 4 + count * bytes || size === 8 + count * bytes);
    if (!fits) this.sound = false;
    else this.lists++;
    return fits ? count : 0;
  }

  stream(kind: number, size: number, rva: number): void {
    this.#cover(rva, size);
    if (kind === systemInformation) this.hasSystem = size >= 56 || size === 48;
    if (!this.#window.has(this.#at + rva, Math.min(size, 1 << 16))) return;
    if (kind === threadList) this.#threads(rva, size);
    else if (kind === moduleList) this.#modules(rva, size);
    else if (kind === memoryList) this.#memory(rva, size);
    else if (kind === wideMemoryList) this.#wideMemory(rva, size);
  }

  #threads(rva: number, size: number): void {
    const count = this.#entries(rva, size, 48);
    const first = rva + size - count * 48;
    for (let i = 0; i < count; i++) {
      const thread = first + i * 48;
      this.#cover(this.#word(thread + 36), this.#word(thread + 32));
      this.#cover(this.#word(thread + 44), this.#word(thread + 40));
    }
  }

  #modules(rva: number, size: number): void {
    const count = this.#entries(rva, size, 108);
    const first = rva + size - count * 108;
    for (let i = 0; i < count; i++) {
      const module = first + i * 108;
      const name = this.#word(module + 20);
      if (this.#window.has(this.#at + name, 4)) this.#cover(name, 4 + this.#word(name) + 2);
      this.#cover(this.#word(module + 80), this.#word(module + 76));
      this.#cover(this.#word(module + 88), this.#word(module + 84));
    }
  }

  #memory(rva: number, size: number): void {
    const count = this.#entries(rva, size, 16);
    const first = rva + size - count * 16;
    for (let i = 0; i < count; i++) this.#cover(this.#word(first + 16 * i + 12), this.#word(first + 16 * i + 8));
  }

  #wideMemory(rva: number, size: number): void {
    const place = this.#at + rva;
    const count = this.#window.u64(place);
    if (size !== 16 + count * 16 || count > mostEntries) {
      this.sound = false;
      return;
    }
    this.lists++;
    let end = this.#window.u64(place + 8);
    for (let i = 0; i < count; i++) end += this.#window.u64(place + 16 + 16 * i + 8);
    this.#cover(1, end - 1);
  }
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const streams = head.u32(8);
  const directory = head.u32(12);
  if (streams < 2 || streams > mostStreams || directory < head.bytes.length || directory > 1 << 30) return null;
  const window = new CarveWindow(source, end);
  if (!window.has(at + directory, streams * entryBytes)) return null;
  const walk = new DumpWalk(window, at);
  walk.reach = directory + streams * entryBytes;
  for (let i = 0; i < streams; i++) {
    const entry = at + directory + i * entryBytes;
    walk.stream(window.u32(entry), window.u32(entry + 4), window.u32(entry + 8));
    if (!walk.sound) return null;
  }
  if (!walk.hasSystem || walk.lists === 0 || walk.reach > limitBytes) return null;
  const whole = window.has(at, walk.reach);
  return carvedAs("minidump", whole ? "complete" : "truncated", whole ? walk.reach : end - at);
}

export const minidumpCarver: Carver = {
  id: "minidump",
  family: "carver",
  name: "Windows minidump",
  spec: "Microsoft, minidumpapiset.h",
  level: "partial",
  kinds: [{ id: "minidump", name: "Windows minidump", extension: "dmp" }],
  signatures: [signature("4d 44 4d 50 93 a7")],
  limitBytes,
  carve,
};
