/** Every format of logical evidence, in the order in which it is tried. One line per format. */
import { aff4LogicalFormat } from "./aff4l/logical-format.ts";
import type { ImageProbe } from "./image-format.ts";
import { l01Format, lx01Format } from "./l01/format.ts";
import type { LogicalFormat } from "./logical-image.ts";

export type { LogicalEntry, LogicalFormat, LogicalImage } from "./logical-image.ts";
export { checkLogicalEntry } from "./logical-image.ts";

export const logicalFormats: readonly LogicalFormat[] = [l01Format, lx01Format, aff4LogicalFormat];

/** The format of a file of logical evidence: the most certain, the first among equals; null where it is none. */
export function logicalFormatOf(probe: ImageProbe): LogicalFormat | null {
  const certain = logicalFormats.find((format) => format.detect(probe) === "certain");
  return certain ?? logicalFormats.find((format) => format.detect(probe) === "possible") ?? null;
}
