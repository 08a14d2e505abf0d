/** compress (.Z) files as containers of one child. The format has no checksum. */
import type { Extractor } from "../model/extraction.ts";
import { uncompress } from "../unpack/lzw.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const compressContainer: Extractor = {
  id: "compress",
  family: "container",
  name: "compress (LZW) stream",
  spec: "ncompress 4.2.4",
  level: "complete",
  types: ["compress"],
  extract: (source) => wholeStream(source, () => uncompress(source, 0)),
};
