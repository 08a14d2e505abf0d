/** What may be taken as a medium: everything about a source that is refused, or recorded, before the first read. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { imageSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { deviceFamily, fileFacts, swapsOn, type DeviceFacts } from "../../platform/block-devices.ts";
import { devicePlatform } from "../../platform/devices.ts";
import { deviceFolder } from "../../platform/linux-device.ts";
import type { SourceSpec } from "../../source/acquisition-source.ts";
import { findImage, isLogical } from "../../source/image-files.ts";
import { openSource } from "../../source/open-source.ts";
import type { ImageBody } from "./image-body.ts";
import { refuse, type Override } from "./refusals.ts";

export interface CheckedSource {
  readonly spec: SourceSpec;
  readonly kind: ImageBody["sourceKind"];
  /** Real path; "-" for a stream. */
  readonly path: string;
  /** Bytes of the medium; null for a stream. */
  readonly size: number | null;
  readonly sectorBytes: number;
  readonly facts: DeviceFacts;
  /** Device numbers (`major:minor`) of the medium and what shares its sectors; empty where it is no device. */
  readonly family: ReadonlySet<string>;
  /** Hashes that an image carries of what is taken of it, by algorithm. */
  readonly stored?: Readonly<Record<string, string>>;
  /** Refusals that were overridden. */
  readonly overridden: readonly Override[];
}

export interface SourceOptions {
  /** A file is taken with its bytes as they are, also where it is an image. */
  readonly asFile: boolean;
  readonly overrides: readonly Override[];
}

/**
 * A device, file, image or stream ("-") that may be acquired. Throws OperatorError: absent, empty, unreadable, written to by
 * this system.
 */
export function checkedSource(given: string, options: SourceOptions): CheckedSource {
  if (given === "-") return streamSource();
  const shown = resolve(given);
  if (!existsSync(shown)) throw new OperatorError("source/absent", imageSays.mediumAbsent(shown));
  const path = realpathSync(shown);
  const stat = statSync(path);
  const device = stat.isFile() ? null : devicePlatform().factsOf(path);
  if (device) return deviceSource(path, device, stat.isBlockDevice() ? stat.rdev : null, options);
  if (!stat.isFile()) throw new OperatorError("source/kind", imageSays.mediumKind(path));
  const image = options.asFile ? null : imageSpecOf(path);
  const spec: SourceSpec = image ?? { kind: "medium", path };
  const { size, sectorBytes, stored } = measured(spec, path);
  const facts = { ...fileFacts(path, size), logicalSectorBytes: sectorBytes };
  const plain = { path, size, sectorBytes, facts, stored, family: new Set<string>(), overridden: [] };
  return { ...plain, spec, kind: image ? "image" : "file" };
}

function streamSource(): CheckedSource {
  const facts = fileFacts("-", 0);
  const plain = { path: "-", size: null, sectorBytes: 512, facts, family: new Set<string>(), overridden: [] };
  return { ...plain, spec: { kind: "stream", descriptor: 0 }, kind: "stream" };
}

/** `rdev` is null where the system names its devices otherwise than by number. */
function deviceSource(
  path: string,
  facts: DeviceFacts,
  rdev: number | null,
  { overrides }: SourceOptions,
): CheckedSource {
  const spec: SourceSpec = { kind: "medium", path };
  const { size, sectorBytes } = measured(spec, path);
  const family = rdev === null ? new Set<string>() : deviceFamily(deviceFolder(rdev));
  const overridden: Override[] = [];
  const writable = facts.mounts.find((mount) => mount.writable);
  if (writable) refuse("source/mounted", imageSays.mediumMounted(path, writable.at), overrides, overridden);
  if (swapsOn(family)) refuse("source/swap", imageSays.mediumSwap(path), overrides, overridden);
  return { spec, kind: "device", path, size, sectorBytes, facts, family, overridden };
}

function measured(spec: SourceSpec, path: string) {
  const source = openSource(spec);
  try {
    const { size, sectorBytes, storedHashes: stored = {} } = source;
    if (!size) throw new OperatorError("source/empty", imageSays.mediumEmpty(path));
    return { size, sectorBytes, stored };
  } finally {
    source.close();
  }
}

/** The image that a file belongs to: one with a signature, or a raw one in several files. Null for any other file. */
function imageSpecOf(path: string): SourceSpec | null {
  if (!statSync(path).isFile()) return null;
  const found = findImage(path);
  if (!found || isLogical(found) || (!found.signed && found.names.length < 2)) return null;
  return { kind: "image", format: found.format, files: found.names.map((name) => join(found.folder, name)) };
}
