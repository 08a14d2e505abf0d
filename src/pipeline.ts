/**
 * The main path, stage by stage: open a case, register the exhibit, acquire it, examine it, report. Each stage is a folder
 * of that name; each act is a signed entry of the journal. Run again on the same case, it continues where it stopped.
 */
import { acquireExhibit, isAcquired, type AcquisitionBody } from "./acquire/folder/acquisition.ts";
import type { ImageBody } from "./acquire/image/image-body.ts";
import { registerExhibit, type IntakeForm } from "./acquire/intake.ts";
import type { Case } from "./case/case-folder.ts";
import { exhibitLabels } from "./case/case-folder.ts";
import type { Journal } from "./custody/journal.ts";
import { readDocument } from "./custody/manifest.ts";
import type { SelfTestResult } from "./custody/self-test.ts";
import type { Signer } from "./custody/signer.ts";
import type { LogData, Progress } from "./examine/job.ts";
import { processExhibit, type MachineOptions } from "./examine/process-exhibit.ts";
import type { RunRecord } from "./examine/run-record.ts";
import { runSays } from "./messages/en.ts";
import { OperatorError } from "./messages/operator-error.ts";

/** An open case, who signs, and on what machine. */
export interface Desk {
  readonly theCase: Case;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly selfTest: SelfTestResult;
  readonly machine: MachineOptions;
  readonly signal: AbortSignal;
}

/** What the officer is told on the way. */
export interface Telling {
  readonly stage: (name: "acquire" | "process" | "report", label: string) => void;
  readonly onAcquired: (entries: number, bytes: number) => void;
  readonly onExamined: (progress: Progress) => void;
  readonly onLog: (level: "info" | "warn" | "error", event: string, data: LogData) => void;
  readonly onNote: (sentence: string) => void;
}

export interface PipelineExhibit {
  readonly label: string;
  /** Real path. */
  readonly source: string;
  readonly form: IntakeForm;
  /** Makes the image of a medium; null for a folder, which is read in place. */
  readonly makeImage: (() => Promise<ImageBody>) | null;
}

export interface PipelineResult {
  readonly acquisition: AcquisitionBody | ImageBody;
  readonly run: RunRecord;
}

/** Folder or medium → exhibit → manifest → work file. Throws OperatorError; what was done so far stays and is continued. */
export async function runPipeline(desk: Desk, exhibit: PipelineExhibit, telling: Telling): Promise<PipelineResult> {
  if (!exhibitLabels(desk.theCase).includes(exhibit.label)) {
    await registerExhibit(desk.theCase, exhibit.label, exhibit.form, desk);
  }
  const acquisition = await acquireOnce(desk, exhibit, telling);
  telling.stage("process", exhibit.label);
  const run = await processExhibit({
    ...desk,
    label: exhibit.label,
    onProgress: telling.onExamined,
    onLog: telling.onLog,
    onNote: telling.onNote,
  });
  return { acquisition, run };
}

async function acquireOnce(
  desk: Desk,
  { label, source, makeImage }: PipelineExhibit,
  telling: Telling,
): Promise<PipelineResult["acquisition"]> {
  if (isAcquired(desk.theCase, label)) {
    const document = readDocument(desk.theCase.paths.acquisition(label));
    const { manifest } = document as unknown as { manifest: PipelineResult["acquisition"] };
    if (manifest.source === source) return manifest;
    throw new OperatorError("acquire/other-source", runSays.sourceChanged(label, manifest.source, source));
  }
  telling.stage("acquire", label);
  if (makeImage) return makeImage();
  const { workers } = desk.machine;
  return acquireExhibit({ ...desk, label, source, workers, onProgress: telling.onAcquired });
}
