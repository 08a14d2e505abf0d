/** Findings of ISO 9660 (`native-free/filesystems/iso9660`). */
import type { FindingKind } from "./findings.ts";

export const iso9660Findings = {
  "iso9660/byte-orders-differ": {
    severity: "anomaly",
    text: "The {field} is recorded in both byte orders, and they do not say the same.",
    advice: "Programs write them alike: it was damaged or changed by hand. The one that can be was used.",
  },
  "iso9660/sessions": {
    severity: "note",
    text: "The medium was written in {sessions} sessions; the tree of the last one is shown.",
    advice: "What earlier sessions had and the last one does not name is listed as deleted.",
  },
  "iso9660/only-in-tree": {
    severity: "anomaly",
    text: "Only the {tree} tree of the disc names it; the tree that systems prefer does not.",
    advice: "It is hidden from systems that read the other tree: ask who made the disc, and how.",
  },
  "iso9660/path-tables-differ": {
    severity: "anomaly",
    text: "The path tables of the {tree} tree do not say the same.",
    advice: "Programs write them alike: it was damaged or changed by hand. The fullest one was used.",
  },
  "iso9660/path-table-only": {
    severity: "anomaly",
    text: "{directories} directories are in the path table of the {tree} tree, and no directory names them.",
    advice: "A directory record was damaged or removed; they are listed as orphans.",
  },
  "iso9660/path-table-count": {
    severity: "note",
    text: "The path table of the {tree} tree has {stated} directories, the tree itself {found}.",
    advice: "Some programs leave directories out; else one of the two was changed.",
  },
  "iso9660/system-use-damaged": {
    severity: "anomaly",
    text: "What systems keep behind the name does not hold ({problem}).",
    advice: "Owner, mode, times or the long name may be missing.",
  },
  "iso9660/packed-damaged": {
    severity: "loss",
    text: "The file is marked as packed by zisofs and cannot be unpacked ({problem}).",
    advice: "Its bytes are given as they are stored.",
  },
  "iso9660/sparse-form": {
    severity: "note",
    text: "The file is in the sparse form of Rock Ridge, and has {bytes} bytes when it is spread out.",
    advice: "Its bytes are given as they are stored, tables included.",
  },
  "iso9660/boot-catalog": {
    severity: "anomaly",
    text: "The boot catalog does not hold ({problem}).",
    advice: "What the disc would start is not known from it.",
  },
} as const satisfies Record<string, FindingKind>;
