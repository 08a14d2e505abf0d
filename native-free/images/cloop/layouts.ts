/** Structures of cloop images (cloop, header of the driver: "Format V4.0"), big-endian. */
import { u32be } from "../../bytes/field-types.ts";
import { ascii, struct } from "../../bytes/struct.ts";

/** At the start of the file, or at its end. The block index follows, or precedes. */
export const cloopHead = struct("cloop.Head", 136, {
  script: [0, ascii(11), "#!/bin/sh and #"],
  signature: [11, ascii(4)],
  blockBytes: [128, u32be],
  blocks: [132, u32be],
});

export const SCRIPT = "#!/bin/sh\n#";
export const SIGNATURE_2 = "V2.0";
export const SIGNATURE_4 = "V4.0";

/** One more than there are blocks. With version 4 the upper four bits say how the block is packed. */
export const indexEntry = struct("cloop.IndexEntry", 8, { high: [0, u32be], low: [4, u32be] });

export const packings: readonly string[] = ["zlib", "none", "xz", "lz4", "lzo"];
