/** Where the parts of a journal lie in a case folder. */
import { join } from "node:path";

export function journalPaths(caseDir: string) {
  const custody = join(caseDir, "custody");
  return {
    custody,
    journal: join(custody, "journal.jsonl"),
    checkpoints: join(custody, "checkpoints"),
    lock: join(custody, "lock.db"),
  };
}

export type JournalPaths = ReturnType<typeof journalPaths>;
