/**
 * Acquires a medium as an exhibit of a case: announces the act with all that decides the bytes of the image, images and
 * verifies, signs the manifest, records the end. Interrupted, the announced act is continued to the same bytes.
 */
import { mkdirSync } from "node:fs";
import { canonicalJson, type JsonObject } from "../../../native-free/model/canonical-json.ts";
import type { Case } from "../../case/case-folder.ts";
import { fileLock } from "../../case/file-lock.ts";
import type { SignedDocument } from "../../custody/document.ts";
import { isImageBody, writeImageManifest } from "../../custody/image-manifest.ts";
import type { Journal } from "../../custody/journal.ts";
import { verifyManifest } from "../../custody/manifest.ts";
import { selfTestDetails, type SelfTestResult } from "../../custody/self-test.ts";
import type { Signer } from "../../custody/signer.ts";
import { imageSays, runSays } from "../../messages/en.ts";
import { isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import { protectSource } from "../../platform/write-protection.ts";
import { acquireImage, type ImagingOptions } from "./acquire-image.ts";
import { checkMayAcquire, isAcquired } from "../folder/acquisition.ts";
import type { CheckedSource } from "./checked-source.ts";
import type { Override } from "./refusals.ts";
import { checkTargets } from "./checked-targets.ts";
import { asJson, imageBody } from "./describe-image.ts";
import type { ImageBody } from "./image-body.ts";
import type { ImagePlan } from "./image-plan.ts";
import { checkIndependently } from "./independent-reader.ts";
import { announceResume, dropResume, type ResumeState } from "./resume-record.ts";
import { targetError } from "./segment-files.ts";
import { removeLeft, unname } from "./standing.ts";

export interface ImageExhibitOptions extends Pick<
  ImagingOptions,
  "workers" | "signal" | "waitForSpace" | "reread" | "triage" | "onProgress" | "onTarget" | "onTriage" | "readThread"
> {
  readonly theCase: Case;
  readonly label: string;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly selfTest: SelfTestResult;
  readonly source: CheckedSource;
  readonly plan: ImagePlan;
  /** What an interrupted start left; the plan is then that of its announcement. */
  readonly resume: ResumeState | null;
  readonly overrides: readonly Override[];
  /** Asks readers of other makers that are installed, too. */
  readonly independent: boolean;
  readonly onNote: (sentence: string) => void;
}

/** Throws OperatorError: no authority, done already, refused target, and all that `acquireImage` throws. */
export async function acquireImageExhibit(options: ImageExhibitOptions): Promise<ImageBody> {
  const { theCase, label, source, plan, resume } = options;
  const finished = isAcquired(theCase, label) ? finishRecord(options) : null;
  if (finished) return finished;
  checkMayAcquire(theCase, label);
  const overridden = [...source.overridden, ...checkTargets(source, plan, options.overrides, resume !== null)];
  mkdirSync(theCase.paths.work(label), { recursive: true });
  const lock = fileLock(theCase.paths.lock(label));
  lock.acquire("acquisition", lockWaitMs);
  try {
    const act = announce(options, overridden);
    return await announced(options, act, overridden);
  } finally {
    lock.close();
  }
}

const lockWaitMs = 1000;

/** An interruption after the manifest left nothing to do but to record it. Null where it is recorded, or not sound. */
function finishRecord({ theCase, label, journal, signer }: ImageExhibitOptions): ImageBody | null {
  const folder = theCase.paths.exhibit(label);
  const intent = journal.openIntents().find(({ act, exhibit }) => act === "acquire" && exhibit === label);
  const { ok, hash, body } = verifyManifest(folder, journal.keys());
  if (!ok || !isImageBody(body)) return null;
  const image = body as unknown as ImageBody;
  if (intent) journal.endIntent(intent, "done", outcomeOf(image, hash), signer);
  dropResume(folder, label);
  return intent ? image : null;
}

function outcomeOf({ hashes, badSectors, bytes }: ImageBody, manifestHash: string | null): JsonObject {
  return { manifestHash, bytes, hashes: { ...hashes }, badSectors };
}

interface Announced {
  readonly started: string;
  readonly end: (phase: "done" | "failed", details: JsonObject) => void;
}

/** The open act that is continued, or a new one. */
function announce(options: ImageExhibitOptions, overridden: readonly Override[]): Announced {
  const { journal, signer, label, resume, theCase, source, plan } = options;
  const planJson = JSON.parse(JSON.stringify(plan)) as JsonObject;
  const open = journal.openIntents().filter((intent) => intent.act === "acquire" && intent.exhibit === label);
  for (const code of overridden) {
    journal.append("override", { code, source: source.path }, signer, { exhibit: label });
  }
  if (resume) {
    const intent = open.find(({ details }) => canonicalJson(details["plan"] ?? null) === canonicalJson(planJson));
    if (!intent) throw new OperatorError("resume/not-announced", imageSays.resumeNotAnnounced(label));
    const end: Announced["end"] = (phase, details) => void journal.endIntent(intent, phase, details, signer);
    return { started: resume.head.started, end };
  }
  for (const intent of open) journal.endIntent(intent, "failed", { code: "interrupted" }, signer);
  const { authority, scope } = theCase.file;
  const medium = { bytes: source.size, sourceKind: source.kind, overridden: [...overridden] };
  const details = { kind: "image", source: source.path, ...medium, plan: planJson, authority, scope };
  const act = journal.begin("acquire", details, signer, { exhibit: label });
  const started = new Date().toISOString();
  const { model, serial } = source.facts;
  const head = { source: { path: source.path, model, serial }, plan, started };
  announceResume(theCase.paths.exhibit(label), label, head);
  return { started, end: (phase, more) => void act[phase](more, signer) };
}

async function announced(
  options: ImageExhibitOptions,
  act: Announced,
  overridden: readonly Override[],
): Promise<ImageBody> {
  const { theCase, label, signer, source, plan } = options;
  const record = { folder: theCase.paths.exhibit(label), stem: label };
  try {
    const protection = protectSource(source.path);
    const result = await acquireImage({ ...options, source: source.spec, record });
    const independent = options.independent ? checkIndependently(plan, result.targets) : [];
    const facts = { caseId: theCase.file.id, exhibit: label, selfTest: selfTestDetails(options.selfTest) };
    const { workers } = options;
    const more = { source, plan, workers, protection, overridden, independent, started: act.started };
    const body = imageBody({ ...facts, ...more }, result);
    const document = signManifest(record.folder, body, result.leaves, signer);
    act.end("done", outcomeOf(body, typeof document.hash === "string" ? document.hash : null));
    dropResume(record.folder, record.stem);
    return body;
  } catch (error) {
    // What can be continued stays announced; its end is recorded when it ends.
    if (!isOperatorError(error) || error.exit !== 4) recordFailure(act, isOperatorError(error) ? error.code : "fault");
    throw error;
  }
}

/** Throws OperatorError (4) where the disk is full: the image is whole then, and is only read again. */
function signManifest(folder: string, body: ImageBody, leaves: Uint8Array, signer: Signer): SignedDocument {
  try {
    return writeImageManifest(folder, asJson(body), leaves, signer);
  } catch (error) {
    throw targetError(error, folder);
  }
}

/** A full disk may keep the end from being recorded too: then the act stays announced, and the next start ends it. */
function recordFailure(act: Announced, code: string): void {
  try {
    act.end("failed", { code });
  } catch (error) {
    if (!isOperatorError(error)) throw error;
  }
}

/** Gives up what an interrupted start left, its files included. Returns the files. Throws OperatorError where it is done. */
export function giveUp(
  options: Pick<ImageExhibitOptions, "theCase" | "label" | "journal" | "signer">,
  left: ResumeState,
): string[] {
  const { theCase, label, journal, signer } = options;
  if (isAcquired(theCase, label)) throw new OperatorError("acquire/done", runSays.alreadyAcquired(label));
  left.head.plan.targets.forEach(unname);
  const removed = left.head.plan.targets.flatMap(removeLeft);
  dropResume(theCase.paths.exhibit(label), label);
  for (const intent of journal.openIntents()) {
    if (intent.act !== "acquire" || intent.exhibit !== label) continue;
    journal.endIntent(intent, "failed", { code: "given-up", removed }, signer);
  }
  return removed;
}
