/** Whether what is no folder can be taken as a medium without being told so: a device, an image, or bytes that begin as a medium does. */
import { realpathSync, statSync } from "node:fs";
import { mediumOf } from "../../native-free/layers/resolve.ts";
import { findImage, openFoundImage } from "./image-files.ts";

/** Throws OperatorError where the files of an image cannot be read. */
export function holdsMedium(path: string): boolean {
  const real = realpathSync(path);
  if (!statSync(real).isFile()) return true;
  const found = findImage(real);
  if (!found || found.signed) return found !== null;
  const opened = openFoundImage(found);
  try {
    const { recognised, system } = mediumOf(opened.image).volumes;
    return system !== null || recognised.length > 0;
  } finally {
    opened.close();
  }
}
