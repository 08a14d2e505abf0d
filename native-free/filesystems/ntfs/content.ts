/** The bytes of a value as a source: in its record, in clusters, unpacked where it is packed. */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { ExtentSource } from "../extent-source.ts";
import type { FileExtent } from "../file-system.ts";
import { valueBytes } from "./attributes.ts";
import type { NtfsFile } from "./file.ts";
import * as layout from "./layouts.ts";
import { isWimBacked, Lznt1Source, readWof, WofSource } from "./packed/index.ts";
import { isKeptElsewhere, reparseTag, tagText } from "./reparse.ts";
import { ResidentSource } from "./resident-source.ts";
import { storedClusters, type Stream } from "./streams.ts";
import { extentsOfRuns } from "./volume.ts";
import { reparseOf } from "./values.ts";

/** What became of extents, where the file is deleted. */
type Judge = (extents: readonly FileExtent[]) => readonly FileExtent[];

const overlayStream = "WofCompressedData";

/** The bytes of a value, as many as its size. */
export function openStream(file: NtfsFile, stream: Stream, judge: Judge): ByteSource {
  const { source, geometry, records } = file.volume;
  if (stream.resident) {
    return new ResidentSource(valueBytes(records, stream.first), new ExtentSource(source, file.extents(stream)));
  }
  if (stream.unitBytes === 0) return new ExtentSource(source, judge(file.extents(stream)));
  let held = 0;
  for (let i = 1; i < stream.runs.length; i += 2) held += stream.runs[i]! * geometry.clusterBytes;
  const stored = judge(extentsOfRuns(geometry, stream.runs, held, held));
  return new Lznt1Source(new ExtentSource(source, stored), stream.size, stream.unitBytes, stream.written, stored);
}

/** The content of a file itself: where the Windows Overlay Filter keeps it packed, unpacked. */
export function openContent(file: NtfsFile, stream: Stream, judge: Judge): ByteSource {
  if (keptElsewhere(file, stream) !== null) return new ExtentSource(file.volume.source, missingExtents(stream));
  const packed = file.isDirectory ? null : overlayOf(file);
  if (packed === null) return openStream(file, stream, judge);
  return new WofSource(openStream(file, packed.stream, judge), stream.size, packed.algorithm);
}

/** Null where no filter packs the file. */
function overlayOf(file: NtfsFile): { readonly stream: Stream; readonly algorithm: 0 | 1 | 2 | 3 } | null {
  if (file.find(layout.type.reparsePoint) === null) return null;
  const reparse = reparseOf(file);
  if (reparse?.tag !== reparseTag.overlay) return null;
  const info = readWof(reparse.data);
  const stream = file.stream(layout.type.data, overlayStream);
  return info === null || stream === null ? null : { stream, algorithm: info.algorithm };
}

/** What keeps the content of a file elsewhere, where the volume has nothing but a hole in its place; null for other files. */
export function keptElsewhere(file: NtfsFile, stream: Stream): string | null {
  if (stream.resident || stream.size === 0 || stream.type !== layout.type.data || stream.name !== "") return null;
  if (file.find(layout.type.reparsePoint) === null || storedClusters(stream) > 0) return null;
  const { tag, data } = reparseOf(file) ?? { tag: 0, data: new Uint8Array(0) };
  if (tag === reparseTag.overlay ? overlayOf(file) !== null : !isKeptElsewhere(tag)) return null;
  return tag === reparseTag.overlay && isWimBacked(data) ? `${tagText(tag)}, in a WIM image` : tagText(tag);
}

export function missingExtents({ size }: Stream): FileExtent[] {
  return [{ start: null, length: size, state: "missing" }];
}
