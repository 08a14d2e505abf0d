/** File systems of UNIX and of systems of their own. Layouts and sources: unix-layouts.ts. */
import { factsOf } from "../../model/facts.ts";
import { isBlockSize, labelOf, named, sized, type Recogniser } from "./look.ts";
import * as layout from "./unix-layouts.ts";

const ufs = [layout.ufsSuper.cursor(), layout.ufsSuperBe.cursor()];

const recogniseUfs: Recogniser = (_, look) => {
  for (const at of layout.ufsPlaces) {
    const bytes = look.at(at, layout.ufsSuper.size);
    if (!bytes) continue;
    for (const cursor of ufs) {
      const { magic, blockBytes, fragmentBytes, fragments, fragments2 } = cursor.over(bytes);
      if (!isBlockSize(blockBytes) || fragmentBytes > blockBytes) continue;
      if (magic === 0x0001_1954) return sized("UFS", null, fragments * fragmentBytes);
      if (magic === 0x1954_0119) return sized("UFS2", labelOf(cursor.label), fragments2 * fragmentBytes);
    }
  }
  return null;
};

const vxfs = layout.vxfsSuper.cursor();
const vxfsBe = layout.vxfsSuperBe.cursor();

const recogniseVxfs: Recogniser = (head) => {
  for (const cursor of [vxfs.over(head, layout.vxfsAt), vxfsBe.over(head, layout.vxfsBeAt)]) {
    const { magic, version, blocks, blockBytes } = cursor;
    if (magic !== 0xa501_fcf5) continue;
    return sized("VxFS", null, blocks * blockBytes, () => factsOf({ version }));
  }
  return null;
};

const befs = [layout.befsSuper.cursor(), layout.befsSuperBe.cursor()];

const recogniseBefs: Recogniser = (head) => {
  for (const at of layout.befsPlaces) {
    for (const cursor of befs) {
      const { magic, magicAgain, blockBytes, blocks } = cursor.over(head, at);
      if (magic !== 0x4246_5331 || magicAgain !== 0xdd12_1031) continue;
      return sized("BeFS", labelOf(cursor.label), blocks * blockBytes);
    }
  }
  return null;
};

const nss = layout.nssHeader.cursor();

const recogniseNss: Recogniser = (head) => (nss.over(head).magic === "SPB5" ? named("NetWare NSS") : null);

const vmfs = layout.vmfsInfo.cursor();
const vmfsVolume = layout.vmfsVolume.cursor();

/** The four groups of VMware's identifiers: little-endian 4, 4, 2 bytes, then 6 in order. */
function vmwareIdentity(bytes: Uint8Array): string {
  const reversed = (from: number, to: number): string => Buffer.from(bytes.slice(from, to).reverse()).toString("hex");
  const rest = Buffer.from(bytes.subarray(10, 16)).toString("hex");
  return `${reversed(0, 4)}-${reversed(4, 8)}-${reversed(8, 10)}-${rest}`;
}

const recogniseVmfs: Recogniser = (_, look) => {
  const bytes = look.at(layout.vmfsAt, layout.vmfsInfo.size);
  if (!bytes || vmfs.over(bytes).magic !== 0x2fab_f15e) return null;
  const { version, identity } = vmfs;
  const facts = factsOf({ version, uuid: vmwareIdentity(identity) });
  return sized("VMFS", labelOf(vmfs.label), 0, () => facts);
};

const recogniseVmfsVolume: Recogniser = (_, look) => {
  const bytes = look.at(layout.vmfsVolumeAt, layout.vmfsVolume.size);
  if (!bytes || vmfsVolume.over(bytes).magic !== 0xc001_d00d) return null;
  const facts = factsOf({ version: vmfsVolume.version, uuid: vmwareIdentity(vmfsVolume.identity) });
  return sized("VMFS volume", labelOf(vmfsVolume.name), 0, () => facts);
};

export const unixRecognisers: readonly Recogniser[] = [
  recogniseUfs,
  recogniseVxfs,
  recogniseBefs,
  recogniseNss,
  recogniseVmfs,
  recogniseVmfsVolume,
];
