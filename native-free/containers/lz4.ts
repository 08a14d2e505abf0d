/** LZ4 files as containers of one child, frames joined. Not supported: dictionaries. */
import type { Extractor } from "../model/extraction.ts";
import { unlz4 } from "../unpack/lz4.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const lz4Container: Extractor = {
  id: "lz4",
  family: "container",
  name: "LZ4 frame",
  spec: "LZ4 Frame Format 1.6.3",
  level: "partial",
  types: ["lz4"],
  extract: (source) => wholeStream(source, () => unlz4(source, 0)),
};
