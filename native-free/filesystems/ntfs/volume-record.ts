/** What the record of $Volume says: label, version, state. */
import { Buffer } from "node:buffer";
import { valueBytes } from "./attributes.ts";
import { fileAt } from "./file.ts";
import * as layout from "./layouts.ts";
import type { NtfsVolume } from "./volume.ts";

export interface VolumeRecord {
  readonly label: string | null;
  /** `3.1`; null where the record cannot be read. */
  readonly version: string | null;
  readonly dirty: boolean;
}

const information = layout.volumeInformation.cursor();
const dirtyFlag = 1;

export function readVolumeRecord(volume: NtfsVolume): VolumeRecord {
  const file = fileAt(volume, layout.known.volume);
  const name = file?.find(layout.type.volumeName) ?? null;
  const label =
    name === null || name.nonResident ? "" : Buffer.from(valueBytes(volume.records, name)).toString("utf16le");
  const found = file?.find(layout.type.volumeInformation) ?? null;
  const value = found === null || found.nonResident ? new Uint8Array(0) : valueBytes(volume.records, found);
  const text = label.replace(/\0.*$/s, "").toWellFormed() || null;
  if (value.length < layout.volumeInformation.size) return { label: text, version: null, dirty: false };
  const { major, minor, flags } = information.over(value);
  return { label: text, version: `${major}.${minor}`, dirty: (flags & dirtyFlag) !== 0 };
}
