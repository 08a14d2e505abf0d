/** What an entry says beside name, times and size, as text. */
import type { IsoEntry } from "./entry.ts";
import { otherTimesOf } from "./entry-times.ts";
import { extendedRecordOf } from "./extended-record.ts";
import { fileFlag } from "./layouts.ts";
import type { IsoVolume } from "./volume.ts";

const flagWords = Object.entries({
  hidden: fileFlag.hidden,
  associated: fileFlag.associated,
  record: fileFlag.record,
  protection: fileFlag.protection,
});

export function attributesOf(volume: IsoVolume, entry: IsoEntry): Record<string, string> {
  const { use, directory, flags, version, recordedName } = entry;
  const words = flagWords.filter(([, bit]) => (flags & bit) !== 0).map(([word]) => word);
  const out: Record<string, string> = { tree: directory.tree.kind };
  if (words.length > 0) out.attributes = words.join(" ");
  const { firstBlock } = entry;
  if (firstBlock !== null) out["first-block"] = String(firstBlock);
  if (version !== "") out.version = version;
  if (recordedName !== null) out["recorded-name"] = recordedName;
  if (entry.more !== null) out.sections = String(entry.more.length + 1);
  const { unitBlocks, gapBlocks } = entry.sections[0]!;
  if (unitBlocks > 0) out.interleave = `${unitBlocks}/${gapBlocks}`;
  if (directory.tree.session.start !== volume.current.start)
    out["session-start"] = String(directory.tree.session.start);
  addFields(out, entry);
  if (use.any) Object.assign(out, otherTimesOf(entry), use.attributes?.texts());
  addExtended(out, volume, entry);
  return out;
}

function addFields(out: Record<string, string>, { use }: IsoEntry): void {
  if (!use.any) return;
  if (use.mode >= 0) {
    out.mode = `0${use.mode.toString(8)}`;
    out.uid = String(use.uid);
    out.gid = String(use.gid);
    out.links = String(use.links);
  }
  if (use.serial >= 0) out.inode = String(use.serial);
  if (use.deviceHigh >= 0) out.device = `${use.deviceHigh}/${use.deviceLow}`;
  if (use.packed) out.compression = "zisofs";
  if (use.sparseBytes >= 0) out["sparse-size"] = String(use.sparseBytes);
  if (use.apple !== null) {
    out["apple-type"] = use.apple.slice(0, 4);
    out["apple-creator"] = use.apple.slice(4);
  }
}

function addExtended(out: Record<string, string>, volume: IsoVolume, entry: IsoEntry): void {
  const extended = extendedRecordOf(volume, entry);
  if (!extended) return;
  const { owner, group, permissions, expires, effective, recordFormat, recordBytes, system } = extended;
  out["xar-owner"] = String(owner);
  out["xar-group"] = String(group);
  out["xar-permissions"] = `0x${permissions.toString(16).padStart(4, "0")}`;
  if (expires.value !== null) out["expires-at"] = expires.value;
  if (effective.value !== null) out["effective-at"] = effective.value;
  if (recordFormat !== 0) out["record-format"] = `${recordFormat}/${recordBytes}`;
  if (system !== "") out["xar-system"] = system;
}
