/** Every decoder of streams. One line per decoder; base64, which has no signature, is found by the scan itself. */
import type { StreamDecoder } from "../stream-decoder.ts";
import { gzipStreams, pdfStreams } from "./gzip.ts";
import { xpressBlocks } from "./xpress.ts";
import { zipMembers } from "./zip-member.ts";

export const streamDecoders: readonly StreamDecoder[] = [gzipStreams, pdfStreams, zipMembers, xpressBlocks];
