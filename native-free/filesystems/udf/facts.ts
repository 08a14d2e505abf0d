/** What a volume says of itself. */
import { factsOf, type Fact } from "../../model/facts.ts";
import * as layout from "./layouts.ts";
import { entityName, fieldText, revisionOf, revisionText } from "./names.ts";
import type { Opened } from "./opened.ts";
import { stampOf } from "./times.ts";

const primary = layout.primary.cursor();
const logical = layout.logical.cursor();
const partition = layout.partition.cursor();

const accessNames = ["pseudo-overwritable", "read-only", "write-once", "rewritable", "overwritable"];

/** Domain identifiers name the revision; what is needed for reading may be less. */
function revisionIn({ descriptors, integrity }: Opened): number | null {
  const domain = descriptors.logical === null ? null : revisionOf(logical.over(descriptors.logical.bytes).domain);
  return domain ?? integrity?.minimumRead ?? null;
}

export function variantOf(opened: Opened): string {
  const revision = revisionIn(opened);
  return revision === null ? "UDF" : `UDF ${revisionText(revision)}`;
}

export function labelOf({ descriptors, fileSet }: Opened): string | null {
  const { logical: volume, primary: first } = descriptors;
  return (
    (volume === null ? null : fieldText(logical.over(volume.bytes).identifier)) ??
    (first === null ? null : fieldText(primary.over(first.bytes).identifier)) ??
    fileSet?.identifier ??
    null
  );
}

export function factsOfVolume(opened: Opened): Fact[] {
  const { descriptors, integrity, spaces, volume, tables, recognition } = opened;
  const first = descriptors.primary === null ? null : primary.over(descriptors.primary.bytes);
  const revision = revisionIn(opened);
  const set = first === null ? null : fieldText(first.setIdentifier);
  const [only] = descriptors.partitions.values();
  const maps = volume.partitions.map(({ kind }) => kind);
  return factsOf({
    kind: "UDF",
    version: revision === null ? null : revisionText(revision),
    creator: first === null ? null : entityName(first.implementation),
    label: labelOf(opened),
    uuid: set === null ? null : set.slice(0, 16),
    "set-name": set === null ? null : set.slice(16),
    created: first === null ? null : (stampOf(first.recorded)?.value ?? null),
    modified: integrity?.recorded ?? null,
    "media-kind": only === undefined ? null : (accessNames[partition.over(only.bytes).access] ?? null),
    partition: maps.join(", "),
    "block-bytes": volume.blockBytes,
    "free-blocks": spaces.length === 0 ? null : spaces.reduce((sum, { free }) => sum + free, 0),
    files: tables[0]?.files ?? integrity?.files ?? null,
    folders: tables[0]?.directories ?? integrity?.directories ?? null,
    features: recognition.bridge ? "bridge with ISO 9660" : null,
    clean: integrity === null ? null : integrity.isClosed || tables.length > 0 ? "yes" : "no",
  });
}
