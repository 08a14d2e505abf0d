/** Decodes a stream again that a scan has named. */
import { MemorySource, type ByteSource } from "../bytes/byte-source.ts";
import { usualScanBudget } from "./scan-bytes.ts";
import type { StreamPath } from "./scan-events.ts";
import { decodeBase64 } from "./streams/base64.ts";
import { streamDecoders } from "./streams/index.ts";

/** The decoded bytes of the innermost stream. Throws Error where the path is none that a scan of the source gives. */
export function reopenStream(source: ByteSource, path: StreamPath): Uint8Array {
  let bytes = new Uint8Array(0);
  let holder = source;
  for (const name of path) {
    const [, id = "", place = ""] = /^([a-z0-9]+)@(\d+)/.exec(name) ?? [];
    const limit = usualScanBudget.streamBytes;
    const at = Number(place);
    const decoder = streamDecoders.find((each) => each.id === id);
    const decoded =
      id === "base64" ? decodeBase64(holder, at, holder.size, limit) : decoder?.decode(holder, at, holder.size, limit);
    if (!decoded) throw new Error(`there is no stream ${id} at ${place}`);
    bytes = new Uint8Array(decoded.bytes);
    holder = new MemorySource(bytes);
  }
  return bytes;
}
