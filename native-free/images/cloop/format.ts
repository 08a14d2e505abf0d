/**
 * Compressed loop images of versions 2 and 4, with the head in front or at the end. Not read: blocks packed by xz and LZO
 * (version 4), which are named as unreadable.
 */
import type { ImageFormat } from "../image-format.ts";
import { cloopVersionOf, openCloop } from "./image.ts";
import { cloopHead } from "./layouts.ts";

export const cloopFormat: ImageFormat = {
  registration: {
    id: "cloop",
    family: "image",
    name: "Compressed loop image (cloop)",
    spec: "cloop, Format V2.0 and V4.0",
    level: "partial",
  },
  detect({ head, tail }) {
    const there = cloopVersionOf(head, 0) !== null || cloopVersionOf(tail, tail.length - cloopHead.size) !== null;
    return there ? "certain" : "no";
  },
  segmentsOf: (name) => [name],
  open: openCloop,
};
