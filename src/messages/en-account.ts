/** Sentences of the account of bytes: `vestige account` and page one of the report. Names are already escaped by the caller. */
import type { MediumClass } from "../../native-free/layers/account.ts";
import { grouped } from "./en-parts.ts";

export const classNames: Readonly<Record<MediumClass, string>> = {
  content: "file content",
  metadata: "metadata",
  slack: "slack",
  unallocated: "unallocated",
  gap: "gaps between volumes",
  unreadable: "unreadable",
  "not-understood": "not understood",
};

export const classMeanings: Readonly<Record<MediumClass, string>> = {
  content: "of files that a file system lists",
  metadata: "tables and structures of volumes and file systems",
  slack: "behind the end of files and structures, in space that is theirs",
  unallocated: "free space of file systems, deleted files in it",
  gap: "outside of every volume",
  unreadable: "missing in the image or marked as unreadable",
  "not-understood": "no reader of this version reads what it holds",
};

export const head = (source: string, bytes: number) => `${source}: ${grouped(bytes)} bytes`;
export const cells = (bytes: string) => `  each cell: ${bytes}`;
export const sumHolds = (bytes: number) =>
  `The classes add up to ${grouped(bytes)} bytes, the size of the medium: every byte is in exactly one.`;
export const sumFails = (found: number, bytes: number) =>
  `The classes add up to ${grouped(found)} bytes, the medium has ${grouped(bytes)}: the account is wrong.`;
export const total = () => "sum";
export const partHead = (path: string, what: string, bytes: string) => `  ${path}  ${what}  ${bytes}`;
export const theMedium = () => "(medium)";
export const gap = () => "gap";
export const progress = (share: string, done: string, rate: string) => `account: ${share} ${done}, ${rate}`;
export const wholeMedium = (path: string) =>
  `Expected a volume or nothing after --at, found a file at ${path}; name a volume: p1, p2/fat:/disk.vmdk/p1.`;

export const heading = () => "Every byte of the media";
export const exhibitLead = (label: string, bytes: number) => `${label}: ${grouped(bytes)} bytes`;
export const stripLabel = (label: string, parts: string) =>
  `Medium of ${label} from its first byte to its last: ${parts}`;
export const stripNote = (cell: string) =>
  `The strip shows the medium from its first byte to its last; each cell is ${cell}. A cell with anything unreadable or not understood shows that, else what fills most of it.`;
export const columns = { class: "Class of bytes", bytes: "Bytes", share: "Share", volume: "Volume", what: "What" };
export const accountChanged = (label: string) =>
  `The account of the bytes of ${label} is not the one that its processing recorded; process the exhibit again.`;
export const zeroSlack = (items: number, bytes: number) =>
  `${grouped(items)} stretches of slack (${grouped(bytes)} bytes) hold only zeros; no items were made of them.`;
export const notUnderstoodParts = () => "Not understood or not readable, by volume:";
