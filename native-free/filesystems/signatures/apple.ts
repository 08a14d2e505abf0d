/** File systems of Apple, and volumes of CoreStorage. Layouts and sources: first-layouts.ts, encrypted-layouts.ts. */
import * as layout from "./first-layouts.ts";
import { isBlockSize, sized, type Recogniser } from "./look.ts";

const hfs = layout.hfsHeader.cursor();

const recogniseHfs: Recogniser = (head) => {
  const { signature, version, blockBytes, blocks, embedded } = hfs.over(head);
  if (signature === 0x4244 && isHfsPlain(head)) {
    return { kind: embedded === 0x482b ? "HFS+" : "HFS", label: null, bytes: null };
  }
  const plus = (signature === 0x482b && version === 4) || (signature === 0x4858 && version === 5);
  return plus && isBlockSize(blockBytes) ? sized("HFS+", null, blocks * blockBytes) : null;
};

const hfsPlain = layout.hfsPlain.cursor();

/** Two letters are weak: the master directory block must also state blocks. */
function isHfsPlain(head: Uint8Array): boolean {
  const { blocks, blockBytes } = hfsPlain.over(head);
  return blocks > 0 && blockBytes > 0 && blockBytes % 512 === 0;
}

const apfs = layout.apfsSuper.cursor();

const recogniseApfs: Recogniser = (head) => {
  const { magic, blockBytes, blocks } = apfs.over(head);
  return magic === "NXSB" && isBlockSize(blockBytes) ? sized("APFS", null, blocks * blockBytes) : null;
};

export const appleRecognisers: readonly Recogniser[] = [recogniseHfs, recogniseApfs];
