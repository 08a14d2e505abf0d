/** Blocks of UDIF images, unpacked. */
import { bunzip2Into } from "../../kernels/bunzip2-into.ts";
import { inflateBlock } from "../../kernels/inflate-block.ts";
import { adcInto } from "./adc.ts";
import type { BlockKind } from "./block-map.ts";
import { lzfseInto } from "./lzfse.ts";
import { xzInto } from "./xz.ts";

/** Larger blocks are not unpacked: programs make them of 256 KiB to 8 MiB. */
export const mostBlockBytes = 32 << 20;

/** Fills `target`; returns null, or a word for what is wrong. Never throws. */
export function unpackBlock(kind: BlockKind, packed: Uint8Array, target: Uint8Array): string | null {
  if (kind === "zlib") return inflateBlock(packed, target) === target.length ? null : "zlib";
  if (kind === "bzip2") return bunzip2Into(packed, target) === target.length ? null : "bzip2";
  if (kind === "ADC") return adcInto(packed, target) ? null : "ADC";
  if (kind === "LZFSE") return lzfseInto(packed, target) ? null : "LZFSE";
  if (kind === "LZMA") {
    const problem = xzInto(packed, target);
    return problem === null ? null : `LZMA: ${problem}`;
  }
  return "method";
}
