/** Sparse images of Apple (.sparseimage), version 3. Encrypted ones are told by the header that they share with UDIF. */
import { EvidenceError } from "../../model/errors.ts";
import type { ImageFormat } from "../image-format.ts";
import { SparseImage } from "./image.ts";
import { headerLayout, nodeBytes, signature } from "./layouts.ts";

export const sparseimageFormat: ImageFormat = {
  registration: {
    id: "sparseimage",
    family: "image",
    name: "Apple sparse image",
    spec: "libyal, Mac OS disk image types, Sparse disk image",
    level: "complete",
  },
  detect({ head }) {
    if (head.length < nodeBytes) return "no";
    const { signature: own, version, bandSectors } = headerLayout.cursor().over(head);
    if (own !== signature) return "no";
    return version > 0 && version < 16 && bandSectors > 0 ? "certain" : "possible";
  },
  segmentsOf: (name) => [name],
  open([segment]) {
    if (!segment) throw new EvidenceError("image/not-recognised", { segments: 0 });
    return new SparseImage(segment);
  },
};
