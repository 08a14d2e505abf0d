/** Between the ring of the medium and the files of an image nothing is allocated for a chunk, nor where the medium is hashed. */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compressions, hashNames } from "../../../../src/acquire/image/image-body.ts";

/** Of 32 KiB: hashing shows at fewer of them what it allocates. */
const imagedChunks = 8192;
const hashedChunks = 2048;
/** The smallest object or view takes 40 bytes; what is made for a slot, a table or a bevy comes to less than this for a chunk. */
const unavoidable = 32;

/** What is allocated for each chunk is allocated at every attempt; what the runtime compiles meanwhile, on a busy machine, is not. */
const attempts = 3;

function allocatedBy(script: string, ...flags: readonly (string | number)[]): number {
  let least = Infinity;
  for (let attempt = 0; attempt < attempts && least >= unavoidable; attempt++) {
    least = Math.min(least, measured(script, ...flags));
  }
  return least;
}

/** Bytes allocated for each chunk. In a process of its own, with a heap that is not collected meanwhile. */
function measured(script: string, ...flags: readonly (string | number)[]): number {
  const child = fileURLToPath(new URL(script, import.meta.url));
  const heap = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];
  const said = execFileSync(process.execPath, [...heap, child, ...flags.map(String)], { encoding: "utf8" });
  return (JSON.parse(said) as { bytesPerChunk: number }).bytesPerChunk;
}

describe("nothing is allocated per chunk", () => {
  const paths = ["e01", "aff4"].flatMap((format) => compressions.map((compression) => [format, compression] as const));

  it.each(paths)("on the way to %s (%s)", (format, compression) => {
    expect(allocatedBy("./chunk-allocation-child.ts", format, compression, imagedChunks)).toBeLessThan(unavoidable);
  });

  it.each(hashNames)("by %s over the medium", (name) => {
    expect(allocatedBy("./hash-allocation-child.ts", name, hashedChunks)).toBeLessThan(unavoidable);
  });
});
