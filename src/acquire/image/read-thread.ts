/** Thread entry: reads a source once, from its first sector to its last, into the ring. */
import type { RingMemory } from "../../../workers/ring.ts";
import type { SourceErrors, SourceSpec } from "../../source/acquisition-source.ts";
import { BlockSource } from "../../source/block-source.ts";
import { openMedium } from "../../source/medium.ts";
import type { ReplaySpec } from "./replay.ts";
import { runPart } from "../part.ts";
import { pump, type Pumped } from "./pump.ts";

export interface ReadThreadData {
  readonly ring: RingMemory;
  readonly source: SourceSpec;
  /** Each place is read twice. */
  readonly reread: boolean;
  /** What an interrupted acquisition wrote, and its errors. */
  readonly replay: ReplaySpec | null;
  readonly before: SourceErrors;
  /** One Int32: see `PumpOptions.counter`. */
  readonly counter: SharedArrayBuffer;
  readonly wholeSectors: boolean;
}

await runPart<ReadThreadData, Pumped>(async (data, told, note) => {
  const { ring, reread, before, wholeSectors, counter } = data;
  // The readers of images are loaded where they are needed only: a device is read at once.
  const replay = data.replay && (await import("./replay.ts")).openReplay(data.replay);
  const options = { reread, from: data.replay?.bytes ?? 0, before };
  const source =
    data.source.kind === "medium"
      ? new BlockSource(openMedium(data.source.path), options)
      : (await import("../../source/open-source.ts")).openSource(data.source, options);
  try {
    const common = { ring, wholeSectors, counter: new Int32Array(counter), note, mayGoOn: told };
    return await pump({ ...common, source, replay: replay?.source ?? null });
  } finally {
    source.close();
    replay?.close();
  }
});
