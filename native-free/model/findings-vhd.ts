/** Findings of VHD and VHDX images; what other virtual disks have, too, is in `findings-virtual-disk.ts`. */
import type { FindingKind } from "./findings.ts";

export const vhdFindings = {
  "image/vhd-footers-differ": {
    severity: "anomaly",
    text: "The footer at the end and its copy at the start are both intact and differ in {field}; that at the end was used.",
    advice: "Programs keep them equal. Ask who handled the image.",
  },
  "image/vhd-footer-misplaced": {
    severity: "anomaly",
    text: "{bytes} bytes follow the footer, which should be the end of the file.",
    advice: "Something was appended; look at it.",
  },
  "image/vhd-fixed-size": {
    severity: "anomaly",
    text: "The footer says that the medium has {declared} bytes; {held} bytes lie in front of it.",
    advice: "The size of the footer was used as far as the file goes; look at the rest.",
  },
  "image/vhd-size-by-geometry": {
    severity: "note",
    text: "The medium has {size} bytes, its geometry gives {geometry}: the virtual machine saw only these.",
    advice: "The larger size was used, so hashes of programs that go by the geometry differ.",
  },
  "image/vhd-saved-state": {
    severity: "note",
    text: "The virtual machine was suspended when the image was last used.",
    advice: "Its memory is in a file of its own (.vsv, .bin): look for it.",
  },
  "image/vhd-block-size": {
    severity: "anomaly",
    text: "Its blocks have {bytes} bytes, which is no power of two.",
    advice: "No known program writes that; compare with another copy.",
  },
  "image/vhd-table-short": {
    severity: "loss",
    text: "The medium has {blocks} blocks, the table has {entries} entries.",
    advice: "The blocks without an entry are named as missing; the header is damaged.",
  },
  "image/vhdx-log-replayed": {
    severity: "note",
    text: "The log held {changes} changes of its tables that were not carried out; they were, in memory only.",
    advice: "Nothing; programs do the same when they open it, and change the file.",
  },
  "image/vhdx-log-lost": {
    severity: "loss",
    text: "The log should hold changes of its tables and has no intact one ({problem}).",
    advice: "The tables were read as they are, in an unfinished state; compare with another copy.",
  },
  "image/vhdx-block-state": {
    severity: "anomaly",
    text: "{blocks} blocks of the medium are in a state that the format does not have or not for this kind of image.",
    advice: "The table is damaged or forged; what cannot be told is named as unknown.",
  },
  "image/vhdx-bitmap-missing": {
    severity: "loss",
    text: "{blocks} blocks of the medium lie partly in the parent, and the bitmap that says which parts is not there.",
    advice: "They are named as unknown; the table is damaged.",
  },
} as const satisfies Record<string, FindingKind>;
