/**
 * Copies a folder into a logical container without a case: container, list of files and facts beside each other, unsigned.
 * What decides the bytes is kept beside them until the end, so that an interrupted acquisition is continued.
 */
import { existsSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { canonicalJson, type JsonValue } from "../../../native-free/model/canonical-json.ts";
import { readJsonFile, writeAtomically } from "../../case/atomic-file.ts";
import { toolIdentity } from "../../custody/tool-identity.ts";
import { logicalSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { checkedSource, type AcquisitionBody, type ContainerFacts } from "../folder/acquisition.ts";
import { newVolume } from "./logical-exhibit.ts";
import { partialOf } from "../folder/manifest-file.ts";
import {
  containerName,
  makeContainer,
  partialContainer,
  refuseTaken,
  type ContainerPlan,
  type LogicalProgress,
} from "./make-container.ts";

export interface LooseOptions {
  readonly source: string;
  /** Path of the container without its ending. */
  readonly target: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: LogicalProgress;
}

/** What stands in `<target>.acquisition.json`, unsigned. Hashes in hex. */
export interface LooseBody extends Omit<AcquisitionBody, "zone" | "selfTest" | "files"> {
  readonly caseId: "";
  /** Named after the container, beside which it lies. */
  readonly files: Omit<AcquisitionBody["files"], "file"> & { readonly file: string };
  readonly container: ContainerFacts;
}

const resumeShape = z.object({ source: z.string(), volume: z.string(), created: z.string(), tool: z.string() });

/** The record that an interrupted acquisition is continued from. */
export function resumeFile(target: string): string {
  return `${target}.aff4-l.resume.json`;
}

/** The list of files beside a container that was made without a case. */
export function looseManifest(target: string): string {
  return `${target}.files.jsonl`;
}

export function looseFacts(target: string): string {
  return `${target}.acquisition.json`;
}

/** Throws OperatorError: no folder, target inside the source or taken, interrupted or disk full (4), written wrongly (1). */
export async function acquireLogicalLoose(options: LooseOptions): Promise<LooseBody> {
  const source = checkedSource(options.source, null);
  const target = resolve(options.target);
  const plan = planOf(source, target);
  const started = new Date().toISOString();
  const made = await makeContainer({ ...options, plan });
  const { totals } = made;
  const body: LooseBody = {
    schema: "vestige.acquisition/1",
    caseId: "",
    exhibit: plan.stem,
    kind: "folder",
    source,
    started,
    finished: new Date().toISOString(),
    algorithms: ["md5", "sha1", "sha256"],
    files: { file: basename(plan.manifest), ...made.manifest },
    entries: totals.entries,
    bytes: totals.bytes,
    kinds: totals.kinds,
    statuses: totals.statuses,
    findings: totals.findings,
    notRecorded: totals.notRecorded,
    accessTimesKept: made.accessTimesKept,
    resumedEntries: made.resumedEntries,
    tool: toolIdentity(),
    options: { workers: options.workers },
    container: made.container,
  };
  writeAtomically(looseFacts(target), `${canonicalJson(body as unknown as JsonValue)}\n`);
  rmSync(resumeFile(target));
  return body;
}

function planOf(source: string, target: string): ContainerPlan {
  const folder = dirname(target);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new OperatorError("target/no-folder", logicalSays.targetFolder(folder));
  }
  if (`${realpathSync(folder)}/`.startsWith(`${source}/`)) {
    throw new OperatorError("target/on-source", logicalSays.targetInSource(target, source));
  }
  const stem = basename(target);
  const place = { source, folder, stem, manifest: looseManifest(target) };
  const record = resumeFile(target);
  if (existsSync(record)) {
    const { source: before, ...facts } = resumeShape.parse(readJsonFile(record));
    if (before !== source)
      throw new OperatorError("acquire/other-source", logicalSays.otherSource(target, before, source));
    return { ...place, facts, begunBefore: true };
  }
  const path = join(folder, containerName(stem));
  refuseTaken([path, partialContainer(path), place.manifest, partialOf(place.manifest), looseFacts(target)]);
  const facts = newVolume();
  writeAtomically(record, `${canonicalJson({ source, ...facts })}\n`);
  return { ...place, facts, begunBefore: false };
}
