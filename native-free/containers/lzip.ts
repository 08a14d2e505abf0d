/** lzip files as containers of one child, members joined. */
import type { Extractor } from "../model/extraction.ts";
import { unlzip } from "../unpack/lzma.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const lzipContainer: Extractor = {
  id: "lzip",
  family: "container",
  name: "lzip stream",
  spec: "lzip manual, File format",
  level: "complete",
  types: ["lzip"],
  extract: (source) => wholeStream(source, () => unlzip(source, 0)),
};
