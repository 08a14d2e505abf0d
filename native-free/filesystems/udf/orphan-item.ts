/** A file entry that no name leads to, as an item of a directory that is not there. */
import * as layout from "./layouts.ts";
import { orphanKey } from "./orphans.ts";
import type { FileRecord } from "./record.ts";
import { isDirectoryType, type Item } from "./tree.ts";

export function orphanItem(record: FileRecord): Item {
  const key = orphanKey(record.block);
  const name = Buffer.from(`\u0008${key}`, "latin1");
  return {
    key,
    directory: { key: null, record, parentBlock: -1, state: "orphan", streams: "none" },
    identifier: {
      ...{
        offset: 0,
        characteristics: isDirectoryType(record.fileType) ? layout.characteristic.directory : 0,
        icbLength: 0,
        block: record.block,
        partition: record.partition,
      },
      ...{ uniqueId: 0, version: 1, name, isSlack: false, isDamaged: false },
    },
    record,
    state: "orphan",
    isReused: false,
    isEarlier: false,
  };
}
