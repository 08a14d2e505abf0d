/**
 * Prepares a sterile target medium: announced and ended in the journal of a case where there is one, and written down in a
 * record, signed in a case, that says what was overwritten with what and how that was checked.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { canonicalJson, type JsonObject } from "../../../native-free/model/canonical-json.ts";
import { writeAtomically } from "../../case/atomic-file.ts";
import type { Case } from "../../case/case-folder.ts";
import { domains, signDocument } from "../../custody/document.ts";
import type { Act, Journal } from "../../custody/journal.ts";
import type { Signer } from "../../custody/signer.ts";
import { toolIdentity } from "../../custody/tool-identity.ts";
import { wipeSays } from "../../messages/en.ts";
import { isOperatorError, OperatorError } from "../../messages/operator-error.ts";
import { errorCode } from "../../source/describe-entry.ts";
import { openTarget, type TargetMedium } from "./target-medium.ts";
import { isWiped, wipeMedium, type WipeOptions, type WipePattern, type WipeResult } from "./wipe-medium.ts";
import type { WipeTarget } from "./wipe-target.ts";

export interface WipeRun {
  readonly target: WipeTarget;
  readonly pattern: WipePattern;
  readonly verify: boolean;
  /** Null without a case. */
  readonly desk: { readonly theCase: Case; readonly journal: Journal; readonly signer: Signer } | null;
  /** Where the record goes; nothing may be there. */
  readonly recordFile: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: WipeOptions["onProgress"];
  /** Opens the target, for tests with media that fail. */
  readonly open?: (target: WipeTarget) => Promise<TargetMedium>;
}

/** What the record states, schema `vestige.wipe/1`. Sizes and ranges in bytes, the key in hex. */
export interface WipeBody extends WipeResult {
  readonly schema: "vestige.wipe/1";
  /** "" without a case. */
  readonly caseId: string;
  readonly target: string;
  readonly medium: WipeTarget["facts"];
  readonly bytes: number;
  readonly sectorBytes: number;
  readonly pattern: WipePattern;
  /** Of AES-256-CTR over zeros, first counter block zero; null for zeros. */
  readonly key: string | null;
  readonly started: string;
  readonly finished: string;
  readonly ok: boolean;
  readonly tool: ReturnType<typeof toolIdentity>;
}

/** Throws OperatorError: the record exists, the target is in use or refuses to be opened, gone or interrupted (4). */
export async function wipeTarget(run: WipeRun): Promise<WipeBody> {
  const { target, pattern, verify, desk } = run;
  const recordFile = run.recordFile === null ? null : resolve(run.recordFile);
  if (recordFile !== null && existsSync(recordFile)) {
    throw new OperatorError("wipe/record-exists", wipeSays.recordExists(recordFile));
  }
  const medium = await (run.open ?? opened)(target);
  try {
    const key = pattern === "random" ? randomBytes(32) : null;
    const started = new Date().toISOString();
    const { path, size, facts } = target;
    const { model, serial } = facts;
    const keyText = key?.toString("hex") ?? null;
    const details = { target: path, model, serial, bytes: size, pattern, key: keyText, verify };
    const act = desk?.journal.begin("wipe", details, desk.signer) ?? null;
    const result = await orRecorded(act, wipeMedium({ ...run, medium, key }));
    const body = bodyOf(run, result, { key: keyText, started });
    const { refused, syncFailed, readBack, ok } = body;
    const outcome = { ...details, ok, refused, syncFailed, readBack } as unknown as JsonObject;
    if (ok) act?.done(outcome);
    else act?.failed(outcome);
    if (recordFile !== null) writeRecord(recordFile, body, desk?.signer ?? null);
    return body;
  } finally {
    await medium.close();
  }
}

async function opened({ path, isDevice, size, sectorBytes }: WipeTarget): Promise<TargetMedium> {
  try {
    return await openTarget(path, isDevice, size, sectorBytes);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EBUSY") throw new OperatorError("wipe/busy", wipeSays.busy(path));
    if (code === "error") throw error;
    throw new OperatorError("wipe/refused", wipeSays.refused(path, code));
  }
}

async function orRecorded(act: Act | null, work: Promise<WipeResult>): Promise<WipeResult> {
  try {
    return await work;
  } catch (error) {
    act?.failed({ ok: false, code: isOperatorError(error) ? error.code : "fault" });
    throw error;
  }
}

function bodyOf(
  { target, pattern, desk }: WipeRun,
  result: WipeResult,
  made: { key: string | null; started: string },
): WipeBody {
  return {
    schema: "vestige.wipe/1",
    caseId: desk?.theCase.file.id ?? "",
    target: target.path,
    medium: target.facts,
    bytes: target.size,
    sectorBytes: target.sectorBytes,
    pattern,
    ...made,
    finished: new Date().toISOString(),
    ...result,
    ok: isWiped(result),
    tool: toolIdentity(),
  };
}

function writeRecord(file: string, body: WipeBody, signer: Signer | null): void {
  const json = body as unknown as JsonObject;
  const document = signer === null ? json : signDocument(domains.wipe, json, signer);
  writeAtomically(file, `${canonicalJson(document)}\n`);
}
