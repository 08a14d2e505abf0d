/**
 * QEMU copy-on-write images of versions 1, 2 and 3, with packed clusters, files below, external data files, subclusters and
 * snapshots inside. Encrypted ones are recognised.
 */
import type { ImageFormat } from "../image-format.ts";
import { QCOW_MAGIC, qcowStart } from "./layouts.ts";
import { openQcow } from "./open.ts";

export const qcowFormat: ImageFormat = {
  registration: {
    id: "qcow",
    family: "image",
    name: "QEMU copy-on-write image (QCOW, QCOW2, QCOW3)",
    spec: "QEMU, Qcow2 Image File Format; libyal, QEMU Copy-On-Write file format (version 1)",
    level: "complete",
  },
  detect({ head }) {
    if (head.length < qcowStart.size) return "no";
    const { magic, version } = qcowStart.cursor().over(head);
    if (magic !== QCOW_MAGIC) return "no";
    return version >= 1 && version <= 3 ? "certain" : "possible";
  },
  segmentsOf: (name) => [name],
  open: openQcow,
};
