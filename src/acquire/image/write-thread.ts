/** What the threads that write a target have in common: what they are told, and how they keep up with the system. */
import { RingControl, type RingMemory } from "../../../workers/ring.ts";
import type { SourceErrors } from "../../source/acquisition-source.ts";
import type { StreamHashes } from "./image-body.ts";
import { segmentName, type ImagePlan, type TargetPlan } from "./image-plan.ts";
import { SegmentFiles, type WrittenSegment } from "./segment-files.ts";
import type { Standing } from "./standing.ts";

export interface WriteData {
  /** Of a raw image or a clone the one ring of the medium, else one for each compression thread. */
  readonly rings: readonly RingMemory[];
  /** Of each ring. */
  readonly reader: number;
  readonly plan: ImagePlan;
  readonly target: TargetPlan;
  readonly standing: Standing;
  readonly waitForSpace: boolean;
}

/** What a writer is told when everything was read. */
export interface WriteEnding {
  /** Of the medium. */
  readonly size: number;
  readonly hashes: StreamHashes;
  readonly errors: SourceErrors;
}

export interface WrittenTarget {
  readonly segments: readonly WrittenSegment[];
  /** Of a clone onto something smaller: what of the medium it holds. Its SHA-256 (hex) then is that of these bytes. */
  readonly truncatedAt: number | null;
  readonly sha256: string | null;
  /** What the format had no room for, as codes. */
  readonly unnamed: number;
}

export function targetFilesOf(data: WriteData, note: (value: unknown) => void): SegmentFiles {
  const { target, standing, waitForSpace, rings } = data;
  const controls = rings.map((ring) => new RingControl(ring));
  return new SegmentFiles({
    folders: [target.folder, ...target.spare],
    nameOf: (number) => segmentName(target, number),
    waitForSpace,
    onNote: note,
    isGivenUp: () => controls.some((ring) => ring.isAborted),
    standing: standing.segments,
  });
}

export function plainly(segments: readonly WrittenSegment[]): WrittenTarget {
  return { segments, truncatedAt: null, sha256: null, unnamed: 0 };
}
