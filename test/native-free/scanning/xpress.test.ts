/** Pages of memory in hibernation files. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { reopenStream } from "../../../native-free/scanning/reopen-stream.ts";
import { unpackLz77, xpressBlocks } from "../../../native-free/scanning/streams/xpress.ts";
import { mutate, randomFrom } from "../../conformance/mutate.ts";
import { decoders, recognisersOf, scanBytes } from "../../fixtures/scanned.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** Literals, and zeros as one match: 32 flags, then what they are of. */
function pack(page: Uint8Array, zeros: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < page.length; at += 32) {
    const literals = Buffer.from(page.subarray(at, at + 32));
    const flags = Buffer.alloc(4);
    // What is behind the last literal is a match.
    flags.writeUInt32LE(literals.length === 32 ? 0 : 2 ** (32 - literals.length) - 1);
    parts.push(flags, literals);
  }
  const match = Buffer.from([7, 0, 15, 255, 0, 0]);
  match.writeUInt16LE(zeros - 3, 4);
  return Buffer.concat([...parts, match]);
}

function block(text: string, pages: number): Buffer {
  const literals = Buffer.concat([Buffer.from(text), Buffer.alloc(33 - (text.length % 32))]);
  const packed = pack(literals, pages * 4096 - literals.length);
  const head = Buffer.alloc(32);
  head.write("\x81\x81xpress", "latin1");
  head.writeUInt32LE(((packed.length - 1) << 10) | (pages - 1), 8);
  return Buffer.concat([head, packed]);
}

const said = "Please release container CSQU3054383 before Friday, as agreed on.";
const noise = Buffer.alloc(4096, 0xf7);
const medium = Buffer.concat([noise, block(said, 3), noise]);

describe("plain LZ77", () => {
  it("unpacks the examples of the specification ([MS-XCA] 3.1)", () => {
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const plain = Buffer.concat([hex("3f 00 00 00"), Buffer.from(letters)]);
    expect(Buffer.from(unpackLz77(plain, 26)).toString()).toBe(letters);
    const packed = hex("ff ff ff 1f 61 62 63 17 00 0f ff 26 01");
    expect(Buffer.from(unpackLz77(packed, 300)).toString()).toBe("abc".repeat(100));
  });

  it("gives what comes before damage, and ends whatever the bytes", () => {
    expect(Buffer.from(unpackLz77(hex("ff ff ff 1f 61 62 63 ff ff"), 300)).toString()).toBe("abc");
    const random = randomFrom(3);
    for (let i = 0; i < 500; i++) {
      expect(unpackLz77(mutate(block(said, 3).subarray(32), random), 12_288).length).toBeLessThanOrEqual(12_288);
    }
  });
});

describe("a block of a hibernation file", () => {
  it("is as many pages as it says", () => {
    const source = new MemorySource(medium);
    const decoded = xpressBlocks.decode(source, 4096, source.size, 1 << 20);
    expect(decoded?.bytes.length).toBe(3 * 4096);
    expect(Buffer.from(decoded!.bytes.subarray(0, said.length)).toString()).toBe(said);
    expect(decoded?.end).toBe(medium.length - 4096);
  });

  it("gives features with the place of the block, which opens again", () => {
    const { features } = scanBytes(medium, { recognisers: recognisersOf("container"), decoders });
    expect(features).toMatchObject([
      { value: "CSQU3054383", inside: "xpress@4096", offset: said.indexOf("CSQU"), quality: "valid" },
    ]);
    const again = reopenStream(new MemorySource(medium), ["xpress@4096"]);
    expect(Buffer.from(again.subarray(0, 6)).toString()).toBe("Please");
  });

  it("is none with sizes that none has", () => {
    const wrong = Buffer.from(medium);
    wrong.writeUInt32LE(0xffff_ffff, 4096 + 8);
    expect(xpressBlocks.decode(new MemorySource(wrong), 4096, wrong.length, 1 << 20)).toBeNull();
  });
});
