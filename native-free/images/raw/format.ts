/**
 * Raw images: the bytes of the medium and nothing else, in one file or split (.001 and on, .aa and on). There is no signature:
 * what is raw is decided by its name, and in the end by what is found inside.
 */
import type { ImageFormat } from "../image-format.ts";
import { RawImage } from "./image.ts";
import { rawSegmentNames } from "./segment-names.ts";

export const rawFormat: ImageFormat = {
  registration: {
    id: "raw",
    family: "image",
    name: "Raw image, single or split",
    spec: "the bytes of the medium",
    level: "complete",
  },
  detect: () => "possible",
  segmentsOf: rawSegmentNames,
  open: (segments) => new RawImage(segments),
};
