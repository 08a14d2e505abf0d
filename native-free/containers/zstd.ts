/** Zstandard files as containers of one child, frames joined. Not supported: dictionaries. */
import type { Extractor } from "../model/extraction.ts";
import { unzstd } from "../unpack/zstd.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const zstdContainer: Extractor = {
  id: "zstd",
  family: "container",
  name: "Zstandard stream",
  spec: "RFC 8878",
  level: "partial",
  types: ["zstd"],
  extract: (source) => wholeStream(source, () => unzstd(source, 0)),
};
