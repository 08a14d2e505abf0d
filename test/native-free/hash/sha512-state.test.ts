import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { Sha512 } from "../../../native-free/hash/sha512-state.ts";
import { noise } from "../../fixtures/ewf-set.ts";

describe("SHA-512 with a state", () => {
  const bytes = noise(70_000);

  it.each([0, 1, 111, 112, 113, 127, 128, 129, 239, 240, 241, 1000, 70_000])(
    "agrees with OpenSSL on %i bytes",
    (length) => {
      const expected = createHash("sha512").update(bytes.subarray(0, length)).digest("hex");
      let hash = new Sha512();
      for (let at = 0; at < length;) {
        const step = Math.min(length - at, 1 + ((at * 7) % 333));
        hash.update(bytes.subarray(at, at + step));
        // Taken out and put back between any two calls.
        hash = new Sha512(structuredClone(hash.state));
        at += step;
      }
      expect(Buffer.from(hash.digest()).toString("hex")).toBe(expected);
      expect(Buffer.from(hash.digest()).toString("hex")).toBe(expected);
    },
  );
});
