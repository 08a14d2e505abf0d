/** Results and kinds of the carvers of archives and documents, said shortly. */
import type { Finding } from "../../model/findings.ts";
import { typeRegistry } from "../../typing/registry.ts";
import type { Carved, CarvedKind } from "../carver.ts";

const none: readonly Finding[] = [];

export function complete(kind: string, length: number): Carved {
  return { kind, verdict: "complete", length, title: null, findings: none };
}

export function truncated(kind: string, length: number): Carved {
  return { kind, verdict: "truncated", length, title: null, findings: none };
}

export function fragment(kind: string, length: number): Carved {
  return { kind, verdict: "fragment", length, title: null, findings: none };
}

/** A stream, frame or member that may be followed by further ones. */
export interface LinkedPart {
  readonly isWhole: boolean;
  readonly end: number;
}

/**
 * A file of parts one behind the other, each whole by itself: as long as they are sound, and truncated only where the first is not. `read`
 * gives the part at a place; null where none begins.
 */
export function chained(kind: string, at: number, read: (at: number) => LinkedPart | null): Carved | null {
  for (let behind = at; ;) {
    const part = read(behind);
    if (part?.isWhole === true) behind = part.end;
    else if (behind > at) return complete(kind, behind - at);
    else return part === null ? null : truncated(kind, part.end - at);
  }
}

/** Structure sound to its end, contents not: the whole of it, and the first place that is damaged, from the beginning. */
export function damagedInside(kind: string, length: number, offset: number): Carved {
  const finding: Finding = { code: "carving/damaged-inside", offset, length: null, params: { kind, offset } };
  return { kind, verdict: "truncated", length, title: null, findings: [finding] };
}

/** The kind that the typing registry knows under the id. Throws Error where it does not: kinds are named at module scope. */
export function typedKind(id: string): CarvedKind {
  const type = typeRegistry.get(id);
  if (!type) throw new Error(`not in the typing registry: ${id}`);
  return { id, name: type.name, extension: type.extensions[0] ?? "bin" };
}

const scratch = new Uint8Array(64);
const scratchView = new DataView(scratch.buffer);

/**
 * The first bytes of what may be a file, at most 64, for the check that decides whether more is read; null where `length` bytes do not
 * lie before the end. Borrowed until the next call.
 */
export function firstBytes(
  source: { readonly size: number; readInto(target: Uint8Array, at: number): number },
  at: number,
  end: number,
  length: number,
): DataView | null {
  if (at < 0 || at + length > Math.min(end, source.size)) return null;
  source.readInto(length === 64 ? scratch : scratch.subarray(0, length), at);
  return scratchView;
}
