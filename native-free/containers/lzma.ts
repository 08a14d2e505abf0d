/** LZMA alone files as containers of one child. The format has no checksum. */
import type { Extractor } from "../model/extraction.ts";
import { unlzma } from "../unpack/lzma.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const lzmaContainer: Extractor = {
  id: "lzma",
  family: "container",
  name: "LZMA stream",
  spec: "LZMA specification, .lzma file format",
  level: "complete",
  types: ["lzma"],
  extract: (source) => wholeStream(source, () => unlzma(source, 0)),
};
