/** Snappy framed files as containers of one child. */
import type { Extractor } from "../model/extraction.ts";
import { unsnappy } from "../unpack/snappy.ts";
import { wholeStream } from "../unpack/stream-child.ts";

export const snappyContainer: Extractor = {
  id: "snappy",
  family: "container",
  name: "Snappy frames",
  spec: "Snappy framing format 2015",
  level: "complete",
  types: ["snappy"],
  extract: (source) => wholeStream(source, () => unsnappy(source, 0)),
};
