/** Opens what a line of the listing names. */
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import type { FileExtent, FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { openRanges, slackSource } from "../../../native-free/layers/derived.ts";
import { finding, type Finding } from "../../../native-free/model/findings.ts";
import type { ItemExtent } from "../../../native-free/model/item.ts";
import type { Treatment } from "../../../native-free/model/prepared.ts";
import type { ListedPlace } from "./listing.ts";
import type { Media } from "./media.ts";

/** Pieces of one item that are recorded; a content beyond is read in full all the same. */
const keptExtents = 4096;

interface Opened {
  readonly source: ByteSource | null;
  readonly treatment: Treatment;
  readonly extents: readonly ItemExtent[];
  readonly findings: readonly Finding[];
}

/** Throws EvidenceError; Error where the list does not fit the medium. */
export function openListed(media: Media, place: ListedPlace): Opened {
  if (place.what === "space") {
    const { source } = media.volume(place.medium, place.volume);
    const extents = place.ranges.map((range) => ({ ...range, state: "intact" as const }));
    return { source: openRanges(source, place.ranges), treatment: "strings", ...recorded(extents) };
  }
  const fileSystem = media.fileSystem(place.medium, place.volume, place.fileSystem);
  const entry = place.key === null ? null : fileSystem.entryOf(place.key);
  if (place.key !== null && entry === null) throw new Error("the file system does not know its own key");
  if (place.what === "slack") return openSlack(media, place, fileSystem, entry);
  const source = place.read && entry ? fileSystem.open(entry) : null;
  return { source, treatment: place.treatment, ...recorded(fileSystem.extentsOf(entry)) };
}

function openSlack(media: Media, place: ListedPlace, fileSystem: FileSystem, entry: FileSystemEntry | null): Opened {
  const { source: volume } = media.volume(place.medium, place.volume);
  const source = entry && slackSource(fileSystem, volume, entry);
  if (!source) throw new Error("there is no slack where some was listed");
  const extents = fileSystem.slackOf(entry).map(({ start, length }) => ({ start, length, state: "intact" as const }));
  return { source, treatment: "strings", ...recorded(extents.filter(({ length }) => length > 0)) };
}

function recorded(all: readonly FileExtent[]): Pick<Opened, "extents" | "findings"> {
  const extents = all.slice(0, keptExtents).map(({ start, length, state }): ItemExtent => {
    const isThere = state !== "missing" && state !== "overwritten";
    return { start, length, kind: !isThere ? "missing" : start === null ? "sparse" : "data", state };
  });
  if (all.length <= keptExtents) return { extents, findings: [] };
  return { extents, findings: [finding("medium/extents-cut", { count: all.length, kept: keptExtents })] };
}
