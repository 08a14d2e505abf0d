/** Findings of the examination of a medium: volumes that are not read, bytes that are not there, images inside of it. */
import type { FindingKind } from "./findings.ts";

export const mediumFindings = {
  "medium/volume-encrypted": {
    severity: "loss",
    text: "The volume is encrypted ({kind}).",
    advice: "Unlock it with its owner's key and acquire what it holds as an exhibit of its own.",
  },
  "medium/volume-not-read": {
    severity: "loss",
    text: "The volume holds something that is known and not read ({kind}).",
    advice: "Its bytes were searched for strings; open it with a program that reads it.",
  },
  "medium/volume-other": {
    severity: "note",
    text: "The volume is no file system ({kind}).",
    advice: "Its bytes were searched for strings.",
  },
  "medium/volume-unknown": {
    severity: "anomaly",
    text: "Nothing that begins in the volume is known.",
    advice: "Its bytes were searched for strings; it may be encrypted, erased or damaged.",
  },
  "medium/not-understood": {
    severity: "anomaly",
    text: "{bytes} bytes of the file system belong to nothing that its structures name.",
    advice: "They were searched for strings; look at them by hand.",
  },
  "medium/nested-budget": {
    severity: "loss",
    text: "It is an image of a medium and was not opened: the limit of {limit} ({of}) was reached.",
    advice: "Export it and acquire it as an exhibit of its own.",
  },
  "medium/nested": {
    severity: "note",
    text: "It is an image of a medium ({format}); what it holds is listed below it.",
    advice: "Its own bytes were hashed, its text stands with the items in it.",
  },
  "medium/lost-bytes": {
    severity: "loss",
    text: "{bytes} bytes of its content are not there ({kind}); they count as zeros.",
    advice: "Hashes and text are those of the rest with zeros in between.",
  },
  "medium/lost-more": {
    severity: "loss",
    text: "{ranges} further stretches of its content, {bytes} bytes in all, are not there.",
    advice: "Hashes and text are those of the rest with zeros in between.",
  },
  "medium/overwritten": {
    severity: "note",
    text: "All of its content belongs to other files now.",
    advice: "Nothing of it can be had from here; look for copies.",
  },
  "medium/all-sparse": {
    severity: "note",
    text: "None of its {bytes} bytes was ever written.",
    advice: "It reads as zeros; it was not hashed.",
  },
  "medium/extents-cut": {
    severity: "note",
    text: "It lies in {count} pieces; the first {kept} of them are recorded.",
    advice: "Its content was read in full.",
  },
} as const satisfies Record<string, FindingKind>;
