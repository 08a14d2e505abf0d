/** Bochs hard disk images of the redolog kind: growing ones, and the changes to another image (undoable, volatile). */
import type { ImageFormat } from "../image-format.ts";
import { openBochs } from "./image.ts";
import { BOCHS_MAGIC, bochsHeader } from "./layouts.ts";

export const bochsFormat: ImageFormat = {
  registration: {
    id: "bochs",
    family: "image",
    name: "Bochs hard disk image (growing, undoable)",
    spec: "Bochs Developers Guide, Harddisk Images based on redologs",
    level: "complete",
  },
  detect({ head }) {
    if (head.length < bochsHeader.size) return "no";
    const { magic, type } = bochsHeader.cursor().over(head);
    return magic === BOCHS_MAGIC && type === "Redolog" ? "certain" : "no";
  },
  segmentsOf: (name) => [name],
  open: openBochs,
};
