/** CRC-32C against known answers and a bit-by-bit computation. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../native-free/kernels/crc32c.ts";

/** One bit at a time, as the polynomial is defined. */
function slowly(bytes: Uint8Array): number {
  let rest = 0xffff_ffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f6_3b78 : rest >>> 1;
  }
  return ~rest >>> 0;
}

describe("CRC-32C", () => {
  it("gives the known answers", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe306_9283);
    // RFC 3720, appendix B.4; its bytes are given least significant first.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd_794e);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => 31 - index))).toBe(0x113f_db5c);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });

  it("is what the polynomial says, whole and continued", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const middle = Math.min(cut, bytes.length);
        expect(crc32c(bytes)).toBe(slowly(bytes));
        expect(crc32c(bytes, middle, bytes.length, crc32c(bytes, 0, middle))).toBe(slowly(bytes));
        expect(crc32c(bytes, middle)).toBe(slowly(bytes.subarray(middle)));
      }),
    );
  });
});
