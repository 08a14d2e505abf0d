/** File systems of Microsoft and IBM, by their boot sectors. Layouts and sources: first-layouts.ts, unix-layouts.ts. */
import * as layout from "./first-layouts.ts";
import { isBlockSize, isPowerOfTwo, labelOf, sameBytes, sized, type Recogniser } from "./look.ts";
import { hpfsSuper } from "./unix-layouts.ts";

const boot = layout.bootSector.cursor();
const ntfsSize = layout.ntfsSize.cursor();

const recogniseNtfs: Recogniser = (head) => {
  const { system, signature, sectorBytes } = boot.over(head);
  if (system !== "NTFS    " || signature !== 0xaa55 || !isBlockSize(sectorBytes)) return null;
  return sized("NTFS", null, (ntfsSize.over(head).sectors + 1) * sectorBytes);
};

const fatLabel = layout.fat16Label.cursor();

/**
 * The count of clusters decides between FAT12 and FAT16 (FAT specification, "FAT Type Determination"). FAT32 is told by its
 * layout instead: formatting programs make it on media with fewer clusters than the specification wants.
 */
const recogniseFat: Recogniser = (head) => {
  const { jump, signature, sectorBytes, clusterSectors, reservedSectors, fatCount, rootEntries, media } =
    boot.over(head);
  if ((jump !== 0xeb && jump !== 0xe9) || signature !== 0xaa55 || media < 0xf0) return null;
  if (!isBlockSize(sectorBytes) || sectorBytes > 4096 || !isPowerOfTwo(clusterSectors)) return null;
  if (reservedSectors === 0 || fatCount === 0 || fatCount > 2 || boot.system === "-FVE-FS-" || isToGo(head))
    return null;
  const sectors = boot.sectors16 || boot.sectors32;
  const fatSectors = boot.fatSectors16 || boot.fatSectors32;
  const rootSectors = Math.ceil((rootEntries * 32) / sectorBytes);
  const clusters = Math.floor((sectors - reservedSectors - fatCount * fatSectors - rootSectors) / clusterSectors);
  if (fatSectors === 0 || clusters < 1) return null;
  const large = boot.fatSectors16 === 0;
  const kind = large ? "FAT32" : clusters < 4085 ? "FAT12" : "FAT16";
  const { mark, label } = fatLabel.over(head, large ? layout.fat32LabelAt : layout.fat16LabelAt);
  return sized(kind, mark === 0x29 ? labelOf(label) : null, sectors * sectorBytes);
};

const exfat = layout.exfatBoot.cursor();

const recogniseExfat: Recogniser = (head) => {
  const { system, sectors, sectorShift } = exfat.over(head);
  if (system !== "EXFAT   " || sectorShift < 9 || sectorShift > 12) return null;
  return sized("exFAT", null, sectors * 2 ** sectorShift);
};

const refs = layout.refsBoot.cursor();

const recogniseRefs: Recogniser = (head) => {
  const { system, structure, sectors, sectorBytes } = refs.over(head);
  return system === "ReFS" && structure === "FSRS" ? sized("ReFS", null, sectors * sectorBytes) : null;
};

const toGo = layout.bitlockerToGo.cursor();
/** 4967d63b-2e29-4ad8-8399-f6a339e3d001, as GUIDs lie on the medium. */
const toGoIdentity = Buffer.from("3bd66749292ed84a8399f6a339e3d001", "hex");

export function isToGo(head: Uint8Array): boolean {
  return sameBytes(toGo.over(head).identity, toGoIdentity);
}

const hpfs = hpfsSuper.cursor();

const recogniseHpfs: Recogniser = (head) => {
  const { magic, magicAgain, sectors } = hpfs.over(head);
  return magic === 0xf995_e849 && magicAgain === 0xfa53_e9c5 ? sized("HPFS", null, sectors * 512) : null;
};

export const microsoftRecognisers: readonly Recogniser[] = [
  recogniseNtfs,
  recogniseFat,
  recogniseExfat,
  recogniseRefs,
  recogniseHpfs,
];
