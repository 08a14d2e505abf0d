/** What a logical AFF4 container keeps of one entry of a folder, and the names under which it keeps it (FORMAT.md). */
import type { Finding } from "../../model/findings.ts";
import type { EvidenceName, ItemKind, Reason, Status } from "../../model/item.ts";

/** An entry of the acquired folder. Null is what was not recorded. */
export interface LogicalEntry {
  /** Path below the folder, "/" between names; `bytes` (base64) where it is no valid UTF-8. */
  readonly path: EvidenceName;
  readonly kind: ItemKind;
  readonly status: Status;
  readonly reason: Reason | null;
  /** Bytes of the content; null where the entry is no file. */
  readonly size: number | null;
  /** Hex. */
  readonly md5: string | null;
  readonly sha1: string | null;
  readonly sha256: string | null;
  /** Modified, accessed, changed, born: ISO 8601 with every digit that the system gave. */
  readonly times: Readonly<Record<"m" | "a" | "c" | "b", string | null>>;
  /** Octal digits with the type bits. */
  readonly mode: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly device: string | null;
  readonly inode: string | null;
  readonly links: number | null;
  readonly target: EvidenceName | null;
  /** Values in base64; access control lists and alternate streams are among them. */
  readonly xattrs: readonly { readonly name: string; readonly value: string }[] | null;
  readonly notRecorded: readonly { readonly what: string; readonly why: string }[];
  readonly findings: readonly Finding[];
}

/** What decides where the content of an entry goes. */
export type EntryFacts = Pick<LogicalEntry, "path" | "kind" | "size" | "sha256">;

/** True where the entry is a file whose bytes the container holds, itself or under another name. */
export function hasContent<E extends EntryFacts>(entry: E): entry is E & { size: number; sha256: string } {
  return entry.kind === "file" && entry.sha256 !== null && entry.size !== null;
}

/** The AFF4 v1.0 name space (2), those of RDF and XML Schema, and our own. */
export const namespaces = {
  aff4: "http://aff4.org/Schema#",
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
  vestige: "https://vestige.invalid/ns/aff4-l/1#",
} as const;

/** Members that every container has. */
export const descriptionName = "container.description";
export const versionName = "version.txt";
export const indexName = "index.csv";
export const turtleName = "information.turtle";

/** Folders of the archive: contents under their paths, and the maps of further occurrences. */
export const filesFolder = "files/";
export const duplicatesFolder = "duplicates/";

/** Folder of the map of the duplicate with this number, from 0 in the order of the entries. */
export function duplicateFolder(number: number): string {
  return `${duplicatesFolder}${String(number).padStart(8, "0")}`;
}

/** Bytes up to which a content is deflated where that makes it smaller; larger ones are stored, so that they can be read anywhere. */
export const packLimitBytes = 8 << 20;
