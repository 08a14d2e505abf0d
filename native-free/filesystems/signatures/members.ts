/** Members that software puts together: arrays, groups, pools, caches, dynamic disks. Layouts and sources: member-layouts.ts. */
import { uuidText } from "../../bytes/guid.ts";
import { factsOf } from "../../model/facts.ts";
import * as first from "./first-layouts.ts";
import * as linux from "./linux-layouts.ts";
import { labelOf, named, sameBytes, sized, type Found, type Look, type Recogniser } from "./look.ts";
import * as layout from "./member-layouts.ts";

const lvm = first.lvmLabel.cursor();

const recogniseLvm: Recogniser = (head) => {
  for (let sector = 0; sector < 4; sector++) {
    const { magic, type } = lvm.over(head, sector * first.sectorBytes);
    if (magic === "LABELONE" && type === "LVM2 001") return named("LVM2");
  }
  return null;
};

const raid = layout.raidSuper.cursor();
const raidMagic = 0xa92b_4efc;

const recogniseRaid: Recogniser = (_, look) => {
  const size = look.size ?? 0;
  // 1.0: eight to sixteen sectors before the end, at a multiple of eight.
  const nearEnd = Math.floor((Math.floor(size / 512) - 16) / 8) * 8 * 512;
  const places = [0, 4096, nearEnd];
  for (const [minor, at] of [places[2]!, places[0]!, places[1]!].entries()) {
    const bytes = look.at(at, layout.raidSuper.size);
    if (!bytes || raid.over(bytes).magic !== raidMagic || raid.major !== 1 || raid.place * 512 !== at) continue;
    const { set, name, level, devices, number, identity } = raid;
    const facts = factsOf({
      ...{ version: `1.${minor}`, "set-uuid": uuidText(set), uuid: uuidText(identity), "set-name": labelOf(name) },
      ...{ kind: `RAID level ${level | 0}, device ${number}`, members: devices },
    });
    return named("Linux RAID", () => facts);
  }
  return recogniseOldRaid(look);
};

const oldRaids = [layout.oldRaidSuper.cursor(), layout.oldRaidSuperBe.cursor()];
const oldSet = layout.oldRaidSet.cursor();

function recogniseOldRaid(look: Look): Found | null {
  const at = Math.floor((look.size ?? 0) / layout.raidStep) * layout.raidStep - layout.raidStep;
  const bytes = look.at(at, layout.oldRaidSuper.size);
  if (!bytes) return null;
  for (const cursor of oldRaids) {
    const { magic, major, minor, level, devices } = cursor.over(bytes);
    if (magic !== raidMagic || major !== 0) continue;
    const { first: begin, rest } = oldSet.over(bytes);
    const set = uuidText(Buffer.concat([begin, rest]));
    const kind = `RAID level ${level | 0}`;
    const facts = factsOf({ version: `0.${minor}`, "set-uuid": set, kind, members: devices });
    return named("Linux RAID", () => facts);
  }
  return null;
}

const bcache = linux.bcacheSuper.cursor();
const bcacheMagic = Buffer.from("c68573f64e1a45ca8265f57f48ba6d81", "hex");

const recogniseBcache: Recogniser = (head) => {
  const { magic, identity, set, label, version } = bcache.over(head);
  if (!sameBytes(magic, bcacheMagic)) return null;
  const values = { uuid: uuidText(identity), "set-uuid": uuidText(set), version };
  return sized("bcache", labelOf(label), 0, () => factsOf(values));
};

const vdo = layout.vdoGeometry.cursor();
const ceph = layout.blueStore.cursor();

const recogniseVdo: Recogniser = (head) => {
  if (vdo.over(head).magic !== "dmvdo001") return null;
  const uuid = uuidText(vdo.identity);
  return named("VDO", () => factsOf({ uuid }));
};

const recogniseCeph: Recogniser = (head) => {
  const { magic, identity } = ceph.over(head);
  return magic === "bluestore block device\n" ? named("Ceph BlueStore", () => factsOf({ uuid: identity })) : null;
};

const control = layout.drbdManage.cursor();
const drbd = layout.drbdMetadata.cursor();
const drbdMagics: ReadonlyMap<number, string> = new Map([
  [0x8374_026b, "8"],
  [0x8374_026c, "8, not closed"],
  [0x8374_026d, "9"],
]);

const recogniseDrbd: Recogniser = (head, look) => {
  if (control.over(head).magic === "$DRBDmgr=q+") return named("DRBD control volume");
  const bytes = look.size === null ? null : look.at(look.size - layout.drbdBytes, layout.drbdMetadata.size);
  const version = bytes && drbdMagics.get(drbd.over(bytes).magic);
  return version ? named("DRBD", () => factsOf({ version })) : null;
};

const stratis = layout.stratisSuper.cursor();
const stratisMagic = Buffer.from("!Stra0tis\x86\xff\x02^\x41rh", "latin1");

const recogniseStratis: Recogniser = (head) => {
  const { magic, pool, device } = stratis.over(head);
  return sameBytes(magic, stratisMagic) ? named("Stratis", () => factsOf({ "set-uuid": pool, uuid: device })) : null;
};

const ubi = linux.ubiHeader.cursor();
const recogniseUbi: Recogniser = (head) => (ubi.over(head).magic === "UBI#" && ubi.version === 1 ? named("UBI") : null);

const ldm = layout.privateHead.cursor();

/** In the sector of a medium with a boot record, else in the last one of the partition that keeps the database. */
const recogniseDynamic: Recogniser = (_, look) => {
  const places = [layout.privateHeadAt, (look.size ?? 0) - 512];
  for (const at of places) {
    const bytes = look.at(at, layout.privateHead.size);
    if (!bytes || ldm.over(bytes).magic !== "PRIVHEAD" || ldm.major !== 2) continue;
    const { disk, group, groupName, major, minor } = ldm;
    const values = { uuid: disk, "set-uuid": group, "set-name": groupName, version: `${major}.${minor}` };
    return named("Windows dynamic disk", () => factsOf(values));
  }
  return null;
};

const space = layout.storageSpace.cursor();

const recogniseSpaces: Recogniser = (head) =>
  layout.storageSpacePlaces.some((at) => space.over(head, at).magic === "SPACEDB ")
    ? named("Windows Storage Spaces")
    : null;

const integrity = layout.integritySuper.cursor();
const verity = layout.veritySuper.cursor();
const snapshot = layout.snapshotHeader.cursor();

const recogniseMapper: Recogniser = (head) => {
  if (integrity.over(head).magic === "integrt") return named("dm-integrity");
  if (verity.over(head).magic === "verity" && verity.version === 1) return named("dm-verity");
  return snapshot.over(head).magic === "SnAp" && snapshot.version === 1 ? named("dm-snapshot") : null;
};

export const memberRecognisers: readonly Recogniser[] = [
  ...[recogniseLvm, recogniseRaid, recogniseBcache, recogniseVdo, recogniseCeph, recogniseDrbd, recogniseStratis],
  ...[recogniseUbi, recogniseDynamic, recogniseSpaces, recogniseMapper],
];
