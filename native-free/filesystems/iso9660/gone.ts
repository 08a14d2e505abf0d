/** Content of files that no tree shows any more: blocks that something else has now are never given out as theirs. */
import type { ContentClaim } from "../../model/item.ts";
import type { ExtentState, FileExtent } from "../file-system.ts";
import type { Claims } from "./claims.ts";

/** The same stretches, divided by what became of their blocks. */
export function goneExtents(claims: Claims, extents: readonly FileExtent[]): FileExtent[] {
  return extents.flatMap((extent) =>
    extent.start === null ? [extent] : [...divided(claims, extent.start, extent.length)],
  );
}

function* divided(claims: Claims, start: number, length: number): Generator<FileExtent> {
  const { blockBytes } = claims;
  const end = start + length;
  let from = start;
  let state = stateOf(claims, Math.floor(start / blockBytes));
  for (let at = (Math.floor(start / blockBytes) + 1) * blockBytes; at < end && at <= claims.endByte; at += blockBytes) {
    const next = stateOf(claims, at / blockBytes);
    if (next === state) continue;
    yield { start: from, length: at - from, state };
    [from, state] = [at, next];
  }
  yield { start: from, length: end - from, state };
}

function stateOf(claims: Claims, block: number): ExtentState {
  if (claims.content.has(block) || claims.structure.has(block)) return "overwritten";
  return claims.twice.has(block) ? "partly overwritten" : "intact";
}

export function claimOfGone(extents: readonly FileExtent[]): ContentClaim {
  if (extents.length === 0) return "none";
  const states = new Set(extents.map(({ state }) => state));
  if (states.size === 1) {
    const [state] = states;
    if (state === "intact") return "unallocated";
    return state === "partly overwritten" ? "partly-overwritten" : "overwritten";
  }
  return "partly-overwritten";
}
