/** What SQLite says of a work file, in the officer's words. */
import { caseSays, searchSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import { sqliteCode } from "./sqlite.ts";

/** An OperatorError for a full disk, a damaged file and one that cannot be read; anything else unchanged. */
export function workFileError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  switch (code) {
    case "SQLITE_FULL":
      return new OperatorError("case/disk-full", caseSays.diskFull(file), exitCodes.stopped);
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return new OperatorError("case/work-file-damaged", searchSays.workFileDamaged(file));
    // A damaged length can ask for more memory than there is; so can a full machine, so nothing is said to be damaged.
    case "SQLITE_CANTOPEN":
    case "SQLITE_IOERR":
    case "SQLITE_NOMEM":
      return new OperatorError("case/unreadable", caseSays.unreadable(file, code));
    default:
      return error;
  }
}
