/** The examples of MS-OVBA 3.2, and bytes that are none. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decompressVba } from "../../../native-free/vba/decompress.ts";

const read = (hex: string): string | null => {
  const bytes = decompressVba(Buffer.from(hex.replaceAll(" ", ""), "hex"), 0, 1 << 20);
  return bytes && Buffer.from(bytes).toString("latin1");
};

describe("compressed source", () => {
  it("is read as the specification's examples say", () => {
    expect(read("01 19 b0 00 61 62 63 64 65 66 67 68 00 69 6a 6b 6c 6d 6e 6f 70 00 71 72 73 74 75 76 2e")).toBe(
      "abcdefghijklmnopqrstuv.",
    );
    expect(
      read(
        "01 2f b0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6a 01 38 08 61 6b 6c 00 30 6d 6e 6f 70 06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7a 00 3c",
      ),
    ).toBe("#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa");
    expect(read("01 03 b0 02 61 45 00")).toBe("a".repeat(73));
  });

  it("ends within its bounds, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 0, max: 9000 }), (bytes, limit) => {
        const output = decompressVba(Uint8Array.from([1, ...bytes]), 0, limit);
        expect(output!.length).toBeLessThanOrEqual(limit);
      }),
    );
    expect(read("02 03 b0")).toBeNull();
  });
});
