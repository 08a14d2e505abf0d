/** Finds the item that a key names, without a walk. */
import { DirectoryReader } from "./directory.ts";
import { BlockSet } from "../block-set.ts";
import * as layout from "./layouts.ts";
import type { Opened } from "./opened.ts";
import { orphanAt } from "./orphans.ts";
import { orphanItem } from "./orphan-item.ts";
import { recordIn, type FileRecord } from "./record.ts";
import type { Survey } from "./survey.ts";
import { earlierItem, isDirectoryType, ItemReader, type DirectoryRef, type Item, type NameState } from "./tree.ts";

const orphan = /^entry@(\d+)$/;
/** Block of the entry of the directory, its partition where it is not that of the root, offset; block of the entry of an earlier version. */
const named = /^(\d+)(?:\.(\d+))?:(\d+)(?:@(\d+|none))?$/;

/** `surveyed` is asked for what the state of a directory is. */
export function itemOf(opened: Opened, surveyed: () => Survey, key: string): Item | null {
  const { volume, rootPartition } = opened;
  const top = orphan.exec(key);
  if (top) {
    const record = orphanAt(volume, Number(top[1]));
    const survey = surveyed();
    const isKnown = record !== null && (survey.isClaimed(record.block) || survey.deletedRecords.has(record.block));
    return record === null || isKnown ? null : orphanItem(record);
  }
  const found = named.exec(key);
  if (!found) return null;
  const [, block = "", partition, offset = "", version] = found;
  const survey = surveyed();
  const view = survey.earlier.get(key) ?? 0;
  const bytes = volume.blocks.read(Number(block));
  const record = recordIn(Number(block), partition === undefined ? rootPartition : Number(partition), view, bytes);
  if (record === null || !isDirectoryType(record.fileType)) return null;
  const directory = refOf(opened, survey, record, view);
  const reader = new DirectoryReader(volume, record, new BlockSet());
  reader.seek(Number(offset));
  const identifier = reader.next();
  if (identifier === null || identifier.offset !== Number(offset)) return null;
  const item = new ItemReader(volume, rootPartition).item(directory, identifier);
  if (version === undefined) return item;
  if (version === "none") return item.record === null ? earlierItem(item, null) : null;
  const all = view > 0 ? [item.record] : volume.versionsAt(identifier, view);
  const wanted = all.find((each) => each?.block === Number(version));
  return wanted ? earlierItem(item, wanted) : null;
}

function refOf({ roots }: Opened, survey: Survey, record: FileRecord, view: number): DirectoryRef {
  const isStreams = record.fileType === layout.fileType.streams;
  const streams = !isStreams ? "none" : roots.system?.block === record.block ? "system" : "file";
  return { key: null, record, parentBlock: -1, state: view > 0 ? "deleted" : stateOf(survey, record.block), streams };
}

function stateOf(survey: Survey, block: number): NameState {
  if (survey.records.has(block)) return "allocated";
  return survey.deletedRecords.has(block) ? "deleted" : "orphan";
}
