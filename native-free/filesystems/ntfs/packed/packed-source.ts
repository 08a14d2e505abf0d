/** A content that is stored in units, each packed for itself: reading, runs, a bounded cache, and what damage took. */
import { readRange, isLost, type ByteSource, type Place, type Run, type RunKind } from "../../../bytes/byte-source.ts";

/** Neighbouring units of one kind from a first one on. */
export type Units =
  /** Stored plain from `offset` of the stored source on; or packed in `length` bytes there, which is a single unit. */
  | { readonly kind: "plain"; readonly count: number; readonly offset: number }
  | { readonly kind: "packed"; readonly count: 1; readonly offset: number; readonly length: number }
  | { readonly kind: "sparse" | "unreadable" | "missing"; readonly count: number };

/** A stretch of a unit that did not come out. */
export interface BadStretch {
  readonly from: number;
  readonly to: number;
  readonly kind: RunKind;
}

interface Unpacked {
  readonly bytes: Uint8Array;
  readonly bad: readonly BadStretch[];
}

type PackedUnit = Extract<Units, { kind: "packed" }>;

const CACHE_BYTES = 1 << 20;
/** What damage took is kept of so many units; of further ones it is found out again when somebody asks. */
const MOST_DAMAGED = 4096;
const none: readonly BadStretch[] = [];

export abstract class PackedSource implements ByteSource {
  readonly size: number;
  protected readonly stored: ByteSource;
  protected readonly unitBytes: number;
  /** From here on to `size` everything is zero, and nothing is stored of it. */
  readonly #end: number;
  /** By unit, least recently used first. */
  readonly #cache = new Map<number, Unpacked>();
  readonly #damaged = new Map<number, readonly BadStretch[]>();
  #manyDamaged = false;

  constructor(stored: ByteSource, size: number, unitBytes: number, end = size) {
    this.stored = stored;
    this.size = size;
    this.unitBytes = unitBytes;
    this.#end = Math.max(0, Math.min(size, end));
  }

  /** Never throws for damage: that is a kind. */
  protected abstract unitsAt(unit: number): Units;

  /** Unpacks into `target`, zeros so far; `heldTo` says which of the bytes are there. Returns what did not come out, in order. */
  protected abstract unpack(
    packed: Uint8Array,
    target: Uint8Array,
    heldTo: HeldTo,
  ): readonly Omit<BadStretch, "kind">[];

  readInto(target: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(target.length, this.size - at));
    for (let done = 0; done < count;) {
      const from = at + done;
      if (from >= this.#end) {
        target.fill(0, done, count);
        break;
      }
      const unit = Math.floor(from / this.unitBytes);
      const units = this.unitsAt(unit);
      const to = Math.min(at + count, this.#end, (unit + units.count) * this.unitBytes);
      this.#fill(target.subarray(done, done + to - from), from - unit * this.unitBytes, unit, units);
      done += to - from;
    }
    return count;
  }

  #fill(target: Uint8Array, inside: number, unit: number, units: Units): void {
    if (units.kind === "plain") {
      const offset = units.offset + inside;
      const got = offset < this.stored.size ? this.stored.readInto(target, offset) : 0;
      target.fill(0, got);
    } else if (units.kind === "packed") {
      target.set(this.#unpacked(unit, units).bytes.subarray(inside, inside + target.length));
    } else {
      target.fill(0);
    }
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    const end = Math.min(this.size, at + length);
    let open: Run | null = null;
    for (let from = at; from < end;) {
      const unit = Math.floor(from / this.unitBytes);
      const units: Units =
        from < this.#end ? this.unitsAt(unit) : { kind: "sparse", count: Math.ceil(this.size / this.unitBytes) };
      const to = Math.min(end, from < this.#end ? this.#end : end, (unit + units.count) * this.unitBytes);
      for (const run of this.#runsOf(unit, units, from, to)) {
        if (open !== null && continues(open, run)) {
          const { start, length: held, kind, place }: Run = open;
          open = { start, length: held + run.length, kind, place };
        } else {
          if (open) yield open;
          open = run;
        }
      }
      from = to;
    }
    if (open) yield open;
  }

  *#runsOf(unit: number, units: Units, from: number, to: number): Iterable<Run> {
    if (units.kind === "packed") yield* this.#packedRuns(unit, units, from, to);
    else if (units.kind === "plain") yield* this.#plainRuns(units.offset + from - unit * this.unitBytes, from, to);
    else yield { start: from, length: to - from, kind: units.kind, place: { path: "-", offset: from, exact: false } };
  }

  *#plainRuns(offset: number, from: number, to: number): Iterable<Run> {
    const held = Math.max(0, Math.min(to - from, this.stored.size - offset));
    if (held > 0)
      for (const run of this.stored.runsIn(offset, held)) yield { ...run, start: run.start - offset + from };
    if (held === to - from) return;
    const place = { path: "-", offset: from + held, exact: false };
    yield { start: from + held, length: to - from - held, kind: "missing", place };
  }

  *#packedRuns(unit: number, units: PackedUnit, from: number, to: number): Iterable<Run> {
    const place = this.#placeOf(units.offset);
    const start = unit * this.unitBytes;
    let at = from;
    for (const bad of this.#badOf(unit, units)) {
      const [badFrom, badTo] = [Math.max(at, start + bad.from), Math.min(to, start + bad.to)];
      if (badFrom >= badTo) continue;
      if (at < badFrom) yield { start: at, length: badFrom - at, kind: "data", place };
      yield { start: badFrom, length: badTo - badFrom, kind: bad.kind, place };
      at = badTo;
    }
    if (at < to) yield { start: at, length: to - at, kind: "data", place };
  }

  #placeOf(offset: number): Place {
    for (const { place } of this.stored.runsIn(offset, 1)) return { ...place, exact: false };
    return { path: "-", offset, exact: false };
  }

  /** What is known of a unit's damage; units that lack stored bytes are unpacked to find it out. */
  #badOf(unit: number, units: PackedUnit): readonly BadStretch[] {
    const known = this.#damaged.get(unit) ?? this.#cache.get(unit)?.bad;
    if (known) return known;
    return this.#manyDamaged || this.#lostIn(units).length > 0 ? this.#unpacked(unit, units).bad : none;
  }

  #lostIn({ offset, length }: PackedUnit): Run[] {
    const held = Math.max(0, Math.min(length, this.stored.size - offset));
    const lost = Array.from(this.stored.runsIn(offset, held)).filter(({ kind }) => isLost(kind));
    if (held === length) return lost;
    const place = { path: "-", offset: offset + held, exact: false };
    return [...lost, { start: offset + held, length: length - held, kind: "missing", place }];
  }

  #unpacked(unit: number, units: PackedUnit): Unpacked {
    let unpacked = this.#cache.get(unit);
    if (unpacked) this.#cache.delete(unit);
    else unpacked = this.#load(unit, units);
    this.#cache.set(unit, unpacked);
    for (const old of this.#cache.keys()) {
      if (this.#cache.size * this.unitBytes <= CACHE_BYTES || this.#cache.size === 1) break;
      this.#cache.delete(old);
    }
    return unpacked;
  }

  #load(unit: number, units: PackedUnit): Unpacked {
    const lost = this.#lostIn(units);
    const heldTo: HeldTo = (from, to) => {
      const hit = lost.find(({ start, length }) => start < units.offset + to && start + length > units.offset + from);
      return hit ? Math.max(from, hit.start - units.offset) : to;
    };
    const bytes = new Uint8Array(Math.min(this.unitBytes, this.unpackedSize(unit)));
    const kind = lost[0]?.kind ?? "unreadable";
    const packed = readRange(this.stored, Math.min(units.offset, this.stored.size), units.length);
    const bad = this.unpack(packed, bytes, heldTo).map((stretch) => ({ ...stretch, kind }));
    if (bad.length > 0) {
      if (this.#damaged.size < MOST_DAMAGED) this.#damaged.set(unit, bad);
      else this.#manyDamaged = true;
    }
    for (const { from, to } of bad) bytes.fill(0, from, to);
    return { bytes, bad };
  }

  /** Bytes that a unit is packed as: of the last one those that are left, or a whole unit. */
  protected unpackedSize(unit: number): number {
    return Math.min(this.unitBytes, this.size - unit * this.unitBytes);
  }
}

/** Where the first byte from `from` on to before `to` is that is not there; `to` where all are. */
export type HeldTo = (from: number, to: number) => number;

function continues(before: Run, { kind, place }: Run): boolean {
  if (before.kind !== kind || before.place.path !== place.path || before.place.exact !== place.exact) return false;
  // Of what is not there only the fact counts.
  return (
    (kind !== "data" && place.path === "-") || before.place.offset + (place.exact ? before.length : 0) === place.offset
  );
}
