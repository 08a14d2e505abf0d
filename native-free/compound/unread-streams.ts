/** Streams that a reader of documents knows nothing of: forms, caches, additions of other programs, things put there to hide. */
import type { Extraction } from "../model/extraction.ts";
import { finding } from "../model/findings.ts";
import { childOf } from "./child-of.ts";
import type { Compound, CompoundEntry } from "./compound.ts";
import { isSummaryStream } from "./summary-fields.ts";

/** Workings of the formats that hold no words of anybody. */
const workings = /(^|\/)(\u0001CompObj|\u0001Ole|\u0003(ObjInfo|EPRINT|PRINT|LinkInfo|OlePres\d*)|PROJECT(wm|lk)?)$/i;

/** Each as a child. `known`: paths that were read; `read`: entries that were. */
export function* unreadStreams(
  compound: Compound,
  known: RegExp,
  read: ReadonlySet<CompoundEntry>,
): Generator<Extraction> {
  for (const entry of compound.entries) {
    if (entry.kind !== "stream" || entry.size === 0 || read.has(entry)) continue;
    const isListed = entry.state === "listed";
    if (isListed && (known.test(entry.path) || workings.test(entry.path) || isSummaryStream(entry.path))) continue;
    const findings = isListed ? [] : [finding("compound/unlisted", { state: entry.state })];
    const child = childOf(`entry:${entry.index}`, entry.path, compound.open(entry), { origin: "entry", findings });
    yield { what: "child", child };
  }
}
