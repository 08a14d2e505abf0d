/** What every file system offers: its entries (allocated, deleted, orphan), their bytes, and an account of the whole volume. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Fact } from "../model/facts.ts";
import type { Finding } from "../model/findings.ts";
import type { ContentClaim, EvidenceName, ItemTime, NameClaim, Origin } from "../model/item.ts";
import type { Registration } from "../model/registration.ts";

export type FileSystemEntryKind =
  | "file"
  | "directory"
  | "symlink"
  | "special"
  /** Written by the file system for itself and shown by no system: `$MFT`, the journal, the FATs, the entry of the label. */
  | "metadata"
  /** A further stream of a file: alternate data stream, resource fork. Its parent is the file. */
  | "stream";

/**
 * What became of a stretch. `intact`: allocated, or of a deleted file and claimed by nothing else. `partly overwritten`: another
 * deleted file claims it too, so that it may hold the bytes of either. `overwritten`: an allocated file owns it now; its bytes
 * are never given out as those of the deleted one. `missing`: the file system does not say where it is (broken chain).
 */
export type ExtentState = "intact" | "partly overwritten" | "overwritten" | "missing";

/**
 * Bytes of a content in the volume, in the order of the content. `start` is null for a stretch without a place: sparse where it
 * is `intact`, else `missing`.
 */
export interface FileExtent {
  readonly start: number | null;
  readonly length: number;
  readonly state: ExtentState;
}

/**
 * An entry is small and may work out its fields when they are asked for (times, findings, claims of deleted content): read them by
 * name, do not spread or clone it. It is handed only to the file system that made it, which knows its extents.
 */
export interface FileSystemEntry {
  /** Structural key, unique in the file system and the same each time it is opened: directory-entry offset, record and stream. */
  readonly key: string;
  /** Key of the directory (or of the file of a stream); null in the root, and for orphans. */
  readonly parent: string | null;
  /** `bytes` where the text does not give them back: those of the short name, UTF-16LE where names are kept so. */
  readonly name: EvidenceName;
  readonly kind: FileSystemEntryKind;
  readonly nameClaim: NameClaim;
  readonly contentClaim: ContentClaim;
  readonly origin: Origin;
  /** Bytes of the content as the file system states it, and always the size of what `open` gives. Of directories: of their structure. */
  readonly size: number;
  readonly times: readonly ItemTime[];
  /**
   * As text by name of the field's standard terms; evidence text. Shared names: `inode` (number of the record), `sequence` or `generation`,
   * `mode` (octal with type: `0100644`), `uid`, `gid`, `owner` and `group` (SIDs), `attributes` (words), `links`, `deleted-at` (ISO 8601),
   * `device`, `reparse-tag`, `compression`, `encryption`; `xattr.NAME` for extended attributes (hex where they are no printable text).
   */
  readonly attributes: Readonly<Record<string, string>>;
  /** A single one of them without making the others, where the file system can; without it: `attributes`. */
  attribute?(name: string): string | undefined;
  /** Target of a symbolic link; null for others. */
  readonly target: EvidenceName | null;
  /** Asking for them may take a look at the whole volume, once. */
  readonly findings: readonly Finding[];
}

/**
 * Every byte of the volume belongs to exactly one class. `content` of allocated files; what a deleted file had is `unallocated`.
 * `unreadable` is what the volume source itself lacks, whatever it would belong to.
 */
export type ByteClass = "content" | "metadata" | "slack" | "unallocated" | "unreadable" | "not-understood";

export interface ClassedRange {
  readonly start: number;
  readonly length: number;
  readonly class: ByteClass;
  /** A word for it: `boot sector`, `directory`, `file slack`, `bad clusters`. Neighbours of one class and word are one range. */
  readonly what: string;
}

/** Bytes that an entry occupies and does not use. */
export interface SlackRange {
  readonly start: number;
  readonly length: number;
  /** `ram slack` to the end of the sector, `drive slack` from there to the end of what is allocated; `directory slack`; others. */
  readonly what: string;
}

export interface EntriesOptions {
  /** Whether space that belongs to nothing is read for directories or records that nothing leads to. Default true. */
  readonly searchUnallocated?: boolean;
}

export interface FileSystem {
  /** Of the registration: `ntfs`, `fat`, `exfat`, `ext`, `iso9660`, `udf`. The reader of forensic paths. */
  readonly format: string;
  /** For people: `FAT16`, `ext4`. */
  readonly variant: string;
  /** Evidence text. */
  readonly label: string | null;
  /** Bytes of a cluster or block. */
  readonly blockBytes: number;
  /** Bytes of the volume that the file system says it occupies; the volume source may be longer or shorter. */
  readonly size: number;
  readonly facts: readonly Fact[];
  /** About the file system so far: `entries` and `account` add to them. Those of entries are at the entries. */
  readonly findings: readonly Finding[];
  /**
   * Every entry once, a directory before what is in it; deleted and orphan ones too. A file with several names (hard links) is an entry for
   * each. Streams: nothing is kept that grows with the number of entries but for directories still to come and a few bytes of typed
   * arrays for each record. Ends always; bounded by the volume. Each call starts anew.
   */
  entries(options?: EntriesOptions): Iterable<FileSystemEntry>;
  /**
   * The entry with a key, as `entries` gives it in everything but `parent`, which may be null; null where there is none. Costs a few reads,
   * no walk (what deleted entries still own may take one survey of the volume, once).
   */
  entryOf(key: string): FileSystemEntry | null;
  /** What a directory holds (null: the root), allocated entries first. Throws EvidenceError where it is none. */
  list(directory: FileSystemEntry | null): Iterable<FileSystemEntry>;
  /** The bytes of an entry, as many as `size`; what has no place or is overwritten is named `missing`. Places lead into the volume. */
  open(entry: FileSystemEntry): ByteSource;
  /** Null: those of the root directory. Their lengths add up to the size of the entry. */
  extentsOf(entry: FileSystemEntry | null): readonly FileExtent[];
  /** Of allocated entries, and of the root directory (null). */
  slackOf(entry: FileSystemEntry | null): readonly SlackRange[];
  /** From 0 to the size of the volume source, in order and without gaps. */
  account(): Iterable<ClassedRange>;
}

export interface FileSystemFormat {
  readonly registration: Registration;
  /** Null where the volume holds none of this format; throws EvidenceError where it does and cannot be opened. */
  open(volume: ByteSource): FileSystem | null;
}
