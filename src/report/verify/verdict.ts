/** What the page says of one file, and what the files so far have taught it. */
import type { JournalResult } from "./journal-check.ts";
import type { Keys, KnownKey, Loose } from "./signed-document.ts";

/** `good`: it is what was signed. `bad`: it is not. `unsure`: what was given does not suffice to say. */
export type Level = "good" | "bad" | "unsure";

export interface Verdict {
  readonly file: string;
  readonly level: Level;
  /** One sentence. */
  readonly headline: string;
  /** Shown as a table. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** What the verdict does not say, and what to give in addition. */
  readonly remarks: readonly string[];
}

export interface KnownManifest {
  /** Name of the file it was read from. */
  readonly from: string;
  /** What is known of the manifest itself; what leans on it is no surer. */
  readonly level: Level;
  /** The `files` part: `{ file, sha256, lines, root }`. */
  readonly files: Loose;
}

export interface KnownLeaves {
  /** The hashes of the leaves, 32 bytes each. */
  readonly bytes: Uint8Array;
  /** Root (hex) that they give. */
  readonly root: string;
}

export interface KnownList {
  readonly from: string;
  readonly level: Level;
  /** First path and number of paths, by SHA-256 (hex). */
  readonly paths: ReadonlyMap<string, { readonly path: string; readonly count: number }>;
}

/** A file that a report names by its hash. */
export interface KnownReported {
  readonly name: string;
  /** What is known of the report. */
  readonly level: Level;
}

/** What a proof shows that was found to hold. */
export interface KnownProof {
  readonly from: string;
  /** What is known of the manifest in it. */
  readonly level: Level;
  readonly proves:
    | { readonly kind: "file"; readonly path: string; readonly sha256: string | null }
    | {
        readonly kind: "range";
        readonly from: number;
        readonly length: number;
        readonly first: number;
        readonly leaves: readonly Uint8Array[];
        readonly data: readonly Uint8Array[] | null;
        readonly blockBytes: number;
        /** Of the medium. */
        readonly bytes: number;
      };
}

/** Collects what was judged, so that later files are checked against earlier ones. */
export class Known {
  journal: JournalResult | null = null;
  readonly manifests: KnownManifest[] = [];
  readonly leaves: KnownLeaves[] = [];
  readonly lists: KnownList[] = [];
  readonly proofs: KnownProof[] = [];
  /** Files that a report names, unless it was found not to be genuine: SHA-256 (hex) to the name in the report. */
  readonly reported = new Map<string, KnownReported>();
  readonly #caseKeys = new Map<string, KnownKey>();

  addCaseKey(key: KnownKey): void {
    this.#caseKeys.set(key.keyId, key);
  }

  /** The journal's keys where there is one, else those of `case.json`, else none. */
  keys(): Keys & { readonly from: "journal" | "case" | "none" } {
    const { journal } = this;
    if (journal?.keys) {
      const register = journal.keys;
      return { from: "journal", caseId: register.caseId, officerKey: (keyId) => register.officerKey(keyId) };
    }
    const known = this.#caseKeys;
    const from = known.size > 0 ? "case" : "none";
    return { from, caseId: null, officerKey: (keyId) => known.get(keyId) ?? null };
  }
}
