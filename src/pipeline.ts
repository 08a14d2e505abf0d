/**
 * The main path, stage by stage: open a case, register the exhibit, acquire it, examine it, report. Each stage is a folder
 * of that name; each act is a signed entry of the journal. Run again on the same case, it continues where it stopped.
 */
import { acquireExhibit, isAcquired, type AcquisitionBody } from "./acquire/folder/acquisition.ts";
import { registerExhibit, type IntakeForm } from "./acquire/intake.ts";
import type { Case } from "./case/case-folder.ts";
import { exhibitLabels } from "./case/case-folder.ts";
import type { Journal } from "./custody/journal.ts";
import { readDocument } from "./custody/manifest.ts";
import type { SelfTestResult } from "./custody/self-test.ts";
import type { Signer } from "./custody/signer.ts";
import type { LogData, Progress } from "./examine/job.ts";
import { processExhibit, refuseImage, type MachineOptions } from "./examine/process-exhibit.ts";
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

export interface PipelineResult {
  readonly acquisition: AcquisitionBody;
  readonly run: RunRecord;
}

/** Folder → exhibit → manifest → work file. Throws OperatorError; what was done so far stays and is continued. */
export async function runPipeline(
  desk: Desk,
  exhibit: { readonly label: string; readonly source: string; readonly form: IntakeForm },
  telling: Telling,
): Promise<PipelineResult> {
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
  exhibit: { readonly label: string; readonly source: string },
  telling: Telling,
): Promise<AcquisitionBody> {
  if (isAcquired(desk.theCase, exhibit.label)) {
    refuseImage(desk.theCase, exhibit.label);
    const document = readDocument(desk.theCase.paths.acquisition(exhibit.label));
    const { manifest } = document as { manifest: AcquisitionBody };
    if (manifest.source === exhibit.source) return manifest;
    throw new OperatorError(
      "acquire/other-source",
      runSays.sourceChanged(exhibit.label, manifest.source, exhibit.source),
    );
  }
  telling.stage("acquire", exhibit.label);
  return acquireExhibit({ ...desk, ...exhibit, workers: desk.machine.workers, onProgress: telling.onAcquired });
}
