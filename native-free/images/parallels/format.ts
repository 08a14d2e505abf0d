/**
 * Parallels images: expanding ones with either signature and plain ones, alone or as a bundle (a folder with
 * `DiskDescriptor.xml`), in one storage or split, with chains of snapshots. Encrypted bundles are recognised.
 */
import { Buffer } from "node:buffer";
import { EvidenceError } from "../../model/errors.ts";
import { nothingBeside, type ImageFormat } from "../image-format.ts";
import { belowInBundle, DESCRIPTOR_NAME, openBundle } from "./bundle.ts";
import { hasParallelsMagic } from "./header.ts";
import { ParallelsImage } from "./image.ts";

const isDescriptor = (name: string) => name.toLowerCase() === DESCRIPTOR_NAME.toLowerCase();

export const parallelsFormat: ImageFormat = {
  registration: {
    id: "parallels",
    family: "image",
    name: "Parallels disk (HDS, HDD bundle)",
    spec: "QEMU, Parallels Expandable Image File Format; Parallels Disk Format",
    level: "complete",
  },
  detect({ name, head }) {
    if (hasParallelsMagic(head)) return "certain";
    return isDescriptor(name) && Buffer.from(head).includes("<Parallels_disk_image") ? "certain" : "no";
  },
  detectFolder: (names) => names.some(isDescriptor),
  segmentsOf: (name, names) => (name === "" ? names.filter(isDescriptor).slice(0, 1) : [name]),
  open(segments, beside = nothingBeside) {
    const first = segments[0];
    if (!first) throw new EvidenceError("image/not-recognised", { segments: 0 });
    if (isDescriptor(first.name)) return openBundle(first, beside);
    const layer = belowInBundle(first, beside);
    return new ParallelsImage(first, layer?.below, layer?.findings);
  },
};
