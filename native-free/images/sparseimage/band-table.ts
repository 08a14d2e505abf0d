/** Which band of the medium lies where in a sparse image. */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { headerLayout, nodeBytes, nodeLayout, signature } from "./layouts.ts";

export interface TableOptions {
  readonly bandBytes: number;
  /** Bands of the medium. */
  readonly bands: number;
}

export class BandTable {
  readonly findings: readonly Finding[];
  /** Offsets of the nodes of the table. */
  readonly nodes: readonly number[];
  /** Bands that are stored, by number from 0. */
  readonly count: number;
  readonly #numbers: Float64Array;
  readonly #offsets: Float64Array;

  /** Reads every node; what does not hold is a finding. Never throws. */
  constructor(source: ByteSource, { bandBytes, bands }: TableOptions) {
    const findings: Finding[] = [];
    const numbers: number[] = [];
    const offsets: number[] = [];
    this.nodes = nodesOf(source, findings);
    let foreign = 0;
    let outside = 0;
    for (const at of this.nodes) {
      const node = readRange(source, at, nodeBytes);
      const entries = (at === 0 ? headerLayout : nodeLayout).cursor().over(node).bands;
      const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
      for (let i = 0; i * 4 < entries.length; i++) {
        const number = view.getUint32(i * 4);
        if (number === 0) continue;
        const offset = at + nodeBytes + i * bandBytes;
        if (number > bands) foreign++;
        else {
          if (offset >= source.size) outside++;
          numbers.push(number - 1);
          offsets.push(offset);
        }
      }
    }
    if (foreign > 0) findings.push(finding("image/band-foreign", { bands: foreign }));
    if (outside > 0) findings.push(finding("image/outside-file", { blocks: outside }));
    // Of two places of one band the first counts, as everywhere.
    const order = numbers.map((_, index) => index).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
    const kept = order.filter((index, place) => place === 0 || numbers[order[place - 1]!] !== numbers[index]);
    const twice = order.length - kept.length;
    if (twice > 0) findings.push(finding("image/blocks-overlap", { blocks: twice }));
    this.#numbers = Float64Array.from(kept, (index) => numbers[index]!);
    this.#offsets = Float64Array.from(kept, (index) => offsets[index]!);
    this.count = kept.length;
    this.findings = findings;
  }

  /** Offset of a band in the file; else the number of the next one that is stored, as a negative number less one. */
  find(number: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    if (low < this.count && this.#numbers[low] === number) return this.#offsets[low]!;
    return low < this.count ? -this.#numbers[low]! - 1 : -Infinity;
  }

  *offsets(): Iterable<number> {
    yield* this.#offsets;
  }
}

/** The chain of nodes; each lies behind the one before. */
function nodesOf(source: ByteSource, findings: Finding[]): number[] {
  const nodes = [0];
  let next = headerLayout.cursor().over(readRange(source, 0, nodeBytes)).next;
  while (next !== 0) {
    const bytes = next > nodes.at(-1)! && next + nodeBytes <= source.size ? readRange(source, next, nodeBytes) : null;
    const node = bytes && nodeLayout.cursor().over(bytes);
    if (!node || node.signature !== signature) {
      findings.push(finding("image/structure-damaged", { structure: `node ${nodes.length}`, problem: "chain" }));
      break;
    }
    nodes.push(next);
    next = node.next;
  }
  return nodes;
}
