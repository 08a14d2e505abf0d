/** Between the ring of the medium and the files of an image nothing is allocated for a chunk. */
import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const child = fileURLToPath(new URL("./chunk-allocation-child.ts", import.meta.url));
const chunks = 8192;
/** The smallest object or view takes 40 bytes; what is made for a slot, a table or a bevy comes to less than this for a chunk. */
const unavoidable = 32;
/** The text of an AFF4 chunk's SHA-256, which node:crypto gives in no other way that is cheaper. */
const digestText = 48;

/** Bytes allocated for each chunk. In a process of its own, with a heap that is not collected meanwhile. */
function allocatedFor(format: string, compression: string): number {
  const heap = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];
  const said = execFileSync(process.execPath, [...heap, child, format, compression, String(chunks)], {
    encoding: "utf8",
  });
  return (JSON.parse(said) as { bytesPerChunk: number }).bytesPerChunk;
}

describe("the path of a chunk", () => {
  it.each([
    ["e01", "none", unavoidable],
    ["e01", "fast", unavoidable],
    ["aff4", "fast", unavoidable + digestText],
    ["aff4", "best", unavoidable + digestText],
  ])("to %s (%s) allocates nothing per chunk", (format, compression, most) => {
    expect(allocatedFor(format, compression)).toBeLessThan(most);
  });
});
