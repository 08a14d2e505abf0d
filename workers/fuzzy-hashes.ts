/** The values by which contents are compared that are not equal, over the bytes of one content. */
import type { ByteSource } from "../native-free/bytes/byte-source.ts";
import { SsdeepHasher } from "../native-free/similarity/ssdeep.ts";
import { TlshHasher } from "../native-free/similarity/tlsh.ts";

const pieceBytes = 1 << 20;

/** Reads the source once. `beat` is a sign of life for each piece. */
export function fuzzyHashesOf(source: ByteSource, beat: () => void): { ssdeep: string; tlsh: string | null } {
  const ssdeep = new SsdeepHasher();
  const tlsh = new TlshHasher();
  const piece = new Uint8Array(Math.min(source.size, pieceBytes));
  for (let at = 0; at < source.size; at += piece.length) {
    const bytes = piece.subarray(0, source.readInto(piece, at));
    ssdeep.add(bytes);
    tlsh.add(bytes);
    beat();
  }
  return { ssdeep: ssdeep.finish(), tlsh: tlsh.finish() };
}
