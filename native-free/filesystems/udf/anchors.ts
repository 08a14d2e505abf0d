/**
 * How a volume is known to be UDF: the volume recognition sequence (ECMA-167 2/8.3) and the anchors (3/8.4.2.1, OSTA 2.2.3) in blocks
 * 256, N, N − 256 and, of media that are not closed, 512. The size of a block is that at which anchors stand where they say.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { Blocks } from "./blocks.ts";
import * as layout from "./layouts.ts";
import { tagLocation, tagProblem } from "./tag.ts";

export interface Anchor {
  readonly block: number;
  readonly main: { readonly block: number; readonly bytes: number };
  readonly reserve: { readonly block: number; readonly bytes: number };
}

export interface Recognition {
  /** "NSR02" or "NSR03"; null where there is none. */
  readonly nsr: string | null;
  /** Whether BEA01 and TEA01 stand around it. */
  readonly complete: boolean;
  /** Whether descriptors of ISO 9660 stand in it, too. */
  readonly bridge: boolean;
  /** Bytes that it takes up from 32,768 on. */
  readonly bytes: number;
}

/** The usual ones first: what is left from earlier formatting with another size should not win. */
export const blockSizes = [2048, 512, 4096, 1024, 8192, 16384, 32768] as const;
const mostDescriptors = 64;
const recognition = layout.recognition.cursor();
const anchor = layout.anchor.cursor();
const sequenceNames = /^(?:BEA01|BOOT2|CD001|CDW02|NSR0[23]|TEA01)$/;

/** Structures stand in blocks of 2,048 bytes or, where blocks are larger, one in each. */
export function readRecognition(source: ByteSource): Recognition {
  let best: Recognition = { nsr: null, complete: false, bridge: false, bytes: 0 };
  for (const step of [2048, 4096, 8192, 16384, 32768]) {
    const found = recognitionIn(source, step);
    const better = found.nsr !== null && (best.nsr === null || (found.complete && !best.complete));
    if (better || (best.nsr === null && found.bytes > best.bytes)) best = found;
  }
  return best;
}

function recognitionIn(source: ByteSource, step: number): Recognition {
  const names: string[] = [];
  const window = new Uint8Array(layout.recognition.size);
  for (let index = 0; index < mostDescriptors; index++) {
    window.fill(0);
    source.readInto(window, layout.recognitionAt + index * step);
    const { identifier } = recognition.over(window);
    if (!sequenceNames.test(identifier)) {
      // One that is damaged does not hide those behind it.
      if (names.length === 0 || names.at(-1) === "TEA01" || names.at(-1) === "") break;
      names.push("");
      continue;
    }
    names.push(identifier);
  }
  while (names.at(-1) === "") names.pop();
  const nsr = names.find((name) => name.startsWith("NSR")) ?? null;
  return {
    nsr,
    complete: nsr !== null && names.includes("BEA01") && names.includes("TEA01"),
    bridge: names.includes("CD001"),
    bytes: names.length * step,
  };
}

/** The anchor in a block; null where there is none, or one that is damaged or from elsewhere. */
export function anchorAt(blocks: Blocks, block: number): Anchor | null {
  if (block < 0 || block >= blocks.count || blocks.tagOf(block) !== layout.tagId.anchor) return null;
  const bytes = blocks.read(block);
  if (tagProblem(bytes, 0, block) !== null) return null;
  anchor.over(bytes);
  return {
    block,
    main: { block: anchor.mainBlock, bytes: anchor.mainLength },
    reserve: { block: anchor.reserveBlock, bytes: anchor.reserveLength },
  };
}

/** Blocks that may hold an anchor. */
export function anchorPlaces({ count }: Blocks): number[] {
  return [256, count - 1, count - 257, 512].filter((block, index, all) => block > 0 && all.indexOf(block) === index);
}

export interface Anchored {
  readonly blocks: Blocks;
  readonly anchors: readonly Anchor[];
  /** Anchors of which only the tag is to be made out. */
  readonly damaged: readonly number[];
}

/** Of all sizes of blocks the one with most anchors; null without any. */
export function findAnchors(source: ByteSource): Anchored | null {
  let best: Anchored | null = null;
  for (const size of blockSizes) {
    const blocks = new Blocks(source, size);
    const places = anchorPlaces(blocks);
    const anchors = places.flatMap((block) => anchorAt(blocks, block) ?? []);
    if (anchors.length <= (best?.anchors.length ?? 0)) continue;
    const damaged = places.filter(
      (block) => looksLikeAnchor(blocks, block) && anchors.every((each) => each.block !== block),
    );
    best = { blocks, anchors, damaged };
  }
  return best;
}

/** Its tag names its own block, or all but the checksum holds. */
function looksLikeAnchor(blocks: Blocks, block: number): boolean {
  const bytes = blocks.read(block);
  return bytes[0] === layout.tagId.anchor && bytes[1] === 0 && tagLocation(bytes, 0) === block;
}
