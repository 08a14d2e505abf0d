/**
 * An archive that 7-Zip reads, as a list of entries whose contents come out in batches: those that follow each other and fit into one
 * share of memory together, so that a solid block is decoded once for many. Passwords are tried on one small entry first, and on single
 * entries where they have others.
 */
import { crc32 } from "node:zlib";
import { runSevenZip, type Command, type Mounted, type Problem, type Ran, type Wish } from "./engine.ts";
import { parseListing, type ListedEntry } from "./listing.ts";
import type { ItemTime } from "../model/item.ts";

export interface ArchiveSource {
  /** Archive type of 7-Zip (`-t`): `7z`, `rar5`, `lzh` … */
  readonly format: string;
  /** The first volume first; those behind it are found by name. */
  readonly mounted: readonly Mounted[];
  /** Whether times are points in time or what a clock showed. */
  readonly zone: ItemTime["zone"];
  readonly passwords: readonly string[];
  /** Largest entry that is taken out, and most memory for a batch, in bytes. */
  readonly limitBytes: number;
  /** Whether the list of entries is packed, and so may be encrypted. */
  readonly hasPackedList: boolean;
}

export interface Listed {
  readonly entries: readonly ListedEntry[];
  /** `locked`: the list itself is encrypted and no password opens it. `damaged`: not all of it could be read. */
  readonly state: "whole" | "damaged" | "locked";
  /** Position of the password that opened the list; null where none was needed. */
  readonly password: number | null;
  readonly isCut: boolean;
  readonly isVolumeMissing: boolean;
}

export type Taken =
  | { readonly bytes: Uint8Array; readonly problem: null | "damaged" | "checksum" | "unsupported" | "size" }
  | { readonly problem: "locked" | "absent" | "too-large" | "unsupported" };

const BATCH_BYTES = 64 * 1024 * 1024;
const MOST_BATCH_ENTRIES = 4096;
/** Runs with passwords on single entries, for one archive. */
const MOST_TRIES = 400;
/** Dictionaries are memory: larger ones are not opened. */
const MOST_DICTIONARY_BYTES = 1024 * 1024 * 1024;
const NO_PASSWORD = "-p";

export class SevenZipArchive {
  readonly #source: ArchiveSource;
  #entries: readonly ListedEntry[] = [];
  #byPath = new Map<string, ListedEntry[]>();
  readonly #taken = new Map<number, Taken>();
  /** Positions of passwords that opened something, the last first. */
  readonly #keys: number[] = [];
  #tries = 0;

  constructor(source: ArchiveSource) {
    this.#source = source;
  }

  /** Positions of the passwords that opened something, in the order in which they did. */
  get unlockedWith(): readonly number[] {
    return this.#keys.toReversed();
  }

  async list(): Promise<Listed> {
    const first = await this.#list(null);
    if (!isLocked(first) && first.ending !== "fault") return this.#listed(first, null);
    for (const index of this.#source.passwords.keys()) {
      const ran = await this.#list(index);
      if (ran.ending === "fault" || isLocked(ran) || !ran.stdout.includes("Path = ")) continue;
      this.#keys.unshift(index);
      return this.#listed(ran, index);
    }
    const listed = this.#listed(first, null);
    const isEmpty = listed.entries.length === 0;
    // 7-Zip gives up on a packed list that it decrypts with the wrong key.
    const gaveUp = first.ending === "fault" && this.#source.hasPackedList;
    return isEmpty && (isLocked(first) || gaveUp) ? { ...listed, state: "locked" } : listed;
  }

  #list(password: number | null): Promise<Ran> {
    return this.#run(["l", "-slt", "-ba", ...(this.#source.zone === "utc" ? ["-slmu"] : [])], password);
  }

  #listed(ran: Ran, password: number | null): Listed {
    const { format, zone } = this.#source;
    this.#entries = parseListing(ran.stdout, format, zone);
    this.#byPath = Map.groupBy(this.#entries, ({ path }) => path);
    const isDamaged = ran.ending === "fault" || /^(ERRORS?:|ERROR: )/m.test(ran.stderr);
    return {
      entries: this.#entries,
      state: isDamaged ? "damaged" : "whole",
      password,
      isCut: ran.isCut,
      isVolumeMissing:
        /Missing volume/.test(ran.stderr) ||
        this.#entries[0]?.splitBefore === true ||
        this.#entries.at(-1)?.splitAfter === true,
    };
  }

  /** What the archive says of itself: its comment ("" where it has none), and which volume of a set it is (0 for the first or only one). */
  async about(): Promise<{ comment: string; volume: number }> {
    const ran = await this.#run(["l", "-slt"], this.#keys[0] ?? null);
    const [head = ""] = ran.stdout.split("\n----------\n");
    const comment = /^Comment = \n\{\n([\s\S]*)\n\}$/m.exec(head)?.[1] ?? /^Comment = (.+)$/m.exec(head)?.[1] ?? "";
    return { comment, volume: Number(/^Volume Index = (\d+)$/m.exec(head)?.[1] ?? 0) };
  }

  /** Whether a password opens the entry; tries all. */
  async unlock(entry: ListedEntry): Promise<boolean> {
    if (this.#keys.length > 0) {
      // With a key that is known, entries come out in batches.
      const taken = await this.take(entry);
      if (isSound(taken)) {
        this.#taken.set(entry.index, taken);
        return true;
      }
    }
    const order = [...this.#keys.slice(1), ...this.#source.passwords.keys()].filter((index) => index !== this.#keys[0]);
    for (const index of new Set(order)) {
      if (this.#tries >= MOST_TRIES) return false;
      this.#tries += 1;
      const taken = await this.#takeAlone(entry, index);
      if (!isSound(taken)) continue;
      this.#taken.set(entry.index, taken);
      if (this.#keys[0] !== index) {
        if (this.#keys.includes(index)) this.#keys.splice(this.#keys.indexOf(index), 1);
        this.#keys.unshift(index);
      }
      return true;
    }
    return false;
  }

  async #takeAlone(entry: ListedEntry, password: number): Promise<Taken> {
    const batch = new Map([[entry.index, entry]]);
    return (await this.#extract(batch, password)).get(entry.index) ?? { problem: "absent" };
  }

  /** The content of an entry. Those before it are forgotten. */
  async take(entry: ListedEntry): Promise<Taken> {
    const { size, method, index } = entry;
    if ((size ?? 0) > this.#source.limitBytes) return { problem: "too-large" };
    if (dictionaryOf(method) > MOST_DICTIONARY_BYTES) return { problem: "too-large" };
    const kept = this.#taken.get(index);
    for (const old of this.#taken.keys()) if (old <= index) this.#taken.delete(old);
    if (kept) return kept;
    const batch = this.#batchFrom(entry);
    const taken = await this.#extract(batch, this.#keys[0] ?? null);
    for (const [at, one] of taken) if (at > index) this.#taken.set(at, one);
    return taken.get(index) ?? { problem: "absent" };
  }

  #batchFrom(first: ListedEntry): Map<number, ListedEntry> {
    const batch = new Map([[first.index, first]]);
    const room = Math.min(BATCH_BYTES, this.#source.limitBytes);
    let bytes = first.size ?? room;
    for (let index = first.index + 1; index < this.#entries.length && batch.size < MOST_BATCH_ENTRIES; index++) {
      const entry = this.#entries[index]!;
      if (entry.kind !== "file" && entry.kind !== "symlink") continue;
      if (entry.hardLink !== null || entry.symlink !== null || this.#taken.has(index)) continue;
      bytes += entry.size ?? room;
      if (bytes > room) break;
      batch.set(index, entry);
    }
    return batch;
  }

  async #extract(batch: ReadonlyMap<number, ListedEntry>, password: number | null): Promise<Map<number, Taken>> {
    const names = new Set([...batch.values()].map(({ path }) => path));
    // Names that the listing changes for print cannot be asked for; then all comes out, and most is forgotten.
    const isPlain = batch.size <= 256 && [...names].every(isPlainName);
    const left = new Map<string, ListedEntry[]>();
    if (isPlain) for (const path of names) left.set(path, [...(this.#byPath.get(path) ?? [])]);
    const order: (ListedEntry | null)[] = [];
    let wanted = batch.size;
    // Links are made at the end.
    const mayStop = [...batch.values()].every(({ kind }) => kind !== "symlink");
    const wishOf = (path: string): Wish => {
      if (wanted === 0 && mayStop) return "stop";
      const entry = isPlain ? left.get(path)?.shift() : this.#matchOf(path, order);
      order.push(entry ?? null);
      if (!entry || !batch.has(entry.index)) return "drop";
      wanted -= 1;
      return "keep";
    };
    const args = ["x", "-o/out", "-aoa", "-spd", ...(isPlain ? [...names].map((path) => `-i!${path}`) : [])];
    const ran = await this.#run(args, password, wishOf);
    return takenOf(ran, order, batch);
  }

  /** The entry that comes out under a path: of those that have it the first that has not come yet. */
  #matchOf(path: string, order: readonly (ListedEntry | null)[]): ListedEntry | null {
    const before = order.reduce((count, entry) => count + (entry?.path === path ? 1 : 0), 0);
    const named = this.#byPath.get(path)?.[before];
    if (named) return named;
    // 7-Zip makes names harmless: the next file that has not come.
    const last = order.findLast((entry) => entry !== null)?.index ?? -1;
    return this.#entries.find(({ index, kind }) => index > last && kind === "file") ?? null;
  }

  #run(args: readonly string[], password: number | null, wishOf: Command["wishOf"] = () => "drop"): Promise<Ran> {
    const { format, mounted, passwords, limitBytes } = this.#source;
    const key = password === null ? NO_PASSWORD : `-p${passwords[password]}`;
    const first = `/in/${mounted[0]!.name}`;
    return runSevenZip({
      args: [...args, "-y", "-bd", `-t${format}`, key, "--", first],
      mounted,
      wishOf,
      keptBytes: Math.max(limitBytes, BATCH_BYTES),
    });
  }
}

const isSound = (taken: Taken): boolean =>
  "bytes" in taken && taken.problem !== "checksum" && taken.problem !== "damaged";

const isLocked = ({ stderr }: Ran): boolean => /Wrong password\?|encrypted archive/.test(stderr);

/** Printed as it is, and no pattern. */
const isPlainName = (path: string): boolean =>
  path !== "" && !/[\u0000-\u001f\u007f*?_\\"]|[\uef80-\uefff]|^\/|^ | $|\.\.|\/\/|^\.\//.test(path);

/** `LZMA2:26`, `LZMA:512m`, `v6:m3:4g`, `PPMD:o8:mem256m`: powers of two, or with a unit. */
function dictionaryOf(method: string): number {
  let largest = 0;
  for (const [, number, unit] of method.matchAll(/:(?:mem)?(\d+)([bkmg]?)(?![\w])/gi)) {
    const value = Number(number);
    const shift = { b: 0, k: 10, m: 20, g: 30 }[(unit ?? "").toLowerCase()];
    largest = Math.max(largest, shift === undefined ? 2 ** Math.min(value, 50) : value * 2 ** shift);
  }
  return largest;
}

function takenOf(
  ran: Ran,
  order: readonly (ListedEntry | null)[],
  batch: ReadonlyMap<number, ListedEntry>,
): Map<number, Taken> {
  const taken = new Map<number, Taken>();
  ran.outputs.forEach((output, position) => {
    const entry = order[position];
    if (!output || !entry) return;
    const isLast = position === ran.outputs.length - 1;
    const told = ran.problems.find(({ after, path }) => after === position + 1 && isPathOf(path, output.path, entry));
    const isBroken = isLast && (ran.ending === "fault" || ran.ending === "full");
    taken.set(entry.index, judged(entry, output.bytes, told, isBroken));
  });
  for (const [index, entry] of batch) {
    if (taken.has(index)) continue;
    const told = ran.problems.find(({ path }) => path === entry.path);
    if (told) taken.set(index, { problem: refusalOf(told.text) });
  }
  return taken;
}

const isPathOf = (told: string, path: string, entry: ListedEntry): boolean =>
  told === path || told === entry.path || told.endsWith(` : ${path}`);

function judged(entry: ListedEntry, bytes: Uint8Array, told: Problem | undefined, isBroken: boolean): Taken {
  if (told && /password/i.test(told.text)) return { problem: "locked" };
  if (told && /Unsupported/.test(told.text)) return { bytes, problem: "unsupported" };
  if (told && /CRC/.test(told.text)) return { bytes, problem: "checksum" };
  if ((told && !/^Cannot set/.test(told.text)) || isBroken) return { bytes, problem: "damaged" };
  if (entry.size !== null && bytes.length !== entry.size) return { bytes, problem: "size" };
  const isChecked = entry.crc !== null && !entry.isEncrypted;
  return { bytes, problem: isChecked && entry.size !== 0 && crcDiffers(entry, bytes) ? "checksum" : null };
}

/** LHA and some others list sums of other kinds: 7-Zip has checked those itself. */
const crcDiffers = ({ crc }: ListedEntry, bytes: Uint8Array): boolean =>
  crc !== 0 && crc! > 0xffff && crc32(bytes) !== crc;

function refusalOf(text: string): "locked" | "unsupported" | "absent" {
  if (/password/i.test(text)) return "locked";
  return /Unsupported/.test(text) ? "unsupported" : "absent";
}
