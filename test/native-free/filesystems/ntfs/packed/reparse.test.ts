import { describe, expect, it } from "vitest";
import { isWimBacked, readWof } from "../../../../../native-free/filesystems/ntfs/packed/index.ts";

describe("reparse points of the Windows Overlay Filter", () => {
  it("reads what a reparse point says", () => {
    const info = (...words: number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);
    expect(readWof(info(1, 2, 1, 0))).toEqual({ algorithm: 0 });
    expect(readWof(info(1, 2, 1, 3, 9))).toEqual({ algorithm: 3 });
    expect(readWof(info(1, 2, 1, 4))).toBeNull();
    expect(readWof(info(1, 1, 2, 0))).toBeNull();
    expect(isWimBacked(info(1, 1, 2, 0))).toBe(true);
    expect(isWimBacked(info(1, 2, 1, 0))).toBe(false);
    expect(readWof(new Uint8Array(11))).toBeNull();
    expect(isWimBacked(new Uint8Array(7))).toBe(false);
  });
});
