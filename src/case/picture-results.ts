/** What the pass over pictures and scanned pages hands to the writer. */
import type { Finding } from "../../native-free/model/findings.ts";
import type { EntityRow, Field, Reason, Status } from "../../native-free/model/item.ts";

/**
 * What is known of the text of a picture: `wanted` it is to be recognised, `done` it was, or why it was not: `off` by the profile,
 * `small` and `plain` nothing in it looks like letters, `unsupported` its format is not decoded, `failed`.
 */
export type OcrState = "wanted" | "done" | "off" | "small" | "plain" | "unsupported" | "failed";

/** Of a picture: everything but its text. Of a document: that its pages are to be recognised. */
export interface PictureResult {
  readonly sha256: string;
  readonly status: Status;
  readonly reason: Reason | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly pages: number | null;
  readonly hash: string | null;
  readonly ocr: OcrState;
  readonly thumbnail: {
    readonly mime: string;
    readonly width: number;
    readonly height: number;
    readonly bytes: Uint8Array;
  } | null;
  readonly fields: readonly Field[];
  readonly findings: readonly Finding[];
}

export interface OcrPage {
  /** From 1. */
  readonly page: number;
  /** Of the model, as the profile names it. */
  readonly language: string;
  readonly script: string | null;
  readonly confidence: number;
  readonly low: boolean;
  /** JSON, zstd. */
  readonly words: Uint8Array;
}

export interface RecognisedText {
  readonly sha256: string;
  readonly ocr: "done" | "failed";
  readonly reason: Reason | null;
  readonly pages: readonly OcrPage[];
  /** Text of all pages, and where each begins in it (UTF-16 units). */
  readonly text: string;
  readonly labels: readonly { readonly at: number; readonly label: string }[];
  /** ISO 639-1. */
  readonly language: string | null;
  /** Offsets are those of the whole text, block is 0. */
  readonly entities: readonly EntityRow[];
  readonly findings: readonly Finding[];
}

/** A content that the pass still has to look at, and where its bytes are found again. */
export interface PictureWork {
  readonly sha256: string;
  /** Type id. */
  readonly type: string;
  readonly size: number;
  readonly pages: number;
  /** Item id of the unit's root, and its position. */
  readonly unit: string;
  readonly order: number;
  /** Item ids from the root of the unit (included) down to the item. */
  readonly ids: readonly string[];
}
