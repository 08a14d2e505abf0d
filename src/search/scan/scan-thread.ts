/** Thread entry of a scan of texts: scans the slots that are filled for it. */
import { workerData } from "node:worker_threads";
import type { SpecialTerm } from "../query.ts";
import { wantedRegex } from "./wanted-regex.ts";
import { ScanSlots, type SlotMemory } from "./scan-slots.ts";
import { TextScanner } from "./text-scanner.ts";

/** `workerData` of the thread. */
export interface ScanThreadData {
  readonly slots: SlotMemory;
  readonly term: SpecialTerm;
}

const { slots, term } = workerData as ScanThreadData;
// What regular expressions need is loaded in a moment, the rest of the search is not.
const wanted = term.kind === "regex" ? wantedRegex(term.source) : (await import("./wanted.ts")).wantedFor(term);
const scanner = new TextScanner(wanted);
new ScanSlots(slots).serve((batch) => scanner.scan(batch));
