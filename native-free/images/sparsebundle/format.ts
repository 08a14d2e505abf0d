/** Sparse bundles of Apple (.sparsebundle), as Time Machine keeps them. Recognised only: encrypted ones. */
import type { ImageFormat } from "../image-format.ts";
import { nothingBeside } from "../image-format.ts";
import { copyName, listName, SparseBundle, tokenName } from "./image.ts";

export const sparsebundleFormat: ImageFormat = {
  registration: {
    id: "sparsebundle",
    family: "image",
    name: "Apple sparse bundle",
    spec: "libyal, Mac OS disk image types, Sparse bundle disk image",
    level: "partial",
  },
  // It is a folder; its files are no images of themselves.
  detect: () => "no",
  detectFolder: (names) =>
    (names.includes(listName) || names.includes(copyName)) &&
    names.some((name) => name.startsWith("bands/") || name === tokenName),
  segmentsOf: (name, namesInFolder) =>
    name === "" ? [listName, copyName].filter((each) => namesInFolder.includes(each)) : [name],
  open: (_, beside = nothingBeside) => new SparseBundle(beside),
};
