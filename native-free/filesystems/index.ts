/** Every file system that is read, in the order in which it is tried. One line per format. */
import type { FileSystemFormat } from "./file-system.ts";
import { fatFormat } from "./fat/format.ts";

export const fileSystemFormats: readonly FileSystemFormat[] = [fatFormat];
