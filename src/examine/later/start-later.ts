/** Makes the pass over pictures and scanned pages of an engine's job. */
import { entryUrl } from "../../../workers/entry-url.ts";
import { Pool } from "../../../workers/pool.ts";
import type { Job } from "../job.ts";
import type { WriterClient } from "../writer-client.ts";
import { LaterPass, type LaterPassOptions } from "./later-pass.ts";
import type { LaterTask, LaterTaskResult, LaterThreadData } from "./later-thread.ts";

/** Its threads start when there is something to do. */
export function laterPass(
  job: Job,
  writer: WriterClient,
  told: Pick<LaterPassOptions, "onProgress" | "onFaults" | "onLost">,
): LaterPass {
  const { source, image, manifest, spool, profile, passwords: list, watchLists, others } = job;
  const lists = watchLists.map(({ file: name, text }) => ({ name, text }));
  const { passwords } = list;
  const makePool = () =>
    new Pool<LaterThreadData, LaterTask, LaterTaskResult>({
      entry: entryUrl(import.meta.url, "./later-thread"),
      size: job.workers,
      dataFor: (slot) => {
        const port = writer.connect(slot);
        const data = { source, image, manifest, spool, slot, profile, passwords, lists, port };
        return { data, transfer: [port] };
      },
      stallMs: job.stallMs,
      resourceLimits: { maxOldGenerationSizeMb: job.workerMemoryMb },
    });
  return new LaterPass({ makePool, writer, others, ...told });
}
