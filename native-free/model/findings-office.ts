/** Findings of compound files, of the Office formats of 97 to 2003 and of what is embedded in them. */
import type { FindingKind } from "./findings.ts";

export const officeFindings = {
  "compound/no-header": {
    severity: "loss",
    text: "It has no header of a compound file.",
    advice: "It is searched as strings; look for another copy.",
  },
  "compound/damaged": {
    severity: "loss",
    text: "The structure of the compound file is damaged ({part}).",
    advice: "What could be found is read; streams may be missing.",
  },
  "compound/chain-broken": {
    severity: "loss",
    text: "The sectors of entry {entry} cannot be followed to their end ({problem}); {bytes} bytes were reached.",
    advice: "What was reached is read; look for another copy.",
  },
  "compound/unlisted": {
    severity: "anomaly",
    text: "No program shows the stream: its entry in the compound file is {state}.",
    advice: "It may be left over from an earlier state, or hidden; its bytes may belong to others meanwhile.",
  },
  "vba/source-lost": {
    severity: "loss",
    text: "The source of {modules} macro modules could not be read.",
    advice: "It was removed or damaged; compiled code may still be there. Look at the file with a macro analyser.",
  },
  "compound/stream-cut": {
    severity: "loss",
    text: "Only the first {bytes} bytes of the stream are in the file.",
    advice: "What is there is read; look for another copy.",
  },
  "office/encrypted": {
    severity: "loss",
    text: "It opens only with a password ({method}).",
    advice: "Add the password to the case's list and process again.",
  },
  "office/default-password": {
    severity: "note",
    text: "It is encrypted with the password that programs use by themselves ({method}); it was opened.",
    advice: "It opens without asking in ordinary programs, but scanners may not look inside.",
  },
  "office/too-large": {
    severity: "loss",
    text: "A stream of it is larger than the {limit} bytes that may be read into memory at once.",
    advice: "Process it with more memory for workers.",
  },
  "office/sheets-lost": {
    severity: "loss",
    text: "{sheets} of its sheets are not where the workbook says.",
    advice: "The other sheets are indexed; look for another copy.",
  },
  "office/unknown-encryption": {
    severity: "loss",
    text: "It is encrypted in a way that is not read.",
    advice: "Open it with the program that wrote it, on a copy.",
  },
} as const satisfies Record<string, FindingKind>;
