/** Streams that exist as a rule only. Specification: AFF4 Standard 1.0a, section 4.4. */
import { Buffer } from "node:buffer";
import type { RunKind } from "../../bytes/byte-source.ts";
import { localName, OLDER_SYMBOLS } from "./vocabulary.ts";

/** `zeros`: what could not be read is zero, as in every other image. `standard`: it is text, as section 4.4 has it. */
export type Filling = "zeros" | "standard";

export interface SymbolicStream {
  readonly kind: RunKind;
  /** Fills `target` with what lies at `at` of the stream. */
  fill(target: Uint8Array, at: number): void;
}

/** Repeated strings start anew so often. */
const REPEAT_BYTES = 1 << 20;

const constant = (kind: RunKind, value: number): SymbolicStream => ({
  kind,
  fill: (target) => void target.fill(value),
});

function repeated(kind: RunKind, text: string, filling: Filling): SymbolicStream {
  if (filling === "zeros") return constant(kind, 0);
  let block: Buffer | null = null;
  return {
    kind,
    fill(target, at) {
      block ??= Buffer.alloc(REPEAT_BYTES, text);
      for (let done = 0; done < target.length;) {
        const from = (at + done) % REPEAT_BYTES;
        const part = block.subarray(from, from + target.length - done);
        target.set(part, done);
        done += part.length;
      }
    },
  };
}

/** The stream of a name, null for one that is none of these. */
export function symbolicStream(iri: string, filling: Filling): SymbolicStream | null {
  const older = iri.startsWith(OLDER_SYMBOLS) ? iri.slice(OLDER_SYMBOLS.length) : null;
  const name = older ?? localName(iri);
  if (name === null) return null;
  if (name === "Zero" || name === "SymbolicStream00") return constant("sparse", 0);
  if (name === "UnknownData") return repeated("unknown", "UNKNOWN", filling);
  if (name === "UnreadableData") return repeated("unreadable", "UNREADABLEDATA", filling);
  // The bare digits are from before the standard.
  const digits = /^(?:SymbolicStream)?([0-9a-fA-F]{2})$/.exec(name)?.[1];
  const value = digits === undefined ? null : Number.parseInt(digits, 16);
  if (value === null) return null;
  return constant(value === 0 ? "sparse" : "data", value);
}
