/**
 * Java classes: constant pool, fields, methods and attributes, walked to the last attribute. The Java Virtual Machine Specification,
 * chapter 4. Universal Mach-O files begin with the same bytes; their count of programs is no version of Java.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Carved, Carver } from "../carver.ts";
import { signature } from "../carver.ts";
import { CarveWindow } from "../carve-window.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";

const head = new FirstBytes(16);
const firstMajor = 45;
const lastMajor = 99;
const limitBytes = 1 << 26;
const textTag = 1;
/** Bytes behind the tag of a constant, by tag (4.4); 0 where the tag does not exist. Texts say theirs themselves. */
const constantBytes = [0, 0, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2];

/** Walks one class; `place` is where it is, -1 once something does not hold. */
class ClassWalk {
  readonly window: CarveWindow;
  place: number;
  #constants = 0;
  #tags = new Uint8Array(0);

  constructor(window: CarveWindow, at: number) {
    this.window = window;
    this.place = at;
  }

  get holds(): boolean {
    return this.place >= 0;
  }

  #fail(): void {
    this.place = -1;
  }

  #short(): number {
    if (!this.holds || !this.window.has(this.place, 2)) {
      this.#fail();
      return 0;
    }
    this.place += 2;
    return this.window.u16be(this.place - 2);
  }

  constants(): void {
    this.#constants = this.#short();
    this.#tags = new Uint8Array(this.#constants + 1);
    for (let i = 1; i < this.#constants && this.holds; i++) {
      const tag = this.window.has(this.place, 3) ? this.window.u8(this.place) : 0;
      const bytes = tag === textTag ? 2 + this.window.u16be(this.place + 1) : (constantBytes[tag] ?? 0);
      if (bytes === 0 || !this.window.has(this.place, 1 + bytes)) return this.#fail();
      this.#tags[i] = tag;
      this.place += 1 + bytes;
      // The eight bytes long ones take two places of the pool.
      if (tag === 5 || tag === 6) i++;
    }
  }

  /** Access, this class and the one above it, interfaces. */
  names(): void {
    this.#short();
    const own = this.#short();
    const above = this.#short();
    if (this.#tags[own] !== 7 || (above !== 0 && this.#tags[above] !== 7)) return this.#fail();
    for (let left = this.#short(); left > 0 && this.holds; left--) if (this.#tags[this.#short()] !== 7) this.#fail();
  }

  members(): void {
    for (let left = this.#short(); left > 0 && this.holds; left--) {
      this.#short();
      const name = this.#short();
      const type = this.#short();
      if (this.#tags[name] !== textTag || this.#tags[type] !== textTag) return this.#fail();
      this.attributes();
    }
  }

  attributes(): void {
    for (let left = this.#short(); left > 0 && this.holds; left--) {
      const name = this.#short();
      if (!this.holds || this.#tags[name] !== textTag || !this.window.has(this.place, 4)) return this.#fail();
      const length = this.window.u32be(this.place);
      if (!this.window.has(this.place + 4, length)) return this.#fail();
      this.place += 4 + length;
    }
  }
}

function carve(source: ByteSource, at: number, end: number): Carved | null {
  if (!head.read(source, at, end)) return null;
  const major = head.view.getUint16(6);
  if (major < firstMajor || major > lastMajor || head.view.getUint16(8) < 2 || head.u8(10) > 20) return null;
  const limit = Math.min(end, at + limitBytes);
  const walk = new ClassWalk(new CarveWindow(source, limit), at + 8);
  walk.constants();
  if (!walk.holds) return null;
  const pool = walk.place;
  walk.names();
  if (!walk.holds) return null;
  walk.members();
  walk.members();
  walk.attributes();
  return walk.holds
    ? carvedAs("java-class", "complete", walk.place - at)
    : carvedAs("java-class", "truncated", pool - at);
}

export const javaClassCarver: Carver = {
  id: "java-class",
  family: "carver",
  name: "Java class",
  spec: "The Java Virtual Machine Specification, chapter 4",
  level: "complete",
  kinds: [{ id: "java-class", name: "Java class", extension: "class" }],
  signatures: [signature("ca fe ba be 00")],
  limitBytes,
  carve,
};
