/** Images a medium of 2 TB into an E01 until so many bytes were read: `endless.ts FOLDER WORKERS BYTES` prints the peak memory. */
import process from "node:process";
import type { ImagePlan } from "../../../src/acquire/image/image-plan.ts";
import { readAndWrite } from "../../../src/acquire/image/read-and-write.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";

const [folder = "", workers, pumped] = process.argv.slice(2);
const said = { caseNumber: "", evidenceNumber: "x", examiner: "", description: "", model: "", serial: "" };
const plan: ImagePlan = {
  size: 2e12,
  sectorBytes: 512,
  hashes: ["md5", "sha1", "sha256"],
  acquired: new Date(0).toISOString(),
  software: "vestige",
  said: { ...said, physical: false, removable: false },
  targets: [
    {
      ...{ format: "e01", folder, spare: [], stem: "x", segmentBytes: null, zeroExcess: false },
      ...{ compression: "fast", identity: "00".repeat(16) },
    },
  ],
};
const stop = new AbortController();
const reading = readAndWrite(
  {
    plan,
    source: { kind: "medium", path: "-" },
    record: { folder, stem: "x" },
    resume: null,
    workers: Number(workers),
    ...{ waitForSpace: false, reread: false, triage: true },
    signal: stop.signal,
    onRead: (bytes) => bytes >= Number(pumped) && stop.abort(),
    ...{ onTarget: () => undefined, onTriage: () => undefined },
    readThread: new URL("./endless-thread.ts", import.meta.url),
  },
  0,
);
// Stopped on purpose: memory must not depend on how much was read.
await reading.catch((error: unknown) => {
  if (!isOperatorError(error) || error.code !== "run/interrupted") throw error;
});
process.stdout.write(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
