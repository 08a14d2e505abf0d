/** VirtualBox disk images: dynamic, fixed, undo and differencing, of versions 0 and 1. */
import type { ImageFormat } from "../image-format.ts";
import { preHeader, VDI_SIGNATURE } from "./layouts.ts";
import { openVdi } from "./open.ts";

export const vdiFormat: ImageFormat = {
  registration: {
    id: "vdi",
    family: "image",
    name: "VirtualBox disk image (VDI)",
    spec: "QEMU, block/vdi.c (header comment); VirtualBox forum, All about VDIs",
    level: "complete",
  },
  detect({ head }) {
    if (head.length < preHeader.size) return "no";
    return preHeader.cursor().over(head).signature === VDI_SIGNATURE ? "certain" : "no";
  },
  segmentsOf: (name) => [name],
  open: openVdi,
};
