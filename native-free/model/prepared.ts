/** What a worker hands to the writer: rows ready to be stored, the heavy work (fold, compress) already done. */
import type { ContentRow, Reason, Status } from "./item.ts";

/** A stretch of one content's text, at most `textBlockChars` long. */
export interface PreparedBlock {
  /** 0, 1, 2 … in reading order. */
  readonly index: number;
  /**
   * Marks of places in the document ("page 3", "sheet Totals"): each holds from `at` (UTF-16 offset in this block's text) to
   * the next mark. Empty for running text. Stored as JSON beside the block; a hit's `place` is the mark before it.
   */
  readonly labels: readonly { readonly at: number; readonly label: string }[];
  /** UTF-16 units of the text. */
  readonly chars: number;
  /** UTF-8 text, zstd. Offsets of hits refer to the decompressed text. */
  readonly text: Uint8Array;
  /** `fold` of the text: what the index sees. */
  readonly folded: string;
}

/**
 * Upper bound of a block's text in UTF-16 units. A longer text continues in the next block, which repeats the last
 * `textOverlapChars` so that phrases across the seam are found. Seams lie at white space where there is some nearby.
 */
export const textBlockChars = 1 << 20;
export const textOverlapChars = 1024;

/**
 * How much is made of a content. `full`: read by the reader of its type. `strings`: bytes that are no file (slack, free space),
 * whose words may stand anywhere in them. `typed`: the image of a medium, whose files are items of their own. The same bytes may
 * be met in more than one way: what counts is the first of this order, whichever came first.
 */
export const treatments = ["full", "strings", "typed"] as const;
export type Treatment = (typeof treatments)[number];

/**
 * Whether the result holds for equal bytes elsewhere. `never`: it has children or drew on files beside it; `alone`: there was nothing
 * beside it, and something beside might change the result; `anywhere`: there was, and the reader did not look.
 */
export const shares = ["never", "alone", "anywhere"] as const;
export type Share = (typeof shares)[number];

/** What a content is compared by with others that are not equal. */
export interface Similar {
  /** 64 numbers of 32 bits, little-endian (`TextSketcher`); null where the text is too short. */
  readonly sketch: Uint8Array | null;
  /** Null where they were not asked for or cannot be. */
  readonly ssdeep: string | null;
  readonly tlsh: string | null;
}

/** A content with its text; stored as a whole or not at all. */
export interface PreparedContent {
  readonly row: ContentRow;
  readonly treatment: Treatment;
  readonly share: Share;
  readonly similar: Similar;
  readonly blocks: readonly PreparedBlock[];
  /**
   * Further blocks, spooled because the text is long: a file of records, each u32 little-endian length + v8-serialised
   * PreparedBlock, read and deleted by the writer. Null for most.
   */
  readonly spooled: string | null;
}

/** A unit: a root file (or directory, link, special file) of an exhibit and all it contains. */
export interface UnitPlan {
  /** Item id of the root. */
  readonly key: string;
  /** Order of processing and of resume: position in the manifest. */
  readonly order: number;
  readonly path: string;
  readonly size: number;
}

/** The last thing said of a unit; with it the unit is complete. */
export interface UnitResult {
  readonly key: string;
  readonly items: number;
  readonly status: Status;
  readonly reason: Reason | null;
}
