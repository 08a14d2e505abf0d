/** xz files as containers of one child. Not supported: the filters for IA-64 and RISC-V. */
import type { Extractor } from "../model/extraction.ts";
import { unxz } from "../unpack/xz.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const xzContainer: Extractor = {
  id: "xz",
  family: "container",
  name: "xz stream",
  spec: "The .xz file format 1.2.1",
  level: "partial",
  types: ["xz"],
  extract: (source) => wholeStream(source, () => unxz(source, 0)),
};
