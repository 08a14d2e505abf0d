/** Structures as entries: what the disc writes for itself, what a machine starts from it, what lies in gaps. */
import { finding } from "../../model/findings.ts";
import type { FileSystemEntryKind } from "../file-system.ts";
import type { BootCatalog, BootImage } from "./boot-catalog.ts";
import { PlacedEntry } from "./entry.ts";
import { systemAreaBytes } from "./layouts.ts";
import { orphanName, type Orphan, type Survey } from "./survey.ts";
import type { IsoVolume } from "./volume.ts";

function placed(
  name: string,
  start: number,
  length: number,
  kind: FileSystemEntryKind = "metadata",
  attributes: Readonly<Record<string, string>> = {},
): PlacedEntry | null {
  if (length <= 0) return null;
  const identity = { key: name, name: { text: name, bytes: null }, kind, attributes };
  return new PlacedEntry({ ...identity, nameClaim: "none", contentClaim: "allocated" }, [
    { start, length, state: "intact" },
  ]);
}

/** In a fixed order. Boot images that are media of their own and no file of the tree are files, so that what is in them is looked at. */
export function structureEntries(volume: IsoVolume, survey: Survey): PlacedEntry[] {
  const { source, blockBytes } = volume;
  const out = [placed("$SystemArea", 0, Math.min(systemAreaBytes, source.size))];
  for (const { descriptors, start } of survey.sessions) {
    const [first, last] = [descriptors[0]!, descriptors.at(-1)!];
    const name = start === volume.current.start ? "$VolumeDescriptors" : `$VolumeDescriptors@${start}`;
    const end = Math.min(source.size, last.start + last.length);
    out.push(placed(name, first.start, end - first.start, "metadata", { "session-start": String(start) }));
  }
  out.push(
    ...pathTables(volume),
    ...bootEntries(survey.boot, (image) => {
      return survey.claims.content.has(Math.floor(image.start / blockBytes));
    }),
  );
  return out.filter((each) => each !== null);
}

function pathTables({ current, source }: IsoVolume): (PlacedEntry | null)[] {
  return current.roots.flatMap(({ kind, pathTables: tables, pathTableBytes }) =>
    tables.map(({ start, big, what }) => {
      const name = `$PathTable-${kind}-${big ? "M" : "L"}${what === "path table" ? "" : "-optional"}`;
      return placed(name, start, Math.min(pathTableBytes, source.size - start));
    }),
  );
}

function bootEntries(boot: BootCatalog | null, isFile: (image: BootImage) => boolean): (PlacedEntry | null)[] {
  if (!boot) return [];
  const images = boot.images.map((image, index) => {
    const kind = image.emulated && !isFile(image) ? "file" : "metadata";
    const attributes = { media: image.media, platform: image.platform, bootable: image.bootable ? "yes" : "no" };
    return placed(`$Boot-${index + 1}.img`, image.start, image.length, kind, attributes);
  });
  return [placed("$BootCatalog", boot.start, boot.length, "metadata", { maker: boot.maker }), ...images];
}

export function orphanEntry(orphan: Orphan, survey: Survey): PlacedEntry {
  const { ref, parent } = orphan;
  const found = [...(survey.troubles.get(ref.offset) ?? [])];
  return new PlacedEntry(
    {
      ...{ key: ref.key!, name: orphanName(orphan), parent, kind: "directory" },
      ...{ nameClaim: "orphan", contentClaim: "allocated", attributes: { tree: ref.tree.kind } },
    },
    [{ start: ref.start, length: ref.bytes, state: "intact" }],
    found,
    ref,
  );
}

const gapPrefix = "gap@";

/** What lies between files and belongs to nothing, without the zeros at its end. */
export function gapEntry(volume: IsoVolume, start: number, length: number): PlacedEntry {
  const key = `${gapPrefix}${start / volume.blockBytes}`;
  return new PlacedEntry(
    {
      ...{ key, name: { text: key, bytes: null }, kind: "file", nameClaim: "none", contentClaim: "unallocated" },
      origin: "unallocated",
    },
    [{ start, length, state: "intact" }],
  );
}

/** The gap with a key; null where there is none. */
export function gapWithKey(volume: IsoVolume, survey: Survey, key: string): PlacedEntry | null {
  if (!key.startsWith(gapPrefix)) return null;
  for (let i = 0; i < survey.gaps.length; i += 2) {
    const start = survey.gaps.at(i);
    if (`${gapPrefix}${start / volume.blockBytes}` === key) return gapEntry(volume, start, survey.gaps.at(i + 1));
  }
  return null;
}

/** Of the boot catalog, for the file system. */
export function bootFindings(boot: BootCatalog | null): ReturnType<typeof finding>[] {
  if (!boot) return [];
  const place = { offset: boot.start, length: boot.length };
  if (!boot.valid) return [finding("iso9660/boot-catalog", { problem: "first entry" }, place)];
  const lost = boot.images.filter(({ length }) => length <= 0).length;
  return lost === 0 ? [] : [finding("iso9660/boot-catalog", { problem: "image outside of the volume" }, place)];
}
