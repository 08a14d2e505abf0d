/** Findings of Outlook data files. */
import type { FindingKind } from "./findings.ts";

export const pstFindings = {
  "pst/damaged": {
    severity: "loss",
    text: "A structure of the Outlook data file cannot be read ({problem}).",
    advice: "What could be read is indexed; look for another copy of the file.",
  },
  "pst/checksum": {
    severity: "anomaly",
    text: "The checksums of {pages} pages and {blocks} blocks of the Outlook data file do not fit.",
    advice: "They were read all the same; compare what they hold with another copy.",
  },
  "pst/header-checksum": {
    severity: "anomaly",
    text: "The checksum of the header of the Outlook data file does not fit.",
    advice: "The file was damaged, or changed by another program than Outlook.",
  },
  "pst/unreadable": {
    severity: "loss",
    text: "{structures} structures of the Outlook data file cannot be read.",
    advice: "What they held is lost or only found by its form; look for another copy of the file.",
  },
  "pst/rendered": {
    severity: "note",
    text: "Outlook keeps items as properties; this message was written from them.",
    advice: "Its hash is that of the rendering, not of a file that ever lay on the medium.",
  },
  "pst/password": {
    severity: "note",
    text: "A password is set on the Outlook data file; it encrypts nothing.",
    advice: "Outlook asks for it; the content was read without.",
  },
  "pst/associated": {
    severity: "note",
    text: "It is kept with its folder for programs and not shown to the user.",
    advice: "Rules, views and settings lie there.",
  },
  "pst/unlisted": {
    severity: "note",
    text: "No folder lists it, but the index of the Outlook data file still names it.",
    advice: "Deleted and not yet removed, or the table of its folder is damaged.",
  },
  "pst/recovered": {
    severity: "note",
    text: "The index no longer names it; it was found through an index page left behind (node {node}).",
    advice: "A deleted item, or an earlier state of one that was changed since.",
  },
  "pst/recovery-limit": {
    severity: "loss",
    text: "More than {limit} entries were found in index pages left behind; the others were not looked at.",
    advice: "Look for deleted items with another tool too.",
  },
} as const satisfies Record<string, FindingKind>;
