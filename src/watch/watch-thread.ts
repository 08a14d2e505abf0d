/** Thread entry: applies watch-lists to stretches of a work file, which it reads by itself. */
import { serveTasks } from "../../workers/thread-port.ts";
import { WorkFileReader } from "../case/work-file-reader.ts";
import { TermFinder } from "./find-terms.ts";
import type { WatchResult, WatchTask, WatchThreadData } from "./watch-job.ts";

await serveTasks<WatchThreadData, WatchTask, WatchResult>((data, heartbeat) => {
  const finder = new TermFinder(WorkFileReader.open(data.workFile), data);
  return async (task) => finder.run(task, () => heartbeat.beat());
});
