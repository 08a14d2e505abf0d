/** Where an image may go: everything about its targets that is refused before the first read. */
import { existsSync, realpathSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { imageSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import {
  deviceFacts,
  deviceFamily,
  fileFacts,
  liesOn,
  swapsOn,
  type DeviceFacts,
} from "../../platform/block-devices.ts";
import { deviceFolder } from "../../platform/linux-device.ts";
import { openMedium } from "../../source/medium.ts";
import type { CheckedSource } from "./checked-source.ts";
import { isFolder, refuse, type Override } from "./refusals.ts";
import { partialName, type ImagePlan, type TargetPlan } from "./image-plan.ts";
import { leftOf } from "./standing.ts";

/**
 * Refuses targets that are no folder, lie on the source, hold such an image already, or are too small. Returns the refusals
 * that were overridden. `occupied`: files of an interrupted start are there and are continued. Throws OperatorError.
 */
export function checkTargets(
  source: CheckedSource,
  plan: ImagePlan,
  overrides: readonly Override[],
  resumed: boolean,
): readonly Override[] {
  const noted: Override[] = [];
  for (const target of plan.targets) {
    if (target.format === "clone") {
      checkClone(source, target);
      continue;
    }
    for (const folder of [target.folder, ...target.spare]) {
      if (!isFolder(folder)) throw new OperatorError("target/folder", imageSays.targetFolder(folder));
      if (source.family.size > 0 && liesOn(folder, source.family)) {
        refuse("target/on-source", imageSays.targetOnSource(folder, source.path), overrides, noted);
      }
    }
    if (!resumed) checkNothingThere(target);
    if (target.format === "e01") checkWholeSectors(source);
    if (target.format === "raw" && !resumed) checkSpace(target, plan.size);
  }
  checkApart(plan.targets);
  return noted;
}

function checkNothingThere(target: TargetPlan): void {
  for (const { folder, file } of leftOf(target)) {
    const path = join(folder, file);
    if (existsSync(path)) throw new OperatorError("target/exists", imageSays.targetExists(path));
    throw new OperatorError("target/partial", imageSays.targetPartial(partialName(path)));
  }
}

function checkSpace({ folder, spare }: TargetPlan, size: number | null): void {
  // Where there is another folder to go on in, or the size is not known, it turns out while it is written.
  if (size === null || spare.length > 0) return;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= size) return;
  throw new OperatorError("target/space", imageSays.targetSpace(folder, size, bavail * bsize));
}

const e01SectorBytes: readonly number[] = [512, 1024, 2048, 4096];

function checkWholeSectors({ path, size, sectorBytes }: CheckedSource): void {
  if ((size ?? 0) % sectorBytes === 0 && e01SectorBytes.includes(sectorBytes)) return;
  throw new OperatorError("source/part-sector", imageSays.wholeSectors(path, size ?? 0, sectorBytes));
}

/** Two targets of one acquisition must not write the same files. */
function checkApart(targets: readonly TargetPlan[]): void {
  const places = targets.map(({ format, folder, stem }) => `${format} ${folder} ${stem}`);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined) throw new OperatorError("target/twice", imageSays.targetTwice(twice));
}

/** The device or file that a clone is written onto. Throws OperatorError: absent, in use, the source, read-only. */
function checkClone(source: CheckedSource, { folder: path }: TargetPlan): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat || (!stat.isBlockDevice() && !stat.isFile())) {
    throw new OperatorError("target/clone", imageSays.cloneTarget(path));
  }
  const facts = stat.isBlockDevice() ? deviceFacts(stat.rdev) : null;
  const family = stat.isBlockDevice() ? deviceFamily(deviceFolder(stat.rdev)) : new Set<string>();
  const files = [source.path, source.facts.backingFile, ...(source.spec.kind === "image" ? source.spec.files : [])];
  const overwrites = [realpathSync(path), facts?.backingFile].some((file) => file && files.includes(file));
  if (overwrites || [...family].some((device) => source.family.has(device))) {
    throw new OperatorError("target/is-source", imageSays.cloneIsSource(path));
  }
  if (facts === null) return;
  const mount = facts.mounts[0];
  if (mount) throw new OperatorError("target/mounted", imageSays.cloneMounted(path, mount.at));
  if (swapsOn(family)) throw new OperatorError("target/swap", imageSays.mediumSwap(path));
  if (facts.readOnly === true) throw new OperatorError("target/read-only", imageSays.cloneReadOnly(path));
}

/** What is known of the device or file that a clone lies on. */
export function cloneFacts(path: string): DeviceFacts {
  const stat = statSync(path);
  return stat.isBlockDevice() ? deviceFacts(stat.rdev) : fileFacts(path, stat.size);
}

export function cloneBytes(path: string): number {
  const medium = openMedium(path);
  medium.close();
  return medium.size;
}
