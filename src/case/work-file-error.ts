/** What SQLite says of a work file, in the officer's words. */
import { dirname } from "node:path";
import { caseSays, searchSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";
import { openDatabase, sqliteCode, type Database } from "./sqlite.ts";

/** Opens a work file for writing and prepares it; `prepare` makes what is returned. Throws OperatorError, and then it is closed. */
export function openToWrite<T>(file: string, prepare: (database: Database) => T, open = openDatabase): T {
  let database: Database | null = null;
  try {
    database = open(file);
    return prepare(database);
  } catch (error) {
    database?.close();
    throw workFileError(error, file);
  }
}

/** An OperatorError for a full disk, a damaged file and one that cannot be read or written; anything else unchanged. */
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
    case "SQLITE_READONLY":
      return new OperatorError("case/not-writable", caseSays.notWritable(dirname(file), code));
    default:
      return error;
  }
}
