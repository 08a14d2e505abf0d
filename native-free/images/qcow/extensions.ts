/** Header extensions of version 2 and 3 (section "Header extensions"). */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { bitmapsExtension, extensionTypes, headerExtension } from "./layouts.ts";

export interface QcowExtensions {
  /** As the writer's program calls the format. */
  readonly backingFormat: string | null;
  readonly dataFile: string | null;
  readonly bitmaps: { readonly count: number; readonly offset: number; readonly bytes: number } | null;
  /** Types that the specification does not have. */
  readonly unknown: readonly number[];
}

/** Extensions lie in the first cluster; one of 2 MiB is not searched to its end. */
const MOST_BYTES = 64 << 10;
const MOST_EXTENSIONS = 256;

interface Collected {
  backingFormat: string | null;
  dataFile: string | null;
  bitmaps: QcowExtensions["bitmaps"];
  readonly unknown: number[];
}

/** Reads what follows the header; what cannot be read on becomes a finding. */
export function readExtensions(
  source: ByteSource,
  headerLength: number,
  clusterBytes: number,
  findings: Finding[],
): QcowExtensions {
  const found: Collected = { backingFormat: null, dataFile: null, bitmaps: null, unknown: [] };
  const area = readRange(source, headerLength, Math.max(0, Math.min(clusterBytes - headerLength, MOST_BYTES)));
  const extension = headerExtension.cursor();
  const tell = (problem: string) =>
    findings.push(finding("image/structure-damaged", { structure: "header extension", problem }));
  const seen = new Set<number>();
  for (let at = 0, count = 0; at + headerExtension.size <= area.length; count++) {
    const { type, length } = extension.over(area, at);
    if (type === extensionTypes.end) break;
    const from = at + headerExtension.size;
    if (from + length > area.length || count >= MOST_EXTENSIONS) {
      tell("length");
      break;
    }
    if (seen.has(type)) tell("there twice");
    else if (!take(type, area.subarray(from, from + length), found)) tell("content");
    seen.add(type);
    at = from + Math.ceil(length / 8) * 8;
  }
  return found;
}

/** False where the content cannot be. */
function take(type: number, data: Uint8Array, found: Collected): boolean {
  if (type === extensionTypes.backingFormat) {
    found.backingFormat = new TextDecoder().decode(data);
  } else if (type === extensionTypes.dataFile) {
    found.dataFile = new TextDecoder().decode(data);
  } else if (type === extensionTypes.bitmaps) {
    if (data.length < bitmapsExtension.size) return false;
    const { count, directoryBytes, directoryOffset } = bitmapsExtension.cursor().over(data);
    found.bitmaps = { count, offset: directoryOffset, bytes: directoryBytes };
  } else if (type !== extensionTypes.featureNames && type !== extensionTypes.encryption) {
    found.unknown.push(type);
  }
  return true;
}
