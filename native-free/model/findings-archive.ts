/** Findings of containers. */
import type { FindingKind } from "./findings.ts";

export const archiveFindings = {
  "zip/damaged": {
    severity: "loss",
    text: "The archive cannot be read further ({problem}).",
    advice: "What could be read is listed; the rest is searched as strings.",
  },
  "zip/salvaged": {
    severity: "loss",
    text: "Its directory is absent or damaged ({bad} bad records); {entries} entries were found by searching for their headers.",
    advice: "Expect missing or cut entries; look for another copy of the archive.",
  },
  "zip/unlisted": {
    severity: "anomaly",
    text: "It holds {entries} entries that its directory does not name, which most programs do not show.",
    advice: "Look at them: they were removed without rewriting the archive, or hidden.",
  },
  "zip/not-in-directory": {
    severity: "anomaly",
    text: "The archive's directory does not name this entry; it was found by its header.",
    advice: "Most programs do not show it. Its end and attributes are less certain than those of listed entries.",
  },
  "zip/directory-count": {
    severity: "anomaly",
    text: "The archive declares {declared} entries and its directory names {found}.",
    advice: "Some programs show only the declared number.",
  },
  "zip/too-many-entries": {
    severity: "loss",
    text: "It names more than {limit} entries; the others were not listed.",
    advice: "Possibly made to exhaust readers; unpack it with another tool and register the result.",
  },
  "zip/multi-disk": {
    severity: "anomaly",
    text: "The archive says that it is one part of several.",
    advice: "Look for the other parts; entries that lie in them are listed without content.",
  },
  "zip/joined": {
    severity: "note",
    text: "It is the first or last of {parts} parts, which were read as one archive.",
    advice: "Its entries lie in all of them.",
  },
  "zip/part-missing": {
    severity: "loss",
    text: "It is one part of several, and part {part} is not beside it.",
    advice: "Look for the other parts and process them in one folder.",
  },
  "zip/part": {
    severity: "note",
    text: "It is one part of an archive whose entries are listed under another part.",
    advice: "See the part that ends in .zip or .001.",
  },
  "zip/not-authentic": {
    severity: "loss",
    text: "Its authentication code does not fit what was decrypted.",
    advice: "It was damaged or altered after it was encrypted, or the password fits by chance alone.",
  },
  "zip/prefix": {
    severity: "note",
    text: "{bytes} bytes stand before the archive; they are an item of their own.",
    advice: "Common for self-extracting archives; else something may be hidden there.",
  },
  "zip/trailing": {
    severity: "note",
    text: "{bytes} bytes stand after the archive; they are an item of their own.",
    advice: "Look at them: most programs ignore them, so things can be hidden there.",
  },
  "zip/unexplained": {
    severity: "note",
    text: "{bytes} bytes between its entries belong to none of them.",
    advice: "Signing blocks and alignment are common; the bytes are not indexed.",
  },
  "zip/no-local-header": {
    severity: "loss",
    text: "The directory names it, but no header stands where it should.",
    advice: "Its name and times are known; its content could not be read.",
  },
  "zip/local-differs": {
    severity: "anomaly",
    text: "Directory and local header of the entry disagree ({what}); the directory was believed.",
    advice: "Programs that read only local headers show something else.",
  },
  "zip/truncated-entry": {
    severity: "loss",
    text: "{bytes} bytes of its data lie beyond the end of the archive.",
    advice: "What is there is read; look for another copy.",
  },
  "zip/extra-damaged": {
    severity: "anomaly",
    text: "Its additional header fields are malformed.",
    advice: "Times and names that stood in them may be missing.",
  },
  "zip/overlap": {
    severity: "anomaly",
    text: "Its data overlap with those of another entry.",
    advice: "Typical of decompression bombs; every entry is read within the budgets.",
  },
  "zip/duplicate-name": {
    severity: "anomaly",
    text: "Another entry of the archive has the same name.",
    advice: "Programs show only one of them; all are items here.",
  },
  "zip/name-hostile": {
    severity: "anomaly",
    text: "Its name would do harm where it is used as a path ({why}).",
    advice: "Do not unpack the archive with an ordinary program.",
  },
  "zip/time-invalid": {
    severity: "note",
    text: "Its date and time are not a valid date.",
    advice: "Other times of the entry, where there are any, are unaffected.",
  },
  "zip/folder-with-data": {
    severity: "anomaly",
    text: "It has the name of a folder but holds data; it is treated as a file.",
    advice: "Look at it: most programs do not show such data.",
  },
  "zip/encrypted": {
    severity: "loss",
    text: "It is encrypted ({method}).",
    advice: "Ask for the password.",
  },
  "zip/unsupported-method": {
    severity: "loss",
    text: "It is packed with method {method}, which is not read.",
    advice: "Unpack it with another tool and register the result.",
  },
  "zip/data-damaged": {
    severity: "loss",
    text: "Its packed data are damaged ({problem}); the first {size} bytes were read.",
    advice: "What was read is indexed; look for another copy.",
  },
  "zip/crc-mismatch": {
    severity: "loss",
    text: "Its {size} bytes do not have the checksum that the archive declares.",
    advice: "It was damaged or altered after it was packed.",
  },
  "zip/size-mismatch": {
    severity: "loss",
    text: "The archive declares {declared} bytes, but it unpacks to {size}.",
    advice: "All bytes were read; a false size is a sign of manipulation or of a bomb.",
  },
} as const satisfies Record<string, FindingKind>;
