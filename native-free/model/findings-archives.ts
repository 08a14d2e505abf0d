/** Findings of packed streams and of archives other than ZIP. */
import type { FindingKind } from "./findings.ts";

export const archivesFindings = {
  "stream/damaged": {
    severity: "loss",
    text: "The packed data are damaged ({problem}); the first {size} bytes were read.",
    advice: "What was read is indexed; look for another copy.",
  },
  "stream/checksum": {
    severity: "loss",
    text: "The {size} bytes that were unpacked do not have the checksum stored with them.",
    advice: "It was damaged or altered after it was packed.",
  },
  "stream/size-mismatch": {
    severity: "loss",
    text: "It unpacks to {size} bytes, which is not the size stored with it.",
    advice: "All bytes were read; a false size is a sign of damage or manipulation.",
  },
  "stream/unsupported": {
    severity: "loss",
    text: "It uses something that is not read ({problem}); {size} bytes were unpacked.",
    advice: "Unpack it with another tool and register the result.",
  },
  "stream/trailing": {
    severity: "anomaly",
    text: "{bytes} bytes stand behind the end of the packed data; they are an item of their own.",
    advice: "Look at them: most programs ignore them, so things can be hidden there.",
  },
  "stream/other-names": {
    severity: "note",
    text: "{members} of its parts have names of their own, other than that of the first.",
    advice: "Files were packed one by one and put together; the content is all of them, one behind the other.",
  },
  "archive/damaged": {
    severity: "loss",
    text: "The archive cannot be read further ({problem}).",
    advice: "What comes before is listed; look for another copy.",
  },
  "archive/skipped": {
    severity: "loss",
    text: "{bytes} bytes where a header should stand are none; reading went on behind them.",
    advice: "Entries may be missing; look for another copy.",
  },
  "archive/truncated-entry": {
    severity: "loss",
    text: "{bytes} bytes of its data lie beyond the end of the archive.",
    advice: "What is there is read; look for another copy.",
  },
  "archive/checksum": {
    severity: "loss",
    text: "Its {size} bytes do not have the checksum that the archive declares.",
    advice: "It was damaged or altered after it was packed.",
  },
  "archive/name-hostile": {
    severity: "anomaly",
    text: "Its name would do harm where it is used as a path ({why}).",
    advice: "Do not unpack the archive with an ordinary program.",
  },
  "archive/link-absent": {
    severity: "anomaly",
    text: "It is another name of a file that the archive does not hold before it.",
    advice: "The file may be in another part of a series of backups.",
  },
  "archive/sparse-map": {
    severity: "loss",
    text: "The map of its stretches is damaged; its data are given without the gaps between them.",
    advice: "Offsets in this file are not those that it had.",
  },
  "archive/time-invalid": {
    severity: "note",
    text: "A time of it lies outside of the years 0 to 9999 and is left out.",
    advice: "Other times of the entry, where there are any, are unaffected.",
  },
  "archive/trailing": {
    severity: "note",
    text: "{bytes} bytes stand behind the end of the archive; they are an item of their own.",
    advice: "Look at them: most programs ignore them, so things can be hidden there.",
  },
} as const satisfies Record<string, FindingKind>;
