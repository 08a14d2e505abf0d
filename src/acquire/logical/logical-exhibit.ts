/**
 * Acquires a folder as an exhibit of a case by copying it into a logical container. What decides the bytes of the container
 * is announced with the act, so that an interrupted acquisition is continued to the same bytes.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import type { VolumeFacts } from "../../../native-free/images/aff4l/turtle-text.ts";
import { fileLock } from "../../case/file-lock.ts";
import type { Journal } from "../../custody/journal.ts";
import type { OpenIntent } from "../../custody/journal-state.ts";
import { writeManifest } from "../../custody/manifest.ts";
import { toolIdentity } from "../../custody/tool-identity.ts";
import { logicalSays, runSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import {
  bodyOf,
  checkedSource,
  checkMayAcquire,
  type AcquisitionBody,
  type AcquisitionOptions,
  type ContainerFacts,
} from "../folder/acquisition.ts";
import { makeContainer, type LogicalProgress } from "./make-container.ts";

export interface LogicalExhibitOptions extends Omit<AcquisitionOptions, "onProgress"> {
  readonly onProgress: LogicalProgress;
}

/** Body of the manifest, see `AcquisitionBody`; the contents are in the container. */
export type LogicalBody = AcquisitionBody & { readonly container: ContainerFacts };

const lockWaitMs = 1000;

/** Throws OperatorError: absent source, done already, begun in another way, interrupted or disk full (4), written wrongly (1). */
export async function acquireLogicalExhibit(options: LogicalExhibitOptions): Promise<LogicalBody> {
  const { theCase, label } = options;
  checkMayAcquire(theCase, label);
  const source = checkedSource(options.source, theCase);
  mkdirSync(theCase.paths.work(label), { recursive: true });
  const lock = fileLock(theCase.paths.lock(label));
  lock.acquire("acquisition", lockWaitMs);
  try {
    return await announced(options, source);
  } finally {
    lock.close();
  }
}

async function announced(options: LogicalExhibitOptions, source: string): Promise<LogicalBody> {
  const { theCase, label, journal, signer, workers, signal, onProgress } = options;
  const started = new Date().toISOString();
  const open = openIntent(journal, label, source);
  const facts = open ? factsOf(open) : newVolume();
  const { authority, scope } = theCase.file;
  const announcement = { kind: "folder", format: "aff4-l", source, authority, scope, ...facts };
  const act = open ?? journal.begin("acquire", announcement, signer, { exhibit: label });
  const folder = theCase.paths.exhibit(label);
  const plan = {
    source,
    folder,
    stem: label,
    manifest: theCase.paths.manifest(label),
    facts,
    begunBefore: open !== null,
  };
  const made = await makeContainer({ plan, workers, signal, onProgress });
  const body: LogicalBody = { ...bodyOf(options, source, started, made, made.manifest), container: made.container };
  const document = writeManifest(folder, body as unknown as JsonObject, signer);
  const { entries, bytes, statuses } = body;
  const outcome: JsonObject = {
    manifestHash: document.hash ?? null,
    entries,
    bytes,
    statuses,
    container: { ...made.container },
  };
  if ("done" in act) act.done(outcome, signer);
  else journal.endIntent(act, "done", outcome, signer);
  return body;
}

/** A new volume; its time in the two seconds that ZIP counts in, so that headers and statements say the same. */
export function newVolume(): VolumeFacts {
  const { name, version } = toolIdentity();
  const created = new Date(Math.floor(Date.now() / 2000) * 2000).toISOString();
  return { volume: `aff4://${randomUUID()}`, created, tool: `${name} ${version}` };
}

/** The announced and unfinished acquisition of this exhibit. Throws OperatorError for another source or another way. */
function openIntent(journal: Journal, label: string, source: string): OpenIntent | null {
  const open = journal.openIntents().find((intent) => intent.act === "acquire" && intent.exhibit === label);
  if (!open) return null;
  if (open.details.format !== "aff4-l") throw new OperatorError("acquire/other-way", logicalSays.otherWay(label));
  const before = String(open.details.source);
  if (before !== source) {
    throw new OperatorError("acquire/other-source", runSays.sourceChanged(label, before, source));
  }
  return open;
}

function factsOf({ details }: OpenIntent): VolumeFacts {
  return { volume: String(details.volume), created: String(details.created), tool: String(details.tool) };
}
