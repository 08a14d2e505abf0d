/** Members of ZFS pools: uberblocks, and the list of pairs in front of them. OpenZFS on-disk format; XDR of RFC 4506. */
import type { Fact } from "../../model/facts.ts";
import { factsOf } from "../../model/facts.ts";
import { labelOf, named, sized, type Look, type Recogniser } from "./look.ts";
import * as layout from "./member-layouts.ts";

const uberblock = layout.zfsUberblock.cursor();
const uberblockBytes = 1024;
/** One may be left over; a label has many. */
const leastUberblocks = 2;

export const recogniseZfs: Recogniser = (_, look) => {
  const size = look.size ?? 0;
  const end = Math.floor(size / layout.zfsLabelBytes) * layout.zfsLabelBytes;
  const labels = [0, layout.zfsLabelBytes, end - 2 * layout.zfsLabelBytes, end - layout.zfsLabelBytes];
  const at = labels.find((label) => label >= 0 && hasUberblocks(look, label));
  if (at === undefined) return null;
  const pairs = look.at(at + layout.zfsListAt, layout.zfsListBytes);
  const facts = pairs ? pairsIn(pairs) : [];
  const name = facts.find((fact) => fact.name === "set-name")?.value;
  return name === undefined ? named("ZFS") : sized("ZFS", labelOf(String(name)), 0, () => facts);
};

function hasUberblocks(look: Look, label: number): boolean {
  const bytes = look.at(label + layout.zfsUberblocksAt, layout.zfsLabelBytes - layout.zfsUberblocksAt);
  if (!bytes) return false;
  let count = 0;
  for (let at = 0; at < bytes.length; at += uberblockBytes) {
    const { magic } = uberblock.over(bytes, at);
    // In the other order of bytes the four low ones stand in the upper half.
    if (magic === layout.zfsMagic || magic === layout.zfsMagicSwapped * 2 ** 32) count += 1;
  }
  return count >= leastUberblocks;
}

/** Types of values (`sys/nvpair.h`). */
const whole64 = 8;
const text = 9;
/** The list itself begins behind its encoding (4 bytes), version and flags. */
const listHead = 12;
const pairHead = 12;

/** Of the first level: name and identifier of the pool, host, identifier of the device. */
function pairsIn(list: Uint8Array): Fact[] {
  const view = new DataView(list.buffer, list.byteOffset, list.length);
  const values = new Map<string, string>();
  if (list[0] !== 1) return [];
  for (let at = listHead; at + pairHead <= list.length;) {
    const encoded = view.getUint32(at);
    const nameBytes = view.getUint32(at + 8);
    if (encoded < pairHead || at + encoded > list.length || nameBytes > encoded - pairHead) break;
    const name = Buffer.from(list.subarray(at + pairHead, at + pairHead + nameBytes)).toString("latin1");
    const typeAt = at + pairHead + Math.ceil(nameBytes / 4) * 4;
    if (typeAt + 16 <= at + encoded) {
      const type = view.getUint32(typeAt);
      if (type === whole64) values.set(name, view.getBigUint64(typeAt + 8).toString());
      if (type === text) {
        const length = Math.min(view.getUint32(typeAt + 8), at + encoded - typeAt - 12);
        values.set(name, Buffer.from(list.subarray(typeAt + 12, typeAt + 12 + length)).toString("utf8"));
      }
    }
    at += encoded;
  }
  return factsOf({
    ...{ "set-name": values.get("name"), "set-uuid": values.get("pool_guid"), uuid: values.get("guid") },
    ...{ version: values.get("version"), "creator-platform": values.get("hostname") },
  });
}
