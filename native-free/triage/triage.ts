/**
 * A first look at a medium while it is imaged: partition table, file systems, how much is empty, compressed or encrypted.
 * It is fed with slots in any order, may miss any of them, and says what it missed. It describes; it decides nothing.
 */
import { recognise, type FileSystemKind, type Recognised } from "../filesystems/signatures.ts";
import { headBytes } from "../filesystems/signatures/recognised.ts";
import { blockBytes, EntropyMap, type EntropySummary } from "./entropy-map.ts";
import { readTables, type HeaderState, type Tables, type TableScheme, type TableVolume } from "./partition-tables.ts";
import { Regions } from "./regions.ts";
import { Sightings } from "./sightings.ts";

/** A volume and whether its first 68 KiB, in which file systems show themselves, were looked at. */
export interface TriageVolume extends TableVolume {
  readonly seen: "all" | "part" | "none";
}

/** `at` in bytes of the medium, 0 for the medium as a whole. */
export interface TriageFileSystem extends Recognised {
  readonly at: number;
}

/** A plain value of JSON. Shares are 0 to 1 with four digits; null where there is nothing to divide by. */
export interface TriageSummary {
  readonly schema: "vestige.triage/1";
  /** Bytes of the medium, null where nobody knew. */
  readonly size: number | null;
  readonly looked: { readonly bytes: number; readonly share: number | null };
  readonly table: {
    readonly scheme: TableScheme;
    readonly sectorBytes: number;
    readonly gpt: { readonly primary: HeaderState; readonly backup: HeaderState } | null;
    readonly volumes: readonly TriageVolume[];
    /** Places of the table (bytes) that were not looked at: there may be more volumes. */
    readonly notSeen: readonly number[];
  };
  readonly fileSystems: readonly TriageFileSystem[];
  readonly blocks: {
    /** Of a block; the counts are of blocks that were looked at. */
    readonly bytes: number;
    readonly count: number;
    readonly empty: number;
    readonly emptyShare: number | null;
  };
  readonly entropy: EntropySummary & { readonly highShare: number | null };
}

/** For a line of progress: numbers and registered words only. */
export interface TriageFacts {
  readonly scheme: TableScheme;
  readonly volumes: number;
  readonly fileSystems: readonly FileSystemKind[];
  readonly emptyShare: number | null;
  readonly highShare: number | null;
}

export interface TriageOptions {
  /** Bytes of the medium; null where it is not known yet. A backup GPT is then found through the primary one only. */
  readonly size: number | null;
  /** Bytes of a logical sector, in which an MBR counts. */
  readonly sectorBytes?: number;
}

const mostTableBytes = 1 << 20;
const mostHeadBytes = 18 << 20;

export class Triage {
  readonly #sectorBytes: number;
  readonly #tableRegions: Regions;
  readonly #heads: Regions;
  readonly #sightings = new Sightings();
  readonly #map: EntropyMap;
  #size: number | null;
  #lookedBytes = 0;
  #tables: Tables;

  constructor({ size, sectorBytes = 512 }: TriageOptions) {
    this.#size = size;
    this.#sectorBytes = sectorBytes;
    this.#tableRegions = new Regions(mostTableBytes, size);
    this.#heads = new Regions(mostHeadBytes, size);
    this.#map = new EntropyMap(size);
    this.#tableRegions.want(0, headBytes);
    this.#tables = this.#readTables();
  }

  /** True where a table or the start of a known volume lies in this stretch and was not seen yet. */
  wants(at: number, length: number): boolean {
    return this.#tableRegions.wants(at, length) || this.#heads.wants(at, length);
  }

  /**
   * Looks at the bytes at `at`, whole sectors but for the end of the medium; each byte of the medium should come once.
   * The array is borrowed. Allocates only where a table or the start of a volume lies. Never throws.
   */
  look(bytes: Uint8Array, at: number): void {
    if (bytes.length === 0 || !Number.isSafeInteger(at) || at < 0) return;
    this.#lookedBytes += bytes.length;
    const before = this.#map.empty;
    this.#map.look(bytes, at);
    // What a table points to may lie in the slot that holds the table.
    while (this.#tableRegions.feed(bytes, at)) this.#tables = this.#readTables();
    this.#heads.feed(bytes, at);
    if (this.#map.empty - before < Math.ceil(bytes.length / blockBytes)) this.#sightings.look(bytes, at);
  }

  facts(): TriageFacts {
    const fileSystems = this.#fileSystems();
    return {
      scheme: this.#scheme(fileSystems),
      volumes: this.#tables.volumes.length,
      fileSystems: fileSystems.map(({ kind }) => kind),
      emptyShare: share(this.#map.empty, this.#map.blocks),
      highShare: share(this.#map.high, this.#map.measured),
    };
  }

  /** May be called at any time. `size` where it turned out at the end. */
  summary(size: number | null = this.#size): TriageSummary {
    if (size !== this.#size && size !== null) this.#endAt(size);
    const fileSystems = this.#fileSystems();
    const { sectorBytes, gpt, volumes, notSeen } = this.#tables;
    const entropy = this.#map.summary();
    const { blocks, empty } = this.#map;
    return {
      schema: "vestige.triage/1",
      size,
      looked: {
        bytes: this.#lookedBytes,
        share: size === null ? null : share(Math.min(size, this.#lookedBytes), size),
      },
      table: {
        scheme: this.#scheme(fileSystems),
        sectorBytes,
        gpt,
        volumes: volumes.map((volume) => ({ ...volume, seen: this.#seen(volume.at) })),
        notSeen,
      },
      fileSystems,
      blocks: { bytes: blockBytes, count: blocks, empty, emptyShare: share(empty, blocks) },
      entropy: { ...entropy, highShare: share(entropy.high, entropy.measured) },
    };
  }

  #endAt(size: number): void {
    this.#size = size;
    this.#tableRegions.endAt(size);
    this.#heads.endAt(size);
    this.#tables = this.#readTables();
  }

  #readTables(): Tables {
    const options = { regions: this.#tableRegions, sectorBytes: this.#sectorBytes, size: this.#size };
    const tables = readTables(options);
    for (const { at } of tables.volumes) this.#heads.want(at, headBytes);
    return tables;
  }

  #seen(at: number): TriageVolume["seen"] {
    const head = at === 0 ? this.#tableRegions.at(0) : this.#heads.at(at);
    if (head?.complete === true) return "all";
    return head?.has(sectorsThatTell) === true || this.#sightings.at(at) !== null ? "part" : "none";
  }

  #fileSystems(): TriageFileSystem[] {
    const places = [...new Set([0, ...this.#tables.volumes.map(({ at }) => at)])].sort((a, b) => a - b);
    return places.flatMap((at) => this.#recognised(at).map((found) => ({ at, ...found })));
  }

  #recognised(at: number): readonly Recognised[] {
    const head = at === 0 ? this.#tableRegions.at(0) : this.#heads.at(at);
    const found = head ? recognise(head.bytes) : [];
    return found.length > 0 ? found : (this.#sightings.at(at) ?? []);
  }

  #scheme(fileSystems: readonly TriageFileSystem[]): TableScheme {
    const { scheme } = this.#tables;
    return scheme === "none" && fileSystems.some(({ at }) => at === 0) ? "superfloppy" : scheme;
  }
}

/** Most file systems show themselves here. */
const sectorsThatTell = 4096;

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}
