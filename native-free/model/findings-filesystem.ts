/** Findings that file systems share (`native-free/filesystems`). */
import type { FindingKind } from "./findings.ts";

const general = {
  "filesystem/boot-damaged": {
    severity: "loss",
    text: "The first structure of a {format} file system cannot be used ({problem}), and there is no intact copy of it.",
    advice: "Nothing of the file system was read; its volume is searched as unallocated space.",
  },
  "filesystem/structure-replaced": {
    severity: "anomaly",
    text: "{structure} is damaged; its copy was used.",
    advice: "Nothing is lost. Ask what happened to the medium.",
  },
  "filesystem/structures-differ": {
    severity: "anomaly",
    text: "{structure} is there twice, and the copies differ ({field}); the first was used.",
    advice: "Systems keep them equal. Look at both.",
  },
  "filesystem/structure-damaged": {
    severity: "anomaly",
    text: "{structure} does not hold ({problem}).",
    advice: "What it says was not used.",
  },
  "filesystem/truncated": {
    severity: "loss",
    text: "The volume has {bytes} bytes, the file system says that it occupies {expected}.",
    advice: "What lies behind the end is named as missing; look for a complete copy of the medium.",
  },
  "filesystem/not-clean": {
    severity: "note",
    text: "The file system was not closed properly.",
    advice: "The last changes may be incomplete; ask in what state the machine or medium was seized.",
  },
  "filesystem/media-errors": {
    severity: "note",
    text: "A system noted errors of the medium in the file system.",
    advice: "Parts of the content may have been lost before the medium was acquired.",
  },
  "filesystem/no-directory": {
    severity: "anomaly",
    text: "It is a {kind}, not a directory.",
    advice: "Open it as what it is.",
  },
  "filesystem/loop": {
    severity: "loss",
    text: "What says where its content lies leads in a circle at block {block}.",
    advice: "It was damaged or made so; what lies before the circle was read.",
  },
  "filesystem/directory-loop": {
    severity: "anomaly",
    text: "The directory leads to one that was listed already (block {block}).",
    advice: "It was damaged or made so; its entries are shown once, where they were met first.",
  },
  "filesystem/cross-linked": {
    severity: "anomaly",
    text: "It claims block {block}, which another allocated entry claims, too.",
    advice: "At most one of them can be right: look at the content of both.",
  },
  "filesystem/outside-volume": {
    severity: "loss",
    text: "It claims block {block}, which the volume does not have.",
    advice: "That part of the content is named as missing.",
  },
  "filesystem/chain-cut": {
    severity: "loss",
    text: "Its chain of blocks breaks off at block {block} ({problem}).",
    advice: "What lies behind is named as missing; it may be among the lost chains or in unallocated space.",
  },
  "filesystem/content-short": {
    severity: "loss",
    text: "It has {bytes} bytes in blocks, its size says {expected}.",
    advice: "The rest is named as missing.",
  },
  "filesystem/content-long": {
    severity: "note",
    text: "{bytes} bytes are allocated to it beyond its size and beyond what rounding up explains.",
    advice: "Space taken in advance, or a place to hide: its slack is searched like any other.",
  },
  "filesystem/size-beyond-volume": {
    severity: "anomaly",
    text: "Its size of {bytes} bytes is larger than the volume.",
    advice: "The entry is damaged or forged.",
  },
  "filesystem/time-invalid": {
    severity: "anomaly",
    text: "{times} of its times are none that can exist.",
    advice: "They were left out; the entry is damaged or was written by an odd program.",
  },
  "filesystem/directory-damaged": {
    severity: "loss",
    text: "{entries} places of the directory hold no entry that could be understood.",
    advice: "Names may be lost; files without a name are among the lost chains and in unallocated space.",
  },
  "filesystem/parent-mismatch": {
    severity: "anomaly",
    text: "The directory names another parent (block {block}) than the one it was found in.",
    advice: "It was moved by an odd program, damaged or forged.",
  },
  "filesystem/hidden-data": {
    severity: "anomaly",
    text: "{area} holds {bytes} bytes that are not zero where systems keep nothing.",
    advice: "Possibly hidden data: look at it.",
  },
  "filesystem/lost-chain": {
    severity: "anomaly",
    text: "A chain of blocks from {block} on is in use and belongs to no entry.",
    advice: "Content that lost its name: judge by what it holds.",
  },
  "filesystem/lost-chains": {
    severity: "anomaly",
    text: "{blocks} blocks are marked as in use and belong to no entry.",
    advice: "Content that lost its name; it is listed as orphan.",
  },
  "filesystem/reconstructed": {
    severity: "note",
    text: "Only the first block of this deleted file is recorded; it was taken to continue in the next free blocks, past {skipped} in use.",
    advice: "A fragmented file is put together wrongly this way: judge by its content.",
  },
  "filesystem/free-count": {
    severity: "note",
    text: "The file system counts {stated} free blocks; {found} are free.",
    advice: "Usual after an unclean end; else the file system was changed by an odd program.",
  },
} as const satisfies Record<string, FindingKind>;

const fat = {
  "fat/tables-differ": {
    severity: "anomaly",
    text: "The allocation tables differ in {entries} entries, the first for cluster {cluster}; table {used} was used.",
    advice: "Interrupted writing, or hidden allocations: look at the entries that change with the other table.",
  },
  "fat/table-replaced": {
    severity: "anomaly",
    text: "Allocation table {damaged} does not begin as one; table {used} was used.",
    advice: "Ask what happened to the medium.",
  },
  "fat/table-too-small": {
    severity: "loss",
    text: "The allocation table has room for {room} clusters, the volume has {clusters}.",
    advice: "What lies in the others has no table entry; it is shown as not understood.",
  },
  "fat/bad-clusters": {
    severity: "note",
    text: "{clusters} clusters are marked as bad.",
    advice: "Marking good clusters as bad hides data: their bytes are searched.",
  },
  "fat/label-with-content": {
    severity: "anomaly",
    text: "The entry is marked as volume label, yet has a content or lies outside of the root.",
    advice: "Systems do not show it: possibly hidden. Its content is read.",
  },
  "fat/entry-implausible": {
    severity: "anomaly",
    text: "The directory entry has a name or attributes that no system writes.",
    advice: "It is shown as it stands; the directory may be damaged.",
  },
  "fat/long-name-broken": {
    severity: "note",
    text: "{pieces} pieces of a long name stand before the entry and do not belong to it.",
    advice: "The file was renamed by a program that knows no long names; the piece is listed on its own.",
  },
} as const satisfies Record<string, FindingKind>;

export const fileSystemFindings = { ...general, ...fat };
