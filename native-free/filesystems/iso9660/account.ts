/** Every byte of an ISO 9660 volume in one class. */
import type { ClassedRange } from "../file-system.ts";
import { Claims } from "./claims.ts";
import type { Structure } from "./gap-scan.ts";
import type { Survey } from "./survey.ts";
import type { IsoVolume } from "./volume.ts";

type Parts = Generator<ClassedRange>;

/** In order, from 0 to the end of the volume source. */
export function* classify(volume: IsoVolume, survey: Survey): Parts {
  const { blockBytes, source } = volume;
  let at = 0;
  for (const { start, length, what } of ordered(survey.structures)) {
    const from = Math.max(at, start);
    const end = Math.min(source.size, start + length);
    if (end <= from) continue;
    yield* between(volume, survey, at, from);
    yield { start: from, length: end - from, class: "metadata", what };
    // The rest of the block belongs to the structure, and holds nothing of it.
    const blockEnd = Math.min(source.size, Math.ceil(end / blockBytes) * blockBytes);
    if (blockEnd > end) yield { start: end, length: blockEnd - end, class: "slack", what: `${what} slack` };
    at = blockEnd;
  }
  yield* between(volume, survey, at, source.size);
}

function ordered(structures: readonly Structure[]): Structure[] {
  return structures.toSorted((a, b) => a.start - b.start || b.length - a.length);
}

/** Blocks without structure; both ends are those of blocks, or of the volume. */
function* between(volume: IsoVolume, survey: Survey, from: number, to: number): Parts {
  const { blockBytes } = volume;
  const { content, gone, tails } = survey.claims;
  let tail = firstTail(tails, Math.floor(from / blockBytes));
  for (let start = from; start < to;) {
    const block = Math.floor(start / blockBytes);
    const length = Math.min(to, (block + 1) * blockBytes) - start;
    if (!content.has(block)) {
      yield { start, length, ...unclaimed(survey, start, gone.has(block)) };
      start += length;
      continue;
    }
    let used = 0;
    for (; tail < tails.length; tail++) {
      const known = Claims.tailOf(tails[tail]!);
      if (known.block > block) break;
      // Where files end differently in one block, the longer use of it counts.
      if (known.block === block) used = Math.max(used, known.used);
    }
    const whole = used === 0 ? length : Math.min(used, length);
    yield { start, length: whole, class: "content", what: "file" };
    if (whole < length) yield { start: start + whole, length: length - whole, class: "slack", what: "file slack" };
    start += length;
  }
}

function firstTail(tails: Float64Array, block: number): number {
  let [low, high] = [0, tails.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Claims.tailOf(tails[middle]!).block < block) low = middle + 1;
    else high = middle;
  }
  return low;
}

function unclaimed(survey: Survey, start: number, gone: boolean): Pick<ClassedRange, "class" | "what"> {
  if (gone) return { class: "unallocated", what: "files of earlier sessions" };
  return start >= survey.end ? { class: "slack", what: "volume slack" } : { class: "unallocated", what: "gaps" };
}
