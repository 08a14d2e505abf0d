/** The two ways in which data are packed. Specification: libyal, "EWF2", sections "Compression methods", "Bzip2 compression". */
import { bunzip2Into } from "../../kernels/bunzip2-into.ts";
import { inflateInto } from "../../kernels/inflate-into.ts";

const ZLIB = 1;
/** EnCase stores blocks without what stands before and behind them in a file. */
const BZIP2 = 2;

/** Unpacks into `target`; the number of bytes, -1 where the data are damaged, have more bytes, or the method is unknown. */
export function unpack(method: number, packed: Uint8Array, target: Uint8Array): number {
  if (method === ZLIB) return inflateInto(packed, target);
  return method === BZIP2 ? bunzip2Into(packed, target) : -1;
}
