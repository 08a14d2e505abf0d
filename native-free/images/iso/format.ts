/**
 * Images of optical discs that hold their sectors of 2048 bytes and nothing else (.iso, .cdr, .toast, .udf), told by the volume
 * descriptors of ISO 9660 or UDF. What is called as raw images are (.dd, .img, .001) stays a raw image.
 */
import { EvidenceError } from "../../model/errors.ts";
import type { ImageFormat } from "../image-format.ts";
import { IsoImage, isoKindOf } from "./image.ts";

const rawName = /\.(dd|raw|img|ima|bin|\d{2,9}|[a-z]{2})$/i;

export const isoFormat: ImageFormat = {
  registration: {
    id: "iso",
    family: "image",
    name: "Optical disc image (ISO)",
    spec: "ECMA-119, 6.2; ECMA-167, 2/8",
    level: "complete",
  },
  detect: ({ name, at32k }) => (isoKindOf(at32k) === null || rawName.test(name) ? "no" : "certain"),
  segmentsOf: (name) => [name],
  open([segment]) {
    if (!segment) throw new EvidenceError("image/not-recognised", { segments: 0 });
    return new IsoImage(segment);
  },
};
