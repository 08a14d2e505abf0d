/** bzip2 files as containers of one child. Not supported: randomised blocks, which writers before 1999 made. */
import type { Extractor } from "../model/extraction.ts";
import { bunzip2 } from "../unpack/bzip2.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const bzip2Container: Extractor = {
  id: "bzip2",
  family: "container",
  name: "bzip2 stream",
  spec: "sourceware.org/bzip2 1.0.8",
  level: "partial",
  types: ["bzip2"],
  extract: (source) => wholeStream(source, () => bunzip2(source, 0)),
};
