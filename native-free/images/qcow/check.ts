/**
 * Compares all that refers to clusters of the file: tables of the medium and of snapshots, reference counts, bitmaps. The file is
 * gone through in stretches of a bounded number of clusters, and the tables are walked for each.
 */
import { finding, type Finding } from "../../model/findings.ts";
import { UnclaimedSpace } from "../unclaimed.ts";
import { Claims, MOST_COUNTED } from "./claims.ts";
import type { ClusterEntry } from "./cluster-map.ts";
import type { QcowFile } from "./image.ts";
import { claimMetadata, refcountBlockOf } from "./metadata.ts";
import { refcountAt } from "./refcounts.ts";
import { MOST_ENTRIES, TreeWalker } from "./walk.ts";

/** Clusters of a stretch: two bytes each. */
const STRETCH = 16 << 20;
/** Of a file: 128 GiB of the smallest clusters, 16 TiB of the usual ones. A bit each. */
const MOST_GRANULES = 2 ** 28;
/** Of version 1, which aligns no more than that. */
const SECTOR = 512;

class QcowCheck {
  readonly #file: QcowFile;
  readonly #granule: number;
  readonly #walker: TreeWalker;
  readonly #unclaimed: UnclaimedSpace;
  #outside = 0;
  #twice = 0;
  #impossible = 0;
  #reserved = 0;
  #miscounted = 0;
  #leaked = 0;
  #miscopied = 0;

  constructor(file: QcowFile, granule: number) {
    this.#file = file;
    this.#granule = granule;
    this.#walker = new TreeWalker(file.header, file.tables, granule);
    this.#unclaimed = new UnclaimedSpace(file.segment);
  }

  run(granules: number): Finding[] {
    for (let from = 0; from < granules && !this.#walker.exhausted; from += STRETCH) {
      this.#checkStretch(new Claims(this.#granule, from, Math.min(granules, from + STRETCH)));
    }
    return this.#findings();
  }

  #checkStretch(claims: Claims): void {
    const { header, trees, tables } = this.#file;
    claimMetadata(header, trees, tables, (offset, bytes) => claims.meta(offset, bytes));
    for (const tree of trees) {
      claims.beginTree();
      this.#walker.walk(tree, {
        table: (offset, _copied, reserved) => this.#claimTable(claims, offset, reserved),
        cluster: (entry, address) => this.#claimCluster(claims, entry, address),
      });
    }
    this.#twice += claims.twice;
    // Without all claims the rest would be guesses.
    if (this.#walker.exhausted) return;
    if (header.refcounts) {
      this.#compareCopied(claims);
      this.#compareCounts(claims);
    }
    this.#findUnclaimed(claims);
  }

  #claimTable(claims: Claims, offset: number | null, reserved: boolean): void {
    const first = claims.from === 0;
    if (first && reserved) this.#reserved++;
    if (offset === null) {
      if (first) this.#impossible++;
    } else if (offset !== 0) {
      const { l2Entries, l2EntryBytes } = this.#file.header;
      const bytes = l2Entries * l2EntryBytes;
      if (first && offset + bytes > this.#file.segment.source.size) this.#outside++;
      claims.table(offset, bytes);
    }
  }

  #claimCluster(claims: Claims, entry: ClusterEntry, address: number): void {
    const first = claims.from === 0;
    const { header, segment, data } = this.#file;
    const { kind, host, length, reserved } = entry;
    if (first && reserved) this.#reserved++;
    if (kind === "bad") {
      if (first) this.#impossible++;
    } else if (header.externalData) {
      if (first && kind === "standard" && host !== address) this.#impossible++;
      else if (first && kind === "standard" && data && host >= data.source.size) this.#outside++;
    } else if (kind === "packed") {
      if (first && host + length - (SECTOR - 1) > segment.source.size) this.#outside++;
      claims.packed(host, length);
    } else if (host !== 0) {
      if (first && kind === "standard" && host >= segment.source.size) this.#outside++;
      claims.data(host, header.clusterBytes);
    }
  }

  /** Whether the flag "nothing else refers to it" is right; it need be so in the active tables only. */
  #compareCopied(claims: Claims): void {
    const compare = (offset: number, copied: boolean) => {
      const count = claims.countAt(offset);
      if (count !== null && copied !== (count === 1)) this.#miscopied++;
    };
    this.#walker.walk(this.#file.trees[0]!, {
      table: (offset, copied) => {
        if (offset !== null && offset !== 0) compare(offset, copied);
      },
      cluster: ({ kind, host, copied }) => {
        if (kind !== "standard" && (kind !== "zero" || host === 0)) return;
        if (!this.#file.header.externalData) compare(host, copied);
        else if (claims.from === 0 && !copied) this.#miscopied++;
      },
    });
  }

  #compareCounts(claims: Claims): void {
    const { header, tables } = this.#file;
    const bits = 2 ** header.refcounts!.order;
    const perBlock = (header.clusterBytes * 8) / bits;
    let number = -1;
    let block = 0;
    for (let cluster = claims.from; cluster < claims.to; cluster++) {
      const next = Math.floor(cluster / perBlock);
      if (next !== number) block = refcountBlockOf(header, tables, next);
      number = next;
      const stored = block === 0 ? 0 : refcountAt(tables, block, cluster % perBlock, bits);
      const used = claims.countAt(cluster * header.clusterBytes)!;
      if (Math.min(stored, MOST_COUNTED) === used) continue;
      if (used === 0) this.#leaked++;
      else this.#miscounted++;
    }
  }

  #findUnclaimed(claims: Claims): void {
    let start = -1;
    for (let granule = claims.from; granule <= claims.to; granule++) {
      const free = granule < claims.to && claims.countAt(granule * this.#granule) === 0;
      if (free && start === -1) start = granule;
      if (free || start === -1) continue;
      this.#unclaimed.add(start * this.#granule, granule * this.#granule);
      start = -1;
    }
  }

  #findings(): Finding[] {
    const rows: readonly (readonly [count: number, found: () => Finding])[] = [
      [Number(this.#walker.exhausted), () => finding("image/qcow-not-checked", { entries: MOST_ENTRIES })],
      [this.#outside, () => finding("image/outside-file", { blocks: this.#outside })],
      [this.#twice, () => finding("image/claimed-twice", { blocks: this.#twice })],
      [this.#impossible, () => finding("image/qcow-entries", { entries: this.#impossible, problem: "place" })],
      [this.#reserved, () => finding("image/qcow-entries", { entries: this.#reserved, problem: "reserved bits" })],
      [
        this.#miscounted + this.#leaked,
        () => finding("image/qcow-refcounts", { clusters: this.#miscounted, leaked: this.#leaked }),
      ],
      [this.#miscopied, () => finding("image/qcow-copied", { entries: this.#miscopied })],
    ];
    return [...rows.filter(([count]) => count > 0).map(([, found]) => found()), ...this.#unclaimed.findings()];
  }
}

export function checkQcow(file: QcowFile): Finding[] {
  const granule = file.header.version === 1 ? SECTOR : file.header.clusterBytes;
  const granules = Math.ceil(file.segment.source.size / granule);
  if (granules > MOST_GRANULES) return [finding("image/qcow-not-checked", { entries: MOST_GRANULES })];
  return new QcowCheck(file, granule).run(granules);
}
