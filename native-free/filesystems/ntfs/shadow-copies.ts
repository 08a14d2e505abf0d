/**
 * Volume shadow copies: Windows keeps each in a file of `System Volume Information` whose name ends with the identifier of its provider
 * (libvshadow, "Volume Shadow Snapshot (VSS) format"). The file of that name alone is their catalog.
 */
import { finding, type Finding } from "../../model/findings.ts";
import { isSequence } from "./attribute-list.ts";
import { blockExtents, indexedText, namesIn, nodesOf } from "./directory-index.ts";
import { fileAt, type NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import type { NtfsVolume } from "./volume.ts";

const folder = "system volume information";
const store = /^\{[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}\{3808876b-c176-4e48-b7ae-04046e6cc752\}$/i;
const storeCharacters = 2 * 38;
/** Bytes of the blocks of a directory that are read when a volume is opened. */
const mostAtOpen = 16 << 20;

/**
 * By the indexes of the root directory and of the one folder: no look at the other records. Null where one of them is so large that it is
 * read only when everything is; never with `always`.
 */
export function checkShadowCopies(volume: NtfsVolume, always: boolean): Finding[] | null {
  const root = fileAt(volume, layout.known.root);
  if (root === null) return [];
  if (!always && isLarge(root)) return null;
  let count = 0;
  for (const holder of filesIn(root, folder.length, (name) => name.toLowerCase() === folder)) {
    if (!holder.isDirectory) continue;
    if (!always && isLarge(holder)) return null;
    for (const { isDirectory } of filesIn(holder, storeCharacters, (name) => store.test(name)))
      if (!isDirectory) count++;
  }
  return count === 0 ? [] : [finding("ntfs/shadow-copies", { count })];
}

const isLarge = (directory: NtfsFile): boolean =>
  blockExtents(directory).reduce((sum, { length }) => sum + length, 0) > mostAtOpen;

/** Files in use that the index of a directory has under such a name, each once. `length`: characters of the name. */
function filesIn(directory: NtfsFile, length: number, isWanted: (name: string) => boolean): NtfsFile[] {
  const { volume } = directory;
  const found = new Map<number, NtfsFile>();
  for (const node of nodesOf(directory, blockExtents(directory))) {
    for (const { at, reference } of namesIn(node)) {
      if (reference === null || found.has(reference.number) || nameLength(node.bytes, at) !== length) continue;
      if (!isWanted(indexedText(node.bytes, at).text)) continue;
      const file = fileAt(volume, reference.number);
      // Blocks that the index uses no more may name files that are gone.
      if (file === null || !file.inUse || !isSequence(file.sequence, reference.sequence, true)) continue;
      if (file.allNames().some(({ parent }) => parent === directory.number)) found.set(reference.number, file);
    }
  }
  return [...found.values()];
}

const fileName = layout.fileName.cursor();

function nameLength(bytes: Uint8Array, at: number): number {
  return fileName.over(bytes, at).nameLength;
}
