/** Extended attribute records (ECMA-119, 9.5), which stand in front of the content. */
import { readRange } from "../../bytes/byte-source.ts";
import type { IsoEntry } from "./entry.ts";
import { extendedRecord } from "./layouts.ts";
import { descriptorText } from "./names.ts";
import { longTimeText, type TimeText } from "./times.ts";
import type { IsoVolume } from "./volume.ts";

export interface ExtendedAttributes {
  readonly owner: number;
  readonly group: number;
  readonly permissions: number;
  readonly created: TimeText;
  readonly modified: TimeText;
  readonly expires: TimeText;
  readonly effective: TimeText;
  readonly recordFormat: number;
  readonly recordBytes: number;
  readonly system: string;
}

/** Null where there is none, or none of version 1. */
export function extendedRecordOf(volume: IsoVolume, entry: IsoEntry): ExtendedAttributes | null {
  const section = entry.sections[0]!;
  if (section.attributeBlocks === 0) return null;
  const bytes = readRange(volume.source, section.block * volume.blockBytes, extendedRecord.size);
  if (bytes.length < extendedRecord.size) return null;
  const cursor = extendedRecord.cursor().over(bytes);
  if (cursor.version !== 1) return null;
  return {
    ...{ owner: cursor.owner, group: cursor.group, permissions: cursor.permissions },
    created: longTimeText(cursor.created, 0),
    modified: longTimeText(cursor.modified, 0),
    expires: longTimeText(cursor.expires, 0),
    effective: longTimeText(cursor.effective, 0),
    ...{ recordFormat: cursor.format, recordBytes: cursor.recordBytes, system: descriptorText(cursor.system, false) },
  };
}
