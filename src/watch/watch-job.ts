/** What the supervisor and the threads that apply watch-lists tell each other: plain data. */
import type { WatchBatch } from "../case/watch-store.ts";

interface JobList {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  /** Texts are not looked through: processing did. */
  readonly own: boolean;
}

export interface WatchThreadData {
  readonly workFile: string;
  readonly lists: readonly JobList[];
  /** Hits of one list that are kept of one content. */
  readonly limit: number;
}

/** Rows with numbers from `from` to `to`, both included. */
export interface WatchTask {
  readonly what: "contents" | "items";
  readonly from: number;
  readonly to: number;
}

export type WatchResult = WatchBatch;
