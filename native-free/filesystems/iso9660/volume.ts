/** The volume under the directories: its sessions, their descriptors, and the trees of directories that these lead to. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { SystemUseReader } from "./system-use.ts";

export type TreeKind = "primary" | "joliet" | "enhanced" | "supplementary";

/** One tree of directories: a root and how its names are read. */
export interface Tree {
  readonly kind: TreeKind;
  /** Place in `IsoVolume.trees`: what a tree before it has is not told again. */
  readonly rank: number;
  readonly session: Session;
  /** Names are UCS-2. */
  readonly wide: boolean;
  readonly rockRidge: boolean;
  /** Bytes of each system use area in front of its fields. */
  readonly skip: number;
  readonly rootStart: number;
  readonly rootBytes: number;
  readonly pathTables: readonly PathTable[];
  readonly pathTableBytes: number;
}

export interface PathTable {
  readonly start: number;
  readonly big: boolean;
  readonly what: "path table" | "optional path table";
}

/** Descriptors that stand together, and what they describe. */
export interface Session {
  /** First byte; its descriptors stand 32 KiB behind it. */
  readonly start: number;
  /** Behind the last byte that it says to occupy. */
  readonly end: number;
  readonly blockBytes: number;
  /** Bytes that its descriptors take, from `start` + 32 KiB on. */
  readonly descriptors: readonly DescriptorPlace[];
  readonly label: string | null;
  /** Whether a descriptor of ISO 9660:1999 is there; its tree may be the primary one. */
  readonly enhanced: boolean;
  /** The best tree first. */
  readonly roots: readonly RootRef[];
  /** First byte of the boot catalog; null for none. */
  readonly bootCatalog: number | null;
}

export interface DescriptorPlace {
  readonly start: number;
  readonly length: number;
  readonly what: string;
}

/** A root that a descriptor names. */
export type RootRef = Omit<Tree, "rank" | "session">;

export class IsoVolume {
  readonly source: ByteSource;
  readonly blockBytes: number;
  /** Behind the last block that the volume has: of the source or of what the descriptors say, the smaller. */
  readonly end: number;
  readonly blocks: number;
  readonly current: Session;
  /** Sessions before it, newest first, as far as they are known from the descriptors alone. */
  readonly earlier: readonly Session[];
  readonly systemUse: SystemUseReader;

  constructor(source: ByteSource, current: Session, earlier: readonly Session[]) {
    this.source = source;
    this.blockBytes = current.blockBytes;
    this.current = current;
    this.earlier = earlier;
    this.blocks = Math.ceil(source.size / current.blockBytes);
    this.end = source.size;
    this.systemUse = new SystemUseReader(source, current.blockBytes);
  }

  /** Blocks that `bytes` bytes take. */
  blocksFor(bytes: number): number {
    return Math.ceil(bytes / this.blockBytes);
  }
}
