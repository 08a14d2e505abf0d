/**
 * Images of media that are met inside of containers and folders: every volume, file system and file of them is a child, deleted ones
 * with what is left of them, and unallocated space that is not empty. Formats as in `native-free/images`, `volumes` and `filesystems`;
 * volumes with other file systems are given as they are, so that other readers may know them. Images in several files, and those with a
 * parent, where the others lie beside. Images that an exhibit consists of, or that lie in the file systems of one, are no contents: the
 * engine lists them itself. Not supported: slack, and gaps between volumes.
 */
import type { Extractor } from "../../model/extraction.ts";

export const diskImageContainer: Extractor = {
  id: "disk-image",
  family: "container",
  name: "Image of a medium",
  spec: "as of the image, volume and file system formats",
  level: "partial",
  types: [
    ...["e01", "ex01", "aff4", "vhd", "vhdx", "vmdk", "vmdk-descriptor", "qcow2", "vdi", "hdd-parallels", "dmg"],
    ...["sparseimage", "iso9660", "udf", "cd-raw", "nrg", "ntfs", "exfat", "fat", "ext", "mbr", "gpt", "apm"],
  ],
  async *extract(source, context) {
    const { readImage } = await import("./read-image.ts");
    yield* readImage(source, context);
  },
};
