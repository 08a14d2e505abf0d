/** What work files of other exhibits of the case say of equal bytes: it is copied, so that every work file stands alone. */
import type { PreparedContent } from "../../native-free/model/prepared.ts";
import { copyOfContent } from "../case/copy-content.ts";
import { WorkFileReader } from "../case/work-file-reader.ts";
import { isOperatorError } from "../messages/operator-error.ts";

export class EarlierResults {
  readonly #files: readonly string[];
  #readers: WorkFileReader[] | null = null;

  /** `files` are opened when the first content is asked for. */
  constructor(files: readonly string[]) {
    this.#files = files;
  }

  /** The result of these bytes as the first of the files has it; null where none has one that holds here. */
  recall(sha256: string, hasBeside: boolean): PreparedContent | null {
    if (this.#files.length === 0) return null;
    this.#readers ??= this.#files.flatMap((file) => guarded(() => WorkFileReader.open(file)) ?? []);
    for (const reader of this.#readers) {
      const copy = guarded(() => copyOfContent(reader, sha256, hasBeside));
      if (copy) return copy;
    }
    return null;
  }
}

/** A work file that cannot be read (removed meanwhile, damaged) has no results to copy. */
function guarded<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (isOperatorError(error)) return null;
    throw error;
  }
}
