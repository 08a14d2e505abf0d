/** Findings of data and system formats: databases, programs, what systems leave behind. */
import type { FindingKind } from "./findings.ts";

export const dataFindings = {
  "database/header": {
    severity: "loss",
    text: "Its header is no database's ({what}).",
    advice: "Look for another copy; its strings are searchable.",
  },
  "database/truncated": {
    severity: "loss",
    text: "{pages} pages that its header declares are not there; the file was cut short.",
    advice: "Rows on them are missing; look for another copy.",
  },
  "database/damaged": {
    severity: "loss",
    text: "{pages} pages, {chains} chains of long values and {rows} rows could not be read.",
    advice: "The rest was read; look at the damaged part with another tool.",
  },
  "database/row-too-long": {
    severity: "loss",
    text: "{rows} rows are longer than may be read at once; their ends are missing.",
    advice: "Raise the limit of whole reads in the profile and process again.",
  },
  "program/damaged": {
    severity: "loss",
    text: "A part of the program cannot be read ({what}).",
    advice: "The rest was read and its strings are searchable; look at it with another tool.",
  },
  "program/truncated": {
    severity: "loss",
    text: "Its headers declare {bytes} bytes more than there are; the file was cut short.",
    advice: "Look for another copy.",
  },
  "program/names-cut": {
    severity: "note",
    text: "It names more functions than the {limit} that were taken as fields.",
    advice: "All of them are among its strings, which are searchable.",
  },
  "system/damaged": {
    severity: "loss",
    text: "Its structure cannot be read further ({what}).",
    advice: "What stands before that place was read; look at it with another tool.",
  },
  "system/too-large": {
    severity: "loss",
    text: "It is larger than the {limit} bytes that may be read whole.",
    advice: "Raise the limit of whole reads in the profile and process again.",
  },
  "recycle/content-beside": {
    severity: "note",
    text: "The deleted content ({bytes} bytes; {recorded} were recorded) stands beside it under the name with $R in place of $I.",
    advice: "Look at it under that name.",
  },
  "recycle/content-absent": {
    severity: "note",
    text: "The deleted content ({recorded} bytes) does not stand beside it as a file.",
    advice: "It was a folder, was restored, or was deleted for good: look among deleted files.",
  },
  "keys/private-key": {
    severity: "note",
    text: "It holds a private key ({form}).",
    advice: "It may open encrypted messages and files of the same owner.",
  },
  "keys/damaged": {
    severity: "loss",
    text: "It cannot be read as what it claims to be ({what}).",
    advice: "Look at it with another tool.",
  },
} as const satisfies Record<string, FindingKind>;
