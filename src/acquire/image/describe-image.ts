/** The manifest body of an image from what was planned and what came of it. */
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import { leavesName } from "../../custody/image-manifest.ts";
import { toolIdentity } from "../../custody/tool-identity.ts";
import type { WriteProtection } from "../../platform/write-protection.ts";
import type { ImagedTarget, ImagingResult } from "./acquire-image.ts";
import { infoSays } from "../../messages/en.ts";
import type { CheckedSource } from "./checked-source.ts";
import type { Override } from "./refusals.ts";
import { cloneBytes, cloneFacts } from "./checked-targets.ts";
import type { ImageBody, TargetCheck, TargetRecord } from "./image-body.ts";
import { treeBlockBytes, type ImagePlan, type TargetPlan } from "./image-plan.ts";

export interface BodyFacts {
  /** "" without a case. */
  readonly caseId: string;
  readonly exhibit: string;
  readonly selfTest: JsonObject | null;
  readonly started: string;
  readonly source: CheckedSource;
  readonly protection: WriteProtection;
  readonly overridden: readonly Override[];
  readonly plan: ImagePlan;
  readonly workers: number;
  /** By target, what other readers said. */
  readonly independent: readonly (readonly TargetCheck[])[];
}

export function imageBody(facts: BodyFacts, result: ImagingResult): ImageBody {
  const { source, plan, workers } = facts;
  const { readMs, verifyMs, hashes, errors, root, size } = result;
  const { badRanges, unstable, unlistedUnstable = 0, retried } = errors;
  const [image, ...further] = plan.targets.map((target, index) =>
    targetRecord(target, index, result.targets[index], facts.independent[index] ?? []),
  );
  return {
    schema: "vestige.acquisition/1",
    caseId: facts.caseId,
    exhibit: facts.exhibit,
    kind: "image",
    source: source.path,
    sourceKind: source.kind,
    started: facts.started,
    finished: new Date().toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    medium: { ...source.facts, size },
    protection: facts.protection,
    overridden: facts.overridden,
    bytes: size,
    sectorBytes: source.sectorBytes,
    paddedBytes: result.paddedBytes,
    received: result.received,
    image,
    further,
    hashes,
    blocks: { file: leavesName, blockBytes: treeBlockBytes, count: result.leaves.length / 32, root },
    badSectors: badRanges.reduce((sum, { count }) => sum + count, 0),
    badRanges,
    fill: "zeros",
    unstable,
    unlistedUnstable,
    retriedReads: retried,
    notes: [...result.notes, ...disagreements(source, hashes)],
    resumptions: result.resumptions,
    triage: result.triage === null ? null : (JSON.parse(JSON.stringify(result.triage.summary)) as JsonObject | null),
    speed: { readMs, verifyMs, bytesPerSecond: Math.round((size / Math.max(1, readMs)) * 1000) },
    selfTest: facts.selfTest,
    tool: toolIdentity(),
    runtime: { node: process.versions.node, platform: `${process.platform}-${process.arch}` },
    options: { workers },
  };
}

/** Hashes that the image carries and its content does not have, as sentences. */
export function disagreements(
  { stored = {} }: Pick<CheckedSource, "stored">,
  hashes: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(stored).flatMap(([algorithm, value]) => {
    const found = hashes[algorithm];
    return found === undefined || found === value ? [] : [infoSays.storedDiffers(algorithm, value, found)];
  });
}

function targetRecord(
  plan: TargetPlan,
  index: number,
  { segments, truncatedAt, checks, unnamedBadSectors }: ImagedTarget,
  independent: readonly TargetCheck[],
): TargetRecord {
  const { format, compression, segmentBytes, folder, identity, zeroExcess } = plan;
  const larger = format === "clone" && truncatedAt === null && cloneBytes(folder) > segments[0].size;
  return {
    format,
    compression,
    segmentBytes,
    folder: index === 0 && format !== "clone" ? null : folder,
    segments,
    identity,
    unnamedBadSectors,
    clone:
      format === "clone"
        ? {
            device: cloneFacts(folder),
            truncatedAt,
            excess: !larger ? "none" : zeroExcess ? "zeroed" : "untouched",
          }
        : null,
    checks: [...checks, ...independent],
  };
}

/** A body is plain data throughout. */
export function asJson(body: ImageBody): JsonObject {
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}
