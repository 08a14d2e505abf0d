/** Whether records and the indexes of their directories name each other. Each is kept for itself, so that who changes one is seen in the other. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { BlockSet } from "../block-set.ts";
import { isSequence } from "./attribute-list.ts";
import { openStream } from "./content.ts";
import { eachReference, type IndexNode } from "./directory-index.ts";
import { fileAt, type NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { mark } from "./marks.ts";
import type { Survey } from "./survey.ts";
import type { Tree } from "./tree.ts";

const indexed = mark.inUse | mark.named | mark.filled;

export class IndexCheck {
  readonly #survey: Survey;
  readonly #tree: Tree;
  /** Records whose first name the index of their directory has. */
  readonly #listed = new BlockSet();
  #strange = 0;
  #firstStrange = 0;

  constructor(survey: Survey, tree: Tree) {
    this.#survey = survey;
    this.#tree = tree;
  }

  /** What is to be called for each node of a directory; null where its index does not count any more. */
  of(directory: NtfsFile): ((node: IndexNode) => void) | null {
    if (!directory.inUse) return null;
    const used = usedBlocks(directory);
    const visit = (number: number, sequence: number): void => this.#reference(directory, number, sequence);
    return (node) => {
      if (isUsed(used, node)) eachReference(node, visit);
    };
  }

  /** Known when all directories were looked at. */
  findings(): Finding[] {
    const { marks } = this.#survey;
    let [unlisted, first] = [0, 0];
    for (let number = 0; number < marks.length; number++) {
      if ((marks[number]! & (indexed | mark.continuation)) !== indexed || this.#listed.has(number)) continue;
      if (this.#isInDirectory(number) && unlisted++ === 0) first = number;
    }
    const out: Finding[] = [];
    if (this.#strange > 0)
      out.push(finding("ntfs/index-without-record", { names: this.#strange, first: this.#firstStrange }));
    if (unlisted > 0) out.push(finding("ntfs/record-without-index", { records: unlisted, first }));
    return out;
  }

  #reference(directory: NtfsFile, number: number, sequence: number): void {
    const { marks, sequences, parents } = this.#survey;
    const live = number < marks.length && (marks[number]! & indexed) === indexed && sequences[number] === sequence;
    if (live && parents[number] === directory.number) this.#listed.add(number);
    else if (!this.#isNamed(directory, number, sequence) && this.#strange++ === 0) this.#firstStrange = number;
  }

  /** Of further names, and of those that stand in continuation records. */
  #isNamed(directory: NtfsFile, number: number, sequence: number): boolean {
    const file = fileAt(directory.volume, number);
    if (file === null || !file.inUse || !isSequence(file.sequence, sequence, true)) return false;
    return file.allNames().some(({ parent }) => parent === directory.number);
  }

  #isInDirectory(number: number): boolean {
    const parent = this.#tree.parentOf(number);
    return parent >= 0 && parent < this.#survey.marks.length && (this.#survey.marks[parent]! & mark.inUse) !== 0;
  }
}

/** A bit for each block of a directory, set where its index uses it; null where nothing says so. */
function usedBlocks(directory: NtfsFile): ByteSource | null {
  if (directory.find(layout.type.bitmap) === null) return null;
  const stream = directory.stream(layout.type.bitmap, layout.directoryIndex);
  return stream && openStream(directory, stream, (extents) => extents);
}

function isUsed(used: ByteSource | null, { place, start, end }: IndexNode): boolean {
  if (place === "root" || used === null) return true;
  const block = place / (end - start);
  return (((readRange(used, Math.floor(block / 8), 1)[0] ?? 0) >>> (block % 8)) & 1) === 1;
}
