/** What is left of a compound file whose directory is lost: programs write the main stream first, in one piece. */
import type { ByteSource } from "../bytes/byte-source.ts";
import type { Compound } from "./compound.ts";
import { ExtentSource } from "./extent-source.ts";

/** Everything behind the header, as one stream. */
export function firstStream(source: ByteSource, compound: Compound): ByteSource {
  const at = Math.min(source.size, compound.version === 4 ? 4096 : 512);
  return new ExtentSource(source, [{ at, length: source.size - at }], source.size - at);
}
