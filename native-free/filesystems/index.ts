/** Every file system that is read, in the order in which it is tried. One line per format. */
import type { FileSystemFormat } from "./file-system.ts";
import { extFormat } from "./ext/format.ts";
import { exfatFormat } from "./exfat/format.ts";
import { fatFormat } from "./fat/format.ts";
import { iso9660Format } from "./iso9660/format.ts";
import { ntfsFormat } from "./ntfs/format.ts";
import { udfFormat } from "./udf/format.ts";

export const fileSystemFormats: readonly FileSystemFormat[] = [
  ntfsFormat,
  exfatFormat,
  fatFormat,
  extFormat,
  iso9660Format,
  udfFormat,
];
