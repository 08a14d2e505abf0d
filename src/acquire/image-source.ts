/** What may be taken as a medium and where its image may go: everything that is refused before the first read. */
import { existsSync, readFileSync, realpathSync, statfsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { imageSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { deviceFacts, deviceFamily, fileFacts, liesOn, type DeviceFacts } from "../platform/block-devices.ts";
import { deviceFolder, openMedium } from "../source/medium.ts";
import { leastSegmentBytes, segmentName, usualSegmentBytes, type ImagePlan } from "./image-plan.ts";

export interface ImageSource {
  /** Real path. */
  readonly path: string;
  readonly size: number;
  readonly sectorBytes: number;
  readonly facts: DeviceFacts;
  /** Device numbers (`major:minor`) of the medium and what shares its sectors; empty for a file. */
  readonly family: ReadonlySet<string>;
}

/** True where `path` is a folder, which is acquired file by file and not as a medium. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A device or file that may be acquired. Throws OperatorError: absent, empty, unreadable, written to by this system. */
export function checkedMedium(given: string): ImageSource {
  const shown = resolve(given);
  if (!existsSync(shown)) throw new OperatorError("source/absent", imageSays.mediumAbsent(shown));
  const path = realpathSync(shown);
  const stat = statSync(path);
  if (!stat.isFile() && !stat.isBlockDevice()) throw new OperatorError("source/kind", imageSays.mediumKind(path));
  const medium = openMedium(path);
  const { size, sectorBytes } = medium;
  medium.close();
  if (size === 0) throw new OperatorError("source/empty", imageSays.mediumEmpty(path));
  if (stat.isFile()) return { path, size, sectorBytes, facts: fileFacts(path, size), family: new Set() };
  const facts = deviceFacts(stat.rdev);
  const writable = facts.mounts.find((mount) => mount.writable);
  if (writable) throw new OperatorError("source/mounted", imageSays.mediumMounted(path, writable.at));
  const family = deviceFamily(deviceFolder(stat.rdev));
  if (swapsOn(path)) throw new OperatorError("source/swap", imageSays.mediumSwap(path));
  return { path, size, sectorBytes, facts, family };
}

function swapsOn(path: string): boolean {
  if (!existsSync("/proc/swaps")) return false;
  return readFileSync("/proc/swaps", "utf8")
    .split("\n")
    .slice(1)
    .some((line) => line.split(/\s/)[0] === path);
}

/** Refuses targets that are no folder, lie on the source, hold such an image already, or are too small for a raw one. */
export function checkTarget(source: ImageSource, plan: ImagePlan): void {
  const { folder } = plan;
  if (!isFolder(folder)) throw new OperatorError("target/folder", imageSays.targetFolder(folder));
  if (source.family.size > 0 && liesOn(folder, source.family)) {
    throw new OperatorError("target/on-source", imageSays.targetOnSource(folder, source.path));
  }
  const first = join(folder, segmentName(plan, 1));
  if (existsSync(first)) throw new OperatorError("target/exists", imageSays.targetExists(first));
  if (plan.format !== "raw") return checkWholeSectors(source);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < plan.size) {
    throw new OperatorError("target/space", imageSays.targetSpace(folder, plan.size, bavail * bsize));
  }
}

const e01SectorBytes: readonly number[] = [512, 1024, 2048, 4096];

function checkWholeSectors({ path, size, sectorBytes }: ImageSource): void {
  if (size % sectorBytes === 0 && e01SectorBytes.includes(sectorBytes)) return;
  throw new OperatorError("source/part-sector", imageSays.wholeSectors(path, size, sectorBytes));
}

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const mostRawBytes = 2 ** 50;

/** Bytes of `650M`, `2G`, `1000000`. Throws OperatorError outside of what the format's readers take. */
export function segmentBytesOf(text: string, format: ImagePlan["format"]): number {
  const [, digits, unit] = /^(\d+)([kmg]?)$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * (units[(unit ?? "").toLowerCase()] ?? NaN);
  const least = format === "raw" ? leastRawSegmentBytes : leastSegmentBytes;
  const most = format === "raw" ? mostRawBytes : usualSegmentBytes;
  if (bytes >= least && bytes <= most) return bytes;
  const shown = (value: number) => (value % units.m === 0 ? `${value / units.m}M` : `${value / units.k}k`);
  throw new OperatorError("usage/segment-size", imageSays.badSegmentSize(text, shown(least), shown(most)));
}

const leastRawSegmentBytes = 64 * 1024;
