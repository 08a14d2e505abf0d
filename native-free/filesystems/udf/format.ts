/**
 * Tells a UDF volume, and opens it. Revisions 1.02 to 2.60 on hard disks, rewritable media and media written once, with virtual, sparable and
 * metadata partitions. Beside ISO 9660 on one disc it opens, too; what that names is told apart in the accounting.
 */
import type { FileSystemFormat } from "../file-system.ts";
import { UdfFileSystem } from "./file-system.ts";
import { openVolume } from "./opened.ts";

export const udfFormat: FileSystemFormat = {
  registration: {
    id: "udf",
    family: "filesystem",
    name: "UDF 1.02 to 2.60",
    spec: "ECMA-167 3rd edition parts 2 to 4; OSTA Universal Disk Format 2.60 (and 1.02, 1.50, 2.01, 2.50)",
    level: "complete",
  },
  open(volume) {
    const opened = openVolume(volume);
    return opened === null ? null : new UdfFileSystem(opened);
  },
};
