/** The parent of an image that holds changes only, found by the names that the image knows it under. */
import { isEvidenceError, type EvidenceError } from "../model/errors.ts";
import { finding, type Finding } from "../model/findings.ts";
import type { DiskImage, ImageSurroundings } from "./image-format.ts";

export interface ParentSearch {
  /** Paths of the system that wrote the image, the most trusted first. Only their last part is used. */
  readonly paths: readonly string[];
  readonly beside: ImageSurroundings;
  /** Whether an image is the one that is meant. */
  fits(image: DiskImage): boolean;
}

export interface FoundParent {
  /** The one that fits, else the first that could be opened; null where there is none. */
  readonly image: DiskImage | null;
  /** `image/parent-missing`, or why one that is there could not be opened. */
  readonly findings: readonly Finding[];
}

/** The last parts of paths of any system, each once. */
export function lastParts(paths: readonly string[]): string[] {
  const names = paths.map((path) => path.split(/[/\\:]/).at(-1) ?? "");
  return [...new Set(names)].filter((name) => name !== "" && name !== "." && name !== "..");
}

export function findParent(search: ParentSearch): FoundParent {
  let first: DiskImage | null = null;
  let problem: EvidenceError | null = null;
  const open = (name: string): DiskImage | null => {
    try {
      return search.beside.image(name);
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      problem ??= error;
      return null;
    }
  };
  for (const name of lastParts(search.paths)) {
    const image = open(name);
    if (image && search.fits(image)) return { image, findings: [] };
    first ??= image;
  }
  return { image: first, findings: first ? [] : [missing(problem)] };
}

function missing(problem: EvidenceError | null): Finding {
  return problem ? finding(problem.code, problem.params) : finding("image/parent-missing");
}
