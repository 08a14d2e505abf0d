/** The members that every container begins with. */
import { Buffer } from "node:buffer";
import { Zip64Writer, type ByteSink, type Zip64Entry } from "../../containers/zip64/writer.ts";
import { descriptionName, versionName } from "./entry.ts";
import type { VolumeFacts } from "./turtle-text.ts";

export interface Head {
  readonly bytes: Uint8Array;
  readonly members: readonly Zip64Entry[];
}

/** AFF4 v1.0, 5.4 and 1. */
export function writeHead(zip: Zip64Writer, { volume, tool }: VolumeFacts): void {
  zip.addStored(descriptionName, Buffer.from(volume, "utf8"));
  zip.addStored(versionName, Buffer.from(`major=1\nminor=0\ntool=${tool}\n`, "utf8"));
}

export function headOf(facts: VolumeFacts): Head {
  const parts: Uint8Array[] = [];
  const sink: ByteSink = { write: (bytes) => void parts.push(Uint8Array.from(bytes)), patch: () => undefined };
  const zip = new Zip64Writer(sink, { dosTime: new Date(facts.created) });
  writeHead(zip, facts);
  return { bytes: Buffer.concat(parts), members: zip.entries };
}
