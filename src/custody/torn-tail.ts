/**
 * What an interrupted append left at the end of the journal: kept aside as `torn-<seq>-<n>.bin`, then cut off; the next
 * entry, whose number is `<seq>`, is the `recovered` entry that names the file with its hash. Nothing is deleted.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeDurably, type JournalFiles } from "./journal-files.ts";

export interface TornFile {
  readonly [field: string]: string | number;
  readonly file: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/** Copies the torn bytes aside durably before they are cut off; a copy that an earlier attempt made is not made twice. */
export function keepTornAside(
  files: JournalFiles,
  paths: { custody: string; journal: string },
  torn: { tornAt: number; size: number },
  seq: number,
): void {
  const bytes = Buffer.from(files.read(paths.journal, torn.tornAt, torn.size - torn.tornAt));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const known = tornFilesAt(files, paths.custody, seq);
  if (!known.some((file) => file.sha256 === sha256)) {
    const file = join(paths.custody, `torn-${seq}-${known.length + 1}.bin`);
    writeDurably(files, paths.custody, file, bytes);
  }
  files.truncate(paths.journal, torn.tornAt);
  files.sync(paths.journal);
}

/** The torn files of entry `seq`, in order. */
export function tornFilesAt(files: JournalFiles, custody: string, seq: number): TornFile[] {
  return files
    .list(custody)
    .filter((name) => name.startsWith(`torn-${seq}-`) && name.endsWith(".bin"))
    .sort()
    .map((name) => {
      const file = join(custody, name);
      const size = files.size(file) ?? 0;
      const sha256 = createHash("sha256")
        .update(files.read(file, 0, size))
        .digest("hex");
      return { file: name, size, sha256 };
    });
}
