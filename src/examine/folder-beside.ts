/** The files in the folder of a file of a folder exhibit, opened as the file itself is: without following anything. */
import { closeSync, fstatSync } from "node:fs";
import type { ByteSource } from "../../native-free/bytes/byte-source.ts";
import type { Beside } from "../../native-free/model/extraction.ts";
import { nameBytes, nameFromBytes } from "../../native-free/model/forensic-path.ts";
import { FileSource } from "../../workers/file-source.ts";
import type { FolderReader } from "../source/folder-reader.ts";

/** As many names of a folder as a reader is shown. */
export const keptNames = 10_000;
/** More volumes of one archive than this are not held open at once. */
const keptOpen = 1000;

export class FolderBeside implements Beside {
  readonly self: string;
  readonly #reader: FolderReader;
  readonly #folder: Buffer;
  readonly #opened = new Map<string, FileSource | null>();
  #names: readonly string[] | null = null;

  /** `path`: of the file, raw bytes below the source. */
  constructor(reader: FolderReader, path: Buffer) {
    const cut = path.lastIndexOf(0x2f);
    this.#reader = reader;
    this.#folder = path.subarray(0, Math.max(0, cut));
    this.self = nameFromBytes(path.subarray(cut + 1)).text;
  }

  names(): readonly string[] {
    this.#names ??= this.#list();
    return this.#names;
  }

  open(name: string): ByteSource | null {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const source = this.#opened.size < keptOpen && this.names().includes(name) ? this.#openFile(name) : null;
    this.#opened.set(name, source);
    return source;
  }

  /** Frees what was opened. */
  close(): void {
    for (const source of this.#opened.values()) source?.close();
    this.#opened.clear();
  }

  /** A folder that cannot be listed any more has no names: the item itself was read, and says so where it is incomplete. */
  #list(): string[] {
    try {
      const files = this.#reader.list(this.#folder).filter(({ name }) => this.#isFile(name));
      // Names that are no UTF-8 are left out: a part of a set is named by text.
      const names = files.map(({ name }) => nameFromBytes(name)).filter(({ bytes }) => bytes === null);
      return names
        .map(({ text }) => text)
        .sort()
        .slice(0, keptNames);
    } catch {
      return [];
    }
  }

  #isFile(name: Uint8Array): boolean {
    try {
      return this.#reader.stat(this.#pathOf(name)).isFile();
    } catch {
      return false;
    }
  }

  #openFile(name: string): FileSource | null {
    try {
      const descriptor = this.#reader.open(this.#pathOf(nameBytes({ text: name, bytes: null })));
      const stat = fstatSync(descriptor);
      if (stat.isFile()) return new FileSource(descriptor, stat.size, "-");
      closeSync(descriptor);
      return null;
    } catch {
      return null;
    }
  }

  #pathOf(name: Uint8Array): Buffer {
    return this.#folder.length === 0 ? Buffer.from(name) : Buffer.concat([this.#folder, Buffer.from("/"), name]);
  }
}
