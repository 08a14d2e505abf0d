/** What supervisor and engine say to each other over their IPC channel (JSON). */
import type { PasswordList } from "../case/password-list.ts";
import type { ImageJob } from "./image/image-job.ts";
import type { LaterProgress } from "./later/later-pass.ts";
import type { Profile } from "./profile.ts";
import type { UsedList } from "./watch-lists.ts";

/** How the last engine on this exhibit ended, as the supervisor saw it. `stopped` blames nobody. */
export type LastDeath = "crash" | "oom" | "stopped";

export interface Job {
  readonly label: string;
  /** The folder, or the container of its files; of an image its first file. */
  readonly source: string;
  readonly manifest: string;
  /** Lines of the manifest of a folder, and the bytes of its files. */
  readonly manifestLines: number;
  readonly manifestBytes: number;
  /** Null for a folder. */
  readonly image: ImageJob | null;
  readonly workFile: string;
  /** Hash sets of the case, and what tells these sets from others. */
  readonly hashSets: { readonly files: readonly string[]; readonly identity: string };
  /** Finished work files of other exhibits with the same profile and passwords, whose results may be copied. */
  readonly others: readonly string[];
  readonly lockFile: string;
  readonly spool: string;
  readonly profile: Profile;
  readonly profileHash: string;
  /** Of the case; the revision tells one list from another. */
  readonly passwords: PasswordList;
  readonly watchLists: readonly UsedList[];
  readonly workers: number;
  readonly stallMs: number;
  readonly workerMemoryMb: number;
  readonly lastDeath: LastDeath;
  /** What the probe tries to reach and must not. */
  readonly probe: ProbeTargets;
  /** URL of the parsing threads' module: null for the product's own; tests put one that misbehaves in its place. */
  readonly threadEntry: string | null;
}

export interface ProbeTargets {
  /** Files that must not be readable. */
  readonly unreadable: readonly string[];
  /** Files that must not be writable. */
  readonly unwritable: readonly string[];
}

export interface Progress {
  /** Items of an image that were listed so far; null once the list is whole, and for folders. */
  readonly listed: number | null;
  readonly units: number;
  readonly unitsDone: number;
  readonly bytesDone: number;
  readonly bytes: number;
  /** Of the pass over pictures and scanned pages; null before it. */
  readonly pictures: LaterProgress | null;
}

export type ToEngine = { readonly say: "job"; readonly job: Job } | { readonly say: "stop" };

export type FromEngine =
  | { readonly say: "probe"; readonly results: readonly ProbeResult[] }
  | { readonly say: "progress"; readonly progress: Progress }
  | { readonly say: "log"; readonly level: "info" | "warn" | "error"; readonly event: string; readonly data: LogData }
  | { readonly say: "finished"; readonly outcome: EngineOutcome }
  | { readonly say: "failed"; readonly code: string; readonly message: string; readonly exit: number };

export type LogData = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface ProbeResult {
  readonly tried: string;
  /** True where the attempt was refused, as it should be. */
  readonly refused: boolean;
}

export interface EngineOutcome {
  readonly complete: boolean;
  readonly units: number;
  readonly unitsDone: number;
  readonly items: number;
  readonly contents: number;
  /** Threads that were lost to time-outs, memory or crashes. */
  readonly lostThreads: number;
  /** Slack of zeros, of which no items were made. */
  readonly zeroSlack: { readonly items: number; readonly bytes: number };
  readonly sqlite: string;
}
