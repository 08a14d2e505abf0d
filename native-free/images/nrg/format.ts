/** Images of Nero Burning ROM (.nrg), versions 1 and 2. CD-Text is passed over. */
import { EvidenceError } from "../../model/errors.ts";
import type { ImageFormat } from "../image-format.ts";
import { footerOf, openNrg } from "./open.ts";

export const nrgFormat: ImageFormat = {
  registration: {
    id: "nrg",
    family: "image",
    name: "Nero disc image",
    spec: "NRG file format (unofficial description)",
    level: "complete",
  },
  detect: ({ tail, size }) => (footerOf(tail, size) ? "certain" : "no"),
  segmentsOf: (name) => [name],
  open([segment]) {
    if (!segment) throw new EvidenceError("image/not-recognised", { segments: 0 });
    return openNrg(segment);
  },
};
