/**
 * Acquires a medium as an exhibit of a case: announces the act, images and verifies, signs the manifest, records the end.
 * An interrupted acquisition starts over: a half image is never continued.
 */
import { mkdirSync, readdirSync } from "node:fs";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import type { Case } from "../case/case-folder.ts";
import { fileLock } from "../case/file-lock.ts";
import { leavesName, writeImageManifest } from "../custody/image-manifest.ts";
import type { Act, Journal } from "../custody/journal.ts";
import { selfTestDetails, type SelfTestResult } from "../custody/self-test.ts";
import type { Signer } from "../custody/signer.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import { imageSays } from "../messages/en.ts";
import { isOperatorError } from "../messages/operator-error.ts";
import type { DeviceFacts } from "../platform/block-devices.ts";
import type { BadRange } from "../source/block-source.ts";
import { acquireImage, type ImagingOptions, type ImagingResult } from "./acquire-image.ts";
import { checkMayAcquire } from "./acquisition.ts";
import type { StreamHashes } from "./hash-stage.ts";
import { isPartialOf, treeBlockBytes, type ImagePlan } from "./image-plan.ts";
import { checkTarget, type ImageSource } from "./image-source.ts";
import { removePartials } from "./segment-files.ts";
import type { SegmentHash } from "./verify-image.ts";

/** Body of the manifest of an image, signed where it belongs to a case. Hashes in hex, sizes in bytes. */
export interface ImageBody {
  readonly schema: "vestige.acquisition/1";
  /** "" without a case. */
  readonly caseId: string;
  readonly exhibit: string;
  readonly kind: "image";
  readonly source: string;
  readonly started: string;
  readonly finished: string;
  readonly zone: string;
  readonly medium: DeviceFacts;
  /** Bytes of the medium, bad sectors included. */
  readonly bytes: number;
  readonly sectorBytes: number;
  readonly image: {
    readonly format: ImagePlan["format"];
    readonly compression: ImagePlan["compression"];
    readonly segmentBytes: number | null;
    readonly segments: readonly SegmentHash[];
  };
  readonly hashes: StreamHashes;
  readonly blocks: {
    readonly file: string;
    readonly blockBytes: number;
    readonly count: number;
    readonly root: string;
  };
  /** Logical sectors that could not be read and are zeros in the image. */
  readonly badSectors: number;
  readonly badRanges: readonly BadRange[];
  readonly retriedReads: number;
  /** How the image was checked after it was written: all hashes above were computed again from its files. */
  readonly verified: "read again";
  readonly speed: { readonly readMs: number; readonly verifyMs: number; readonly bytesPerSecond: number };
  readonly selfTest: JsonObject | null;
  readonly tool: { readonly name: string; readonly version: string; readonly build: string };
  readonly runtime: { readonly node: string; readonly platform: string };
  readonly options: { readonly workers: number };
}

export interface ImageExhibitOptions {
  readonly theCase: Case;
  readonly label: string;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly selfTest: SelfTestResult;
  readonly source: ImageSource;
  readonly plan: ImagePlan;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: ImagingOptions["onProgress"];
  readonly onNote: (sentence: string) => void;
  readonly readThread?: URL;
}

/** Throws OperatorError: no authority, done already, refused target, and all that `acquireImage` throws. */
export async function acquireImageExhibit(options: ImageExhibitOptions): Promise<ImageBody> {
  const { theCase, label, source, plan } = options;
  checkMayAcquire(theCase, label);
  checkTarget(source, plan);
  mkdirSync(theCase.paths.work(label), { recursive: true });
  const lock = fileLock(theCase.paths.lock(label));
  lock.acquire("acquisition", lockWaitMs);
  try {
    dropLeftovers(options);
    return await announced(options);
  } finally {
    lock.close();
  }
}

const lockWaitMs = 1000;

function dropLeftovers({ journal, signer, label, plan, onNote }: ImageExhibitOptions): void {
  const left = readdirSync(plan.folder).filter((name) => isPartialOf(plan.stem, name));
  removePartials(plan.folder, left);
  if (left.length > 0) onNote(imageSays.partialsRemoved(left.join(", ")));
  for (const intent of journal.openIntents()) {
    if (intent.act !== "acquire" || intent.exhibit !== label) continue;
    journal.endIntent(intent, "failed", { code: "interrupted", removed: left }, signer);
  }
}

async function announced(options: ImageExhibitOptions): Promise<ImageBody> {
  const { theCase, label, journal, signer, source, plan } = options;
  const { authority, scope, id } = theCase.file;
  const { format, compression, segmentBytes } = plan;
  const image = { format, compression, segmentBytes };
  const details = { kind: "image", source: source.path, bytes: source.size, image, authority, scope };
  const started = new Date().toISOString();
  const act = journal.begin("acquire", details, signer, { exhibit: label });
  try {
    const result = await acquireImage({ ...options, source: source.path });
    const selfTest = selfTestDetails(options.selfTest);
    const body = imageBody({ ...options, caseId: id, exhibit: label, selfTest, started }, result);
    const document = writeImageManifest(theCase.paths.exhibit(label), asJson(body), result.leaves, signer);
    const { hashes, badSectors, bytes } = body;
    act.done({ manifestHash: document.hash ?? null, bytes, hashes: { ...hashes }, badSectors }, signer);
    return body;
  } catch (error) {
    recordFailure(act, isOperatorError(error) ? error.code : "fault");
    throw error;
  }
}

/** A full disk may keep the end from being recorded too: then the act stays announced, and the next start ends it. */
function recordFailure(act: Act, code: string): void {
  try {
    act.failed({ code });
  } catch (error) {
    if (!isOperatorError(error)) throw error;
  }
}

export interface BodyFacts {
  readonly caseId: string;
  readonly exhibit: string;
  readonly selfTest: JsonObject | null;
  readonly started: string;
  readonly source: ImageSource;
  readonly plan: ImagePlan;
  readonly workers: number;
}

export function imageBody(facts: BodyFacts, result: ImagingResult): ImageBody {
  const { source, plan, workers } = facts;
  const { format, compression, segmentBytes } = plan;
  const { readMs, verifyMs, segments, hashes, badRanges, root } = result;
  return {
    schema: "vestige.acquisition/1",
    caseId: facts.caseId,
    exhibit: facts.exhibit,
    kind: "image",
    source: source.path,
    started: facts.started,
    finished: new Date().toISOString(),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    medium: source.facts,
    bytes: source.size,
    sectorBytes: source.sectorBytes,
    image: { format, compression, segmentBytes, segments },
    hashes,
    blocks: { file: leavesName, blockBytes: treeBlockBytes, count: result.leaves.length / 32, root },
    badSectors: badRanges.reduce((sum, { count }) => sum + count, 0),
    badRanges,
    retriedReads: result.retried,
    verified: "read again",
    speed: { readMs, verifyMs, bytesPerSecond: Math.round((source.size / Math.max(1, readMs)) * 1000) },
    selfTest: facts.selfTest,
    tool: toolIdentity(),
    runtime: { node: process.versions.node, platform: `${process.platform}-${process.arch}` },
    options: { workers },
  };
}

/** A body is plain data throughout. */
export function asJson(body: ImageBody): JsonObject {
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}
