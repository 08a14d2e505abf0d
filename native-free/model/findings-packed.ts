/** Findings of archives that 7-Zip reads, and of images of media inside of containers and folders. */
import type { FindingKind } from "./findings.ts";

export const packedFindings = {
  "packed/damaged": {
    severity: "loss",
    text: "The archive cannot be read in full ({problem}).",
    advice: "What could be listed is there; look for another copy.",
  },
  "packed/entry-damaged": {
    severity: "loss",
    text: "Its data are damaged ({problem}); {size} bytes came out.",
    advice: "What came out is read; look for another copy of the archive.",
  },
  "packed/unsupported": {
    severity: "loss",
    text: "It is packed in a way that is not read ({method}).",
    advice: "Unpack it with another tool and register the result.",
  },
  "packed/too-large": {
    severity: "loss",
    text: "It needs more memory than the {limit} bytes that the profile allows.",
    advice: "Raise budgets.wholeBytes in the profile and process again.",
  },
  "packed/too-many-entries": {
    severity: "loss",
    text: "The archive holds more entries than are listed ({listed}).",
    advice: "Unpack it with another tool and register the result.",
  },
  "packed/locked": {
    severity: "loss",
    text: "Entries or the list of them are encrypted ({method}).",
    advice: "Add the password to the case's list and process again.",
  },
  "packed/part": {
    severity: "note",
    text: "It is a part of an archive whose first part lies beside it; its entries are found there.",
    advice: "Look at the first part.",
  },
  "packed/part-missing": {
    severity: "loss",
    text: "Parts of the archive are missing; entries that go on there are not whole.",
    advice: "Look for the other parts and register them in one folder.",
  },
  "packed/joined": {
    severity: "note",
    text: "It was read together with the other parts of the archive that lie beside it ({parts} in all).",
    advice: "Nothing; entries may come from any of them.",
  },
  "packed/image-refused": {
    severity: "loss",
    text: "A volume of the medium could not be opened as what it claims to be ({volume}).",
    advice: "Register the image as an exhibit of its own and look at its layers.",
  },
  "packed/image-unread": {
    severity: "loss",
    text: "A volume of the medium holds something that is not read ({kind}).",
    advice: "Look at it with another tool.",
  },
  "packed/image-cut": {
    severity: "loss",
    text: "The medium holds more than the {limit} entries that are listed of an image inside of a container.",
    advice: "Register the image as an exhibit of its own.",
  },
  "packed/deleted": {
    severity: "note",
    text: "The entry was deleted; its bytes are {state}.",
    advice: "Parts of the content may belong to files that came later.",
  },
  "packed/overwritten": {
    severity: "loss",
    text: "{bytes} of its bytes are overwritten or missing and are given as zeros.",
    advice: "Do not take the zeros for content.",
  },
} as const satisfies Record<string, FindingKind>;
