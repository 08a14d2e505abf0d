/**
 * A compiled regular expression as a machine over the bytes of UTF-8, made of the program that re2js compiles: what it holds for is what
 * re2js holds for, flags, classes and case folding included. Programs with lookbehind and very large ones are not made.
 */
import type { RE2JS } from "re2js";
import { instructionsOf, operations, rangesOf, type Instruction } from "./instructions.ts";
import { Utf8Edges, type ByteEdge } from "./utf8-edges.ts";

/** What stands at a place of the program. `fork` and `look` take no byte. */
export type ByteNode =
  | { readonly kind: "bytes"; readonly edges: readonly ByteEdge[] }
  | { readonly kind: "fork"; readonly to: readonly number[] }
  /** Goes on where all of `conditions` hold. */
  | { readonly kind: "look"; readonly conditions: number; readonly to: number }
  | { readonly kind: "match" };

export interface ByteProgram {
  readonly nodes: readonly ByteNode[];
  readonly start: number;
}

/** Conditions of a place between two characters, as re2js numbers them. */
export const looks = { lineBegin: 1, lineEnd: 2, textBegin: 4, textEnd: 8, wordEdge: 16, noWordEdge: 32 } as const;

/** More would take longer to walk than re2js takes. */
const mostNodes = 40_000;
const lastRune = 0x10ffff;

/** Null where the program has something that is not made here. */
export function byteProgram(pattern: RE2JS): ByteProgram | null {
  const { instructions, start } = instructionsOf(pattern);
  const edges = new Utf8Edges(instructions.length);
  const nodes: ByteNode[] = [];
  for (const instruction of instructions) {
    const node = nodeOf(instruction, edges);
    if (node === null || edges.count > mostNodes) return null;
    nodes.push(node);
  }
  nodes.push(...edges.nodes.map((each): ByteNode => ({ kind: "bytes", edges: each })));
  return { nodes, start };
}

function nodeOf(instruction: Instruction, edges: Utf8Edges): ByteNode | null {
  const { op, out, arg } = instruction;
  switch (op) {
    case operations.fork:
    case operations.forkMatch:
      return { kind: "fork", to: [out, arg] };
    case operations.capture:
    case operations.nothing:
      return { kind: "fork", to: [out] };
    case operations.look:
      return { kind: "look", conditions: arg, to: out };
    case operations.fail:
      return { kind: "fork", to: [] };
    case operations.match:
      return { kind: "match" };
    case operations.runes:
    case operations.oneRune:
      return { kind: "bytes", edges: edges.of(rangesOf(instruction), out) };
    case operations.any:
      return { kind: "bytes", edges: edges.of([0, lastRune], out) };
    case operations.anyButLineFeed:
      return { kind: "bytes", edges: edges.of([0, 9, 11, lastRune], out) };
    default:
      return null;
  }
}
