/** Children whose bytes are a source: streams, stretches of streams, and whatever is held in memory. */
import { type ByteSource, isLost, readRange } from "../bytes/byte-source.ts";
import { EvidenceError } from "../model/errors.ts";
import type { Child } from "../model/extraction.ts";
import type { Finding } from "../model/findings.ts";
import type { ItemTime } from "../model/item.ts";

const stepBytes = 64 * 1024;

export interface ChildOptions {
  readonly origin?: Child["origin"];
  readonly times?: readonly ItemTime[];
  readonly findings?: readonly Finding[];
  /** Bytes that it takes up in the parent where they are packed. */
  readonly packedSize?: number | null;
}

/** `key` is structural; `name` is as the evidence gives it. */
export function childOf(key: string, name: string, source: ByteSource, options: ChildOptions = {}): Child {
  return {
    key,
    name: { text: name === "" ? "unnamed" : name.toWellFormed(), bytes: null },
    kind: "file",
    origin: options.origin ?? "embedded",
    size: source.size,
    packedSize: options.packedSize ?? source.size,
    times: options.times ?? [],
    findings: options.findings ?? [],
    content: { open: () => copy(source) },
  };
}

/** Ends with EvidenceError `compound/stream-cut` at the first byte that is not there. */
async function* copy(source: ByteSource): AsyncGenerator<Uint8Array> {
  let end = source.size;
  for (const run of source.runsIn(0, source.size)) {
    if (!isLost(run.kind)) continue;
    end = run.start;
    break;
  }
  for (let at = 0; at < end; at += stepBytes) yield readRange(source, at, Math.min(stepBytes, end - at));
  if (end < source.size) throw new EvidenceError("compound/stream-cut", { bytes: end });
}
