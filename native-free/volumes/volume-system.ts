/** What every volume system offers: the volumes of a medium and every byte that belongs to none. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Fact } from "../model/facts.ts";
import type { Finding } from "../model/findings.ts";
import type { Registration } from "../model/registration.ts";

export type VolumeFlag = "bootable" | "hidden" | "read-only" | "required" | "no-automount" | "logical";

export interface Volume {
  /**
   * Token of forensic paths, unique in its system and matching `volumeToken` of forensic-path.ts: `p1` for partitions (MBR: slots
   * 1 to 4, chain from 5; GPT: entry number; APM: entry number), `bsd1` for BSD label a, `lv1` for logical volumes.
   */
  readonly name: string;
  /** First byte in the source of the system; null where it is not one stretch of it (logical volumes). */
  readonly start: number | null;
  /** As the table states it, in bytes; `source.size` is less where the medium ends before. */
  readonly length: number;
  /** As the table writes it: `0x07`, a GUID, a name (evidence text). */
  readonly type: string;
  /** What that type means: `NTFS or exFAT`; null where it is not known. */
  readonly typeName: string | null;
  /** Evidence text. */
  readonly label: string | null;
  readonly uuid: string | null;
  readonly flags: readonly VolumeFlag[];
  /** Its bytes; what lies outside of the medium is `missing`. Places lead into the source of the system. */
  readonly source: ByteSource;
}

/** Bytes that a table itself occupies, or that it reserves: boot record, GPT headers and entries, links of a chain. */
export interface TableArea {
  readonly start: number;
  readonly length: number;
  /** Registered word: `boot record`, `partition entries`, `backup header` … */
  readonly what: string;
}

/** A stretch that neither a volume nor a table occupies: addressable unallocated space. */
export interface VolumeGap {
  /** `gap1` and on, in order. */
  readonly name: string;
  readonly start: number;
  readonly length: number;
  readonly source: ByteSource;
}

export interface VolumeSystem {
  /** Of the registration: `mbr`, `gpt`, `apm`, `bsd`, `lvm2`. */
  readonly format: string;
  /** In which the table counts. */
  readonly sectorBytes: number;
  /** In the order of their places, then of their names; overlapping ones are all there, and a finding. */
  readonly volumes: readonly Volume[];
  readonly tables: readonly TableArea[];
  /** Volumes that have places, tables and gaps together cover the source from 0 to its size. */
  readonly gaps: readonly VolumeGap[];
  readonly facts: readonly Fact[];
  readonly findings: readonly Finding[];
}

export interface VolumeSystemOptions {
  /** Bytes of a logical sector as far as it is known; formats whose structures say otherwise believe those. */
  readonly sectorBytes: number;
}

export interface VolumeSystemFormat {
  readonly registration: Registration;
  /**
   * Reads the tables at the begin and end of the source; null where there are none of this format. Never throws for what the
   * evidence holds: a damaged table gives fewer volumes and findings.
   */
  open(source: ByteSource, options: VolumeSystemOptions): VolumeSystem | null;
}
