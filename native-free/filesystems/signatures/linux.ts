/** File systems of Linux. Layouts and sources: first-layouts.ts, linux-layouts.ts. */
import { uuidText } from "../../bytes/guid.ts";
import { factsOf } from "../../model/facts.ts";
import * as layout from "./first-layouts.ts";
import * as more from "./linux-layouts.ts";
import { isBlockSize, labelOf, named, sized, type Recogniser } from "./look.ts";

const ext = layout.extSuper.cursor();
const extJournal = 0x4;
const extJournalDevice = 0x8;
/** Features that ext3 does not know: extents, 64 bit, flexible groups and later ones; huge files, checksums, large inodes. */
const ext4Incompatible = 0xffff_ffc0;
const ext4ReadOnly = 0xffff_fff8;
const ext4Known64Bit = 0x80;

const recogniseExt: Recogniser = (head) => {
  const { magic, inodeCount, blocksLow, blockShift, compatible, incompatible, readOnlyCompatible } = ext.over(head);
  if (magic !== 0xef53 || inodeCount === 0 || blocksLow === 0 || blockShift > 6) return null;
  if ((incompatible & extJournalDevice) !== 0) return named("external journal of ext");
  const newer = ((incompatible & ext4Incompatible) | (readOnlyCompatible & ext4ReadOnly)) !== 0;
  const kind = newer ? "ext4" : (compatible & extJournal) !== 0 ? "ext3" : "ext2";
  const large = (incompatible & ext4Known64Bit) !== 0;
  const bytes = large ? blocksLow64(head) : blocksLow;
  return sized(kind, labelOf(ext.label), bytes * (1024 << blockShift));
};

const extHigh = layout.extHigh.cursor();

function blocksLow64(head: Uint8Array): number {
  return ext.blocksLow + extHigh.over(head).blocksHigh * 2 ** 32;
}

const xfs = layout.xfsSuper.cursor();

const recogniseXfs: Recogniser = (head) => {
  const { magic, blockBytes, blocks } = xfs.over(head);
  return magic === "XFSB" && isBlockSize(blockBytes) ? sized("XFS", labelOf(xfs.label), blocks * blockBytes) : null;
};

const btrfs = layout.btrfsSuper.cursor();

const recogniseBtrfs: Recogniser = (head) =>
  btrfs.over(head).magic === "_BHRfS_M" ? sized("Btrfs", labelOf(btrfs.label), btrfs.totalBytes) : null;

const squash = layout.squashSuper.cursor();

const recogniseSquash: Recogniser = (head) => {
  const { magic, version, usedBytes } = squash.over(head);
  return magic === "hsqs" && version === 4 ? sized("SquashFS", null, usedBytes) : null;
};

const jfs = more.jfsSuper.cursor();

const recogniseJfs: Recogniser = (head) => {
  const { magic, physicalBlocks, blockBytes, blockShift, mediumBlockBytes, mediumBlockShift } = jfs.over(head);
  if (magic !== "JFS1" || blockBytes !== 2 ** blockShift || mediumBlockBytes !== 2 ** mediumBlockShift) return null;
  return sized("JFS", labelOf(jfs.label), physicalBlocks * mediumBlockBytes, identified(jfs));
};

/** The identifier of a superblock, kept since the cursor moves on. */
function identified(cursor: { readonly identity: Uint8Array }): () => ReturnType<typeof factsOf> {
  const identity = Uint8Array.from(cursor.identity);
  return () => (identity.every((byte) => byte === 0) ? [] : factsOf({ uuid: uuidText(identity) }));
}

const reiser = more.reiserSuper.cursor();
const reiser4 = more.reiser4Super.cursor();

const recogniseReiser: Recogniser = (head) => {
  for (const at of more.reiserPlaces) {
    const { magic, blocks, blockBytes } = reiser.over(head, at);
    if (!/^ReIsEr[23]?Fs/.test(magic) || !isBlockSize(blockBytes)) continue;
    return sized("ReiserFS", labelOf(reiser.label), blocks * blockBytes, identified(reiser));
  }
  const { magic } = reiser4.over(head);
  return magic === "ReIsEr4" ? sized("Reiser4", labelOf(reiser4.label), 0, identified(reiser4)) : null;
};

const f2fs = more.f2fsSuper.cursor();
const nilfs = more.nilfsSuper.cursor();
const erofs = more.erofsSuper.cursor();

const recogniseF2fs: Recogniser = (head) => {
  const { magic, blockShift, blocks } = f2fs.over(head);
  if (magic !== 0xf2f5_2010 || blockShift < 9 || blockShift > 16) return null;
  return sized("F2FS", labelOf(f2fs.label), blocks * 2 ** blockShift, identified(f2fs));
};

/** Two bytes are weak: its size and that of a block must be possible, too. */
const recogniseNilfs: Recogniser = (head) => {
  const { magic, superBytes, blockShift, revision, deviceBytes } = nilfs.over(head);
  if (magic !== 0x3434 || revision !== 2 || superBytes < 240 || superBytes > 1024 || blockShift > 6) return null;
  return sized("NILFS2", labelOf(nilfs.label), deviceBytes, identified(nilfs));
};

const recogniseErofs: Recogniser = (head) => {
  const { magic, blockShift, blocks } = erofs.over(head);
  if (magic !== 0xe0f5_e1e2 || blockShift < 9 || blockShift > 16) return null;
  return sized("EROFS", labelOf(erofs.label), blocks * 2 ** blockShift, identified(erofs));
};

const romfs = more.romfsHeader.cursor();
const cramfs = more.cramfsSuper.cursor();

const recogniseRomfs: Recogniser = (head) =>
  romfs.over(head).magic === "-rom1fs-" ? sized("romfs", labelOf(romfs.label), romfs.size) : null;

const recogniseCramfs: Recogniser = (head) => {
  const { magic, signature, size } = cramfs.over(head);
  if (signature !== "Compressed ROMFS" || (magic !== 0x28cd_3d45 && magic !== 0x453d_cd28)) return null;
  return sized("cramfs", labelOf(cramfs.label), magic === 0x28cd_3d45 ? size : 0);
};

const minixes = [more.minixSuper.cursor(), more.minixSuperBe.cursor()];
const minixMagics = new Set([0x137f, 0x138f, 0x2468, 0x2478]);
const bitsOfBlock = 8192;

/** Two bytes are weak: the maps must be large enough for what they map, and the data behind them. */
const recogniseMinix: Recogniser = (head) => {
  for (const cursor of minixes) {
    const { magic, inodes, zones, zones2, inodeMapBlocks, zoneMapBlocks, firstZone, zoneShift } = cursor.over(head);
    if (!minixMagics.has(magic) || inodes === 0 || zoneShift > 8 || inodeMapBlocks === 0 || zoneMapBlocks === 0)
      continue;
    const count = magic < 0x2000 ? zones : zones2;
    const mapped = inodeMapBlocks * bitsOfBlock >= inodes && zoneMapBlocks * bitsOfBlock >= count - firstZone;
    if (mapped && count > firstZone && firstZone >= 2 + inodeMapBlocks + zoneMapBlocks) {
      return sized("Minix", null, count * (1024 << zoneShift));
    }
  }
  return null;
};

const gfs = more.gfsSuper.cursor();
const ocfs2 = more.ocfs2Super.cursor();
const ocfs = more.ocfsHeader.cursor();

const recogniseGfs: Recogniser = (head) => {
  const { magic, type, format, blockBytes } = gfs.over(head);
  if (magic !== 0x0116_1970 || type !== 1 || !isBlockSize(blockBytes)) return null;
  return sized(format >= 1800 ? "GFS2" : "GFS", labelOf(gfs.lockTable), 0, identified(gfs));
};

const recogniseOcfs: Recogniser = (head) => {
  for (const at of more.ocfs2Places) {
    const { magic, clusters, clusterShift } = ocfs2.over(head, at);
    if (magic !== "OCFSV2" || clusterShift > 24) continue;
    return sized("OCFS2", labelOf(ocfs2.label), clusters * 2 ** clusterShift, identified(ocfs2));
  }
  return ocfs.over(head).magic === "OracleCFS" ? named("OCFS") : null;
};

const bcachefs = more.bcacheSuper.cursor();
const bcachefsMagic = Buffer.from("c68573f666ce90a9d96a60cf803df7ef", "hex");
const ubifs = more.ubifsSuper.cursor();

const recogniseBcachefs: Recogniser = (head) =>
  Buffer.compare(bcachefs.over(head).magic, bcachefsMagic) === 0 ? named("bcachefs", identified(bcachefs)) : null;

const recogniseUbifs: Recogniser = (head) =>
  ubifs.over(head).magic === 0x0610_1831 && ubifs.type === 6 ? named("UBIFS") : null;

const log = more.xfsLog.cursor();

/** The log of a file system may lie as near to its begin. */
const recogniseXfsLog: Recogniser = (head) => {
  if (xfs.over(head).magic === "XFSB") return null;
  for (let at = 0; at < more.xfsLogBytes; at += 512) {
    const { magic, version, cycle, format } = log.over(head, at);
    const holds = (version === 1 || version === 2) && cycle > 0 && format <= 3;
    if (magic === 0xfeed_babe && holds) return named("external log of XFS", identified(log));
  }
  return null;
};

export const linuxRecognisers: readonly Recogniser[] = [
  ...[recogniseExt, recogniseXfs, recogniseBtrfs, recogniseSquash, recogniseJfs, recogniseReiser, recogniseF2fs],
  ...[recogniseNilfs, recogniseErofs, recogniseRomfs, recogniseCramfs, recogniseMinix, recogniseGfs, recogniseOcfs],
  ...[recogniseBcachefs, recogniseUbifs, recogniseXfsLog],
];
