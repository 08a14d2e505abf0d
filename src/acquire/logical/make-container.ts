/** Makes a logical container of a folder: copies, reads what was written again, and only then gives it its name. */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { VolumeFacts } from "../../../native-free/images/aff4l/turtle-text.ts";
import { asOperatorError, syncFolder } from "../../case/atomic-file.ts";
import { logicalSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import type { ContainerFacts } from "../folder/acquisition.ts";
import type { ManifestFacts } from "../folder/manifest-file.ts";
import { checkContainer } from "./check-container.ts";
import { copyFolder, entriesOf, type CopyResult } from "./copy-folder.ts";

export interface ContainerPlan {
  readonly source: string;
  readonly folder: string;
  /** Name of the container without its ending. */
  readonly stem: string;
  /** The `files.jsonl` to make. */
  readonly manifest: string;
  readonly facts: VolumeFacts;
  /** True where an earlier start may have left something, which is continued. Else nothing may lie there. */
  readonly begunBefore: boolean;
}

/** What is told on the way; `total` is 0 where nobody knows it yet. */
export type LogicalProgress = (stage: "read" | "verify", entries: number, bytes: number, total: number) => void;

export interface ContainerOptions {
  readonly plan: ContainerPlan;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called often; must be cheap. */
  readonly onProgress: LogicalProgress;
}

export interface MadeContainer extends Omit<CopyResult, "manifest"> {
  readonly manifest: ManifestFacts;
  readonly container: ContainerFacts;
}

export function containerName(stem: string): string {
  return `${stem}.aff4`;
}

/** What a container is called until it was read again and found right. */
export function partialContainer(path: string): string {
  return `${path}.partial`;
}

/** A container that was verified, but whose end was not recorded any more, is continued like any other. */
function unname(path: string, partial: string): void {
  if (existsSync(path) && !existsSync(partial)) renameSync(path, partial);
}

/** Throws OperatorError where something lies at one of the paths. */
export function refuseTaken(paths: readonly string[]): void {
  for (const path of paths) {
    if (existsSync(path)) throw new OperatorError("target/exists", logicalSays.targetExists(path));
  }
}

/** Throws OperatorError: interrupted (4), target taken (2), disk full (4), written wrongly (1). What is there is continued. */
export async function makeContainer({ plan, workers, signal, onProgress }: ContainerOptions): Promise<MadeContainer> {
  const { source, folder, stem, manifest, facts } = plan;
  const file = containerName(stem);
  const path = join(folder, file);
  const container = partialContainer(path);
  if (plan.begunBefore) unname(path, container);
  else refuseTaken([path, container]);
  const onCopied = (entries: number, bytes: number) => onProgress("read", entries, bytes, 0);
  const copied = await copyFolder({ source, manifest, container, facts, workers, signal, onProgress: onCopied });
  if (copied.manifest === null)
    throw new OperatorError("run/interrupted", logicalSays.interrupted(), exitCodes.stopped);
  const { entries, bytes } = copied.totals;
  const onChecked = (checked: number) => onProgress("verify", entries, checked, bytes);
  const check = await checkContainer({
    container,
    entries: () => entriesOf(manifest),
    workers,
    signal,
    onProgress: onChecked,
  });
  if (!check.ok) {
    const sentence = logicalSays.writtenWrongly(container, check.damaged.length);
    throw new OperatorError("acquire/written-wrongly", sentence, exitCodes.loss);
  }
  try {
    renameSync(container, path);
    syncFolder(folder);
  } catch (error) {
    throw asOperatorError(error, folder);
  }
  const { size, sha256, volume } = check;
  const { contents, duplicates } = copied;
  const format = "aff4-l" as const;
  const stated: ContainerFacts = { format, file, size, sha256, urn: volume, contents, duplicates };
  return { ...copied, manifest: copied.manifest, container: stated };
}
