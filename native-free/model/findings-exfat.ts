/** Findings of exFAT (`native-free/filesystems/exfat`). */
import type { FindingKind } from "./findings.ts";

export const exfatFindings = {
  "exfat/set-checksum": {
    severity: "anomaly",
    text: "The checksum of its directory entries does not hold.",
    advice:
      "They were damaged, or changed by a program that is no file system: compare names, times and size with other sources.",
  },
  "exfat/set-incomplete": {
    severity: "anomaly",
    text: "Not all of its directory entries are there.",
    advice:
      "Of a deleted file the rest was overwritten: name, times or place are missing. Of an allocated one it is damage.",
  },
  "exfat/set-damaged": {
    severity: "anomaly",
    text: "The type of one of its directory entries is wrong; it was taken for what should stand in its place.",
    advice: "No system shows the file: it was damaged or hidden.",
  },
  "exfat/name-hash": {
    severity: "anomaly",
    text: "The hash of its name is not that of the name.",
    advice: "Systems may not find the file by its name: it was damaged, or renamed by an odd program.",
  },
  "exfat/allocation-forbidden": {
    severity: "anomaly",
    text: "It says that it can have no clusters, yet names some.",
    advice: "Systems show no content: possibly hidden. What it names was read.",
  },
  "exfat/valid-length": {
    severity: "anomaly",
    text: "Its valid length or its size is one that cannot be.",
    advice: "The entry is damaged or forged; all of the content that can be had was read.",
  },
  "exfat/not-written": {
    severity: "note",
    text: "The last {bytes} bytes of its size are behind the valid data length; they read as zeros.",
    advice: "The clusters behind the valid length hold older data: they are listed as slack.",
  },
  "exfat/unmarked": {
    severity: "anomaly",
    text: "{clusters} of its clusters are marked as free.",
    advice: "Its end may be overwritten by the next write; interrupted writing or an odd program.",
  },
  "exfat/clusters-unmarked": {
    severity: "anomaly",
    text: "{clusters} clusters of allocated entries are marked as free.",
    advice: "Interrupted writing, or an odd program: the entries were believed.",
  },
  "exfat/bitmaps-differ": {
    severity: "note",
    text: "The two allocation bitmaps differ in {clusters} clusters, the first is {cluster}.",
    advice: "The other is of the transaction before: what it has more was deleted by the last one.",
  },
  "exfat/percent-in-use": {
    severity: "note",
    text: "The file system says that {stated} per cent of it are in use; it is {found}.",
    advice: "Usual after an unclean end; else the file system was changed by an odd program.",
  },
} as const satisfies Record<string, FindingKind>;
