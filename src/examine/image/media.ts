/** The media of an exhibit, their volumes and file systems, opened when a thread first needs one of them and kept for a while. */
import type { FileSystem } from "../../../native-free/filesystems/file-system.ts";
import { imageIn, openNested } from "../../../native-free/layers/nested-image.ts";
import { mediumOf, type Medium } from "../../../native-free/layers/resolve.ts";
import { fileSystemOf, nodeAt, type VolumeNode } from "../../../native-free/layers/volume-tree.ts";
import { EvidenceError } from "../../../native-free/model/errors.ts";
import type { ListedMedium } from "./listing.ts";

/** Beside that of the exhibit. A file system keeps some bytes for each of its records. */
const keptMedia = 8;
const keptFileSystems = 16;

export class Media {
  readonly #listed: readonly ListedMedium[];
  readonly #root: Medium;
  readonly #media = new Kept<Medium>(keptMedia);
  readonly #fileSystems = new Kept<FileSystem>(keptFileSystems);

  /** `listed` as in the head of a listing; `root` is the medium of the exhibit. */
  constructor(root: Medium, listed: readonly ListedMedium[]) {
    this.#root = root;
    this.#listed = listed;
  }

  /** Throws Error where the list does not fit the medium, which was the same when it was made. */
  volume(medium: number, path: string): VolumeNode {
    const node = nodeAt(this.#medium(medium).volumes, path === "" ? [] : path.split("/"));
    if (!node) throw new Error(`medium ${medium} has no volume ${path}`);
    return node;
  }

  fileSystem(medium: number, volume: string, reader: string): FileSystem {
    return this.#fileSystems.get(`${medium} ${volume} ${reader}`, () => {
      const { fileSystem, problem } = fileSystemOf(this.volume(medium, volume), reader);
      if (fileSystem) return fileSystem;
      if (problem) throw new EvidenceError(problem.code, problem.params);
      throw new Error(`volume ${volume} of medium ${medium} has no file system ${reader}`);
    });
  }

  #medium(index: number): Medium {
    const listed = this.#listed[index];
    if (!listed) return this.#root;
    return this.#media.get(String(index), () => {
      const fileSystem = this.fileSystem(listed.host, listed.volume, listed.fileSystem);
      const entry = fileSystem.entryOf(listed.key);
      const format = entry && imageIn(fileSystem, entry);
      if (!entry || !format) throw new Error(`there is no image at medium ${index}`);
      const directory = listed.directory === null ? null : fileSystem.entryOf(listed.directory);
      return mediumOf(openNested(fileSystem, { format, entry, directory }), listed.path);
    });
  }
}

/** The last so many of things that can be opened again. */
class Kept<T> {
  readonly #limit: number;
  readonly #held = new Map<string, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string, open: () => T): T {
    const known = this.#held.get(key);
    const value = known ?? open();
    this.#held.delete(key);
    this.#held.set(key, value);
    if (this.#held.size > this.#limit) this.#held.delete(this.#held.keys().next().value as string);
    return value;
  }
}
