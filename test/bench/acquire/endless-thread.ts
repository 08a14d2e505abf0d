/** Thread entry in place of the reading thread: a medium of any size that costs nothing to read. */
import { runPart } from "../../../src/acquire/part.ts";
import { pump, type Pumped } from "../../../src/acquire/image/pump.ts";
import type { ReadThreadData } from "../../../src/acquire/image/read-thread.ts";
import type { AcquisitionSource } from "../../../src/source/acquisition-source.ts";

const size = 2e12;
const pattern = Buffer.from("a medium that has no end and says the same thing over and over again. ".repeat(5000));

await runPart<ReadThreadData, Pumped>(({ ring, wholeSectors, counter }, told, note) => {
  const source: AcquisitionSource = {
    size,
    sectorBytes: 512,
    errors: { badRanges: [], unstable: [], retried: 0 },
    notes: [],
    readInto: (target) => pattern.copy(target),
    checkUnchanged: () => undefined,
    close: () => undefined,
  };
  const shared = { ring, wholeSectors, counter: new Int32Array(counter), note, mayGoOn: told };
  return pump({ ...shared, source, replay: null });
});
