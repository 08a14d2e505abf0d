/** Lists an image exhibit in a thread of the engine: writes its account and its listing, and says on what it is. */
import { rmSync } from "node:fs";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { accountOf } from "../../../native-free/layers/account.ts";
import { usualBudgets } from "../../../native-free/layers/budgets.ts";
import type { Medium } from "../../../native-free/layers/resolve.ts";
import { isMachineFault } from "../../../workers/machine-fault.ts";
import { enumerate } from "./enumerate.ts";
import { EnumerationTrace, type EnumerationTask } from "./enumeration-trace.ts";
import { openExhibitImage } from "./exhibit-image.ts";
import type { ImageJob } from "./image-job.ts";
import { ListingWriter } from "./listing.ts";
import { writeSynced } from "./synced-file.ts";

export interface EnumerationRun extends EnumerationTask {
  readonly image: ImageJob;
  readonly identity: string;
  readonly beat: () => void;
  readonly workOn: (id: string) => void;
  readonly onFault: (id: string, reader: string, error: unknown) => void;
}

export function enumerateExhibit(run: EnumerationRun): void {
  const { image, identity, beat, workOn, onFault, avoid } = run;
  const count = new Int32Array(run.counter);
  const medium = openExhibitImage(image, beat);
  const writer = new ListingWriter(image.listing);
  const trace = new EnumerationTrace(image.listing);
  const media = enumerate(medium, {
    budgets: usualBudgets,
    avoid: new Map(avoid),
    emit: (rank, item) => {
      writer.add(rank, item);
      Atomics.store(count, 0, writer.items);
      beat();
    },
    onVolume: (id) => {
      workOn(id);
      trace.enter(id);
    },
    onFault,
  });
  if (avoid.length === 0) writeAccount(image, medium, run);
  writer.finish(identity, media);
  trace.remove();
}

/** An account that cannot be made is said in the run's record by its absence; it costs nothing else. */
function writeAccount({ account }: ImageJob, medium: Medium, { beat, onFault }: EnumerationRun): void {
  rmSync(account, { force: true });
  try {
    writeSynced(account, `${canonicalJson(accountOf(medium, { onBytes: beat }))}\n`);
  } catch (error) {
    if (isMachineFault(error)) throw error;
    onFault("", "account", error);
  }
}
