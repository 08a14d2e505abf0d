/** Opens what an acquisition reads, by its specification: in the thread that reads it. */
import { mediumSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { AcquisitionSource, SourceErrors, SourceSpec } from "./acquisition-source.ts";
import { BlockSource, type RetryPolicy } from "./block-source.ts";
import { openImageSource } from "./image-source.ts";
import { openMedium } from "./medium.ts";
import { StreamSource } from "./stream-source.ts";

export interface OpenOptions {
  readonly retries?: Partial<RetryPolicy>;
  /** Reads every place of a medium twice and lists the sectors that differ. Half the speed. */
  readonly reread?: boolean;
  /** The byte, a multiple of the sector size, at which an interrupted acquisition goes on. */
  readonly from?: number;
  /** What was found in front of `from`; the list goes on from it. */
  readonly before?: SourceErrors;
}

/** Throws OperatorError: cannot be read, is no image of the format, is a stream and not at its beginning. */
export function openSource(spec: SourceSpec, options: OpenOptions = {}): AcquisitionSource {
  switch (spec.kind) {
    case "medium":
      return new BlockSource(openMedium(spec.path), options);
    case "image":
      return openImageSource(spec, options.from, options.before);
    case "stream":
      if (options.from) throw new OperatorError("source/stream-resume", mediumSays.streamNotResumed());
      return new StreamSource(spec.descriptor);
  }
}
