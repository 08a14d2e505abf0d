/**
 * The journal's file operations in memory, as a disk behaves: what was not synced may be lost, kept in part, or kept as
 * zeros when the power goes; names may be lost until their folder is synced. Any operation can be made to fail.
 */
import { dirname } from "node:path";
import type { JournalFiles } from "../../../src/custody/journal-files.ts";

interface Stored {
  bytes: Buffer;
  /** What a sync made durable; null where nothing was. */
  synced: Buffer | null;
}

export class MemoryFiles implements JournalFiles {
  /** Names as programs see them, and as the disk has them. */
  #names = new Map<string, Stored>();
  #durableNames = new Map<string, Stored>();
  #failAt = 0;
  #failCode = "";
  #cutAt = 0;
  #syncFails = false;
  /** Changing operations so far. */
  operations = 0;

  /** Makes the n-th changing operation from now on fail with a system error; 0: none. */
  failAt(nth: number, code: string): void {
    this.operations = 0;
    this.#failAt = nth;
    this.#failCode = code;
  }

  failSync(fails: boolean): void {
    this.#syncFails = fails;
  }

  /** The power goes in the middle of the n-th changing operation. */
  cutAt(nth: number): void {
    this.operations = 0;
    this.#cutAt = nth;
  }

  /** What is left after the power came back. `seed` chooses how much of what was not synced survived. */
  restart(seed: number): void {
    this.#cutAt = 0;
    let state = seed | 0;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return (state >>> 8) / 0x1000000;
    };
    const names = new Map<string, Stored>();
    const candidates = new Map(this.#durableNames);
    for (const [name, stored] of this.#names) if (!candidates.has(name) && random() < 0.5) candidates.set(name, stored);
    for (const [name, stored] of candidates) {
      const bytes = survivor(stored, random);
      if (bytes) names.set(name, { bytes, synced: bytes });
    }
    this.#names = names;
    this.#durableNames = new Map(names);
  }

  #count(syscall: string): void {
    this.operations++;
    if (this.operations === this.#cutAt) throw new Error("power cut");
    if (this.#cutAt > 0 && this.operations > this.#cutAt) throw new Error("power cut");
    if (this.operations === this.#failAt)
      throw Object.assign(new Error(this.#failCode), { code: this.#failCode, syscall });
  }

  size(file: string): number | null {
    return this.#names.get(file)?.bytes.length ?? null;
  }

  read(file: string, at: number, length: number): Uint8Array {
    return this.#existing(file).bytes.subarray(at, at + length);
  }

  list(folder: string): readonly string[] {
    return [...this.#names.keys()]
      .filter((name) => dirname(name) === folder)
      .map((name) => name.slice(folder.length + 1));
  }

  append(file: string, bytes: Uint8Array): void {
    const stored = this.#names.get(file) ?? { bytes: Buffer.alloc(0), synced: null };
    this.#names.set(file, stored);
    const before = this.operations;
    try {
      this.#count("write");
    } catch (error) {
      // A failing write leaves a part of its bytes.
      if (before + 1 === this.operations)
        stored.bytes = Buffer.concat([stored.bytes, bytes.subarray(0, bytes.length >> 1)]);
      throw error;
    }
    stored.bytes = Buffer.concat([stored.bytes, bytes]);
  }

  write(file: string, bytes: Uint8Array): void {
    const stored = this.#names.get(file) ?? { bytes: Buffer.alloc(0), synced: null };
    this.#names.set(file, stored);
    stored.bytes = Buffer.alloc(0);
    this.#count("write");
    stored.bytes = Buffer.from(bytes);
  }

  truncate(file: string, size: number): void {
    this.#count("ftruncate");
    const stored = this.#existing(file);
    stored.bytes = stored.bytes.subarray(0, size);
  }

  rename(from: string, to: string): void {
    this.#count("rename");
    this.#names.set(to, this.#existing(from));
    this.#names.delete(from);
  }

  remove(file: string): void {
    this.#names.delete(file);
  }

  sync(file: string): void {
    if (this.#syncFails) throw Object.assign(new Error("EIO"), { code: "EIO", syscall: "fsync" });
    this.#count("fsync");
    const stored = this.#existing(file);
    stored.synced = stored.bytes;
  }

  syncFolder(folder: string): void {
    this.#count("fsync");
    for (const name of this.#durableNames.keys()) if (dirname(name) === folder) this.#durableNames.delete(name);
    for (const [name, stored] of this.#names) if (dirname(name) === folder) this.#durableNames.set(name, stored);
  }

  makeFolder(): void {
    this.#count("mkdir");
  }

  #existing(file: string): Stored {
    const stored = this.#names.get(file);
    if (!stored) throw Object.assign(new Error("ENOENT"), { code: "ENOENT", syscall: "open" });
    return stored;
  }
}

/** The synced bytes, and of what was added since: nothing, a part, or zeros in place of a part. */
function survivor(stored: Stored, random: () => number): Buffer | null {
  const { bytes, synced } = stored;
  if (synced === null && random() < 0.3) return null;
  const base = synced ?? Buffer.alloc(0);
  if (bytes.length <= base.length) return random() < 0.5 ? base : bytes;
  const added = Buffer.from(
    bytes.subarray(base.length, base.length + Math.ceil(random() * (bytes.length - base.length))),
  );
  if (random() < 0.3) added.fill(0, 0, Math.ceil(random() * added.length));
  return random() < 0.3 ? base : Buffer.concat([base, added]);
}
