import { createCipheriv, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isWiped, wipeMedium, type WipeOptions } from "../../../../src/acquire/wipe/wipe-medium.ts";
import type { TargetMedium } from "../../../../src/acquire/wipe/target-medium.ts";

const sector = 512;
const size = 9 * 1024 * 1024 + 3 * sector;

interface Faults {
  /** Sectors that refuse to be written, and to be read. */
  readonly unwritable?: readonly number[];
  readonly unreadable?: readonly number[];
  /** Bytes that the medium loses behind the writer's back. */
  readonly flipped?: readonly number[];
  readonly goneAt?: number;
  readonly syncCode?: string;
  readonly forgets?: boolean;
}

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A medium in memory that fails as it is told. */
function faulty(faults: Faults = {}): TargetMedium & { readonly content: Buffer; accesses: number } {
  const content = Buffer.from(Buffer.alloc(size, "old evidence "));
  const check = (bad: readonly number[] | undefined, at: number, length: number): void => {
    if (faults.goneAt !== undefined && at + length > faults.goneAt) throw failure("ENXIO");
    if (bad?.some((each) => each * sector < at + length && (each + 1) * sector > at)) throw failure("EIO");
  };
  return {
    ...{ size, sectorBytes: sector, content, accesses: 0 },
    async write(bytes, at) {
      this.accesses += 1;
      check(faults.unwritable, at, bytes.length);
      content.set(bytes, at);
    },
    async read(target, at) {
      this.accesses += 1;
      check(faults.unreadable, at, target.length);
      target.set(content.subarray(at, at + target.length));
      for (const byte of faults.flipped ?? []) {
        if (byte >= at && byte < at + target.length) target[byte - at]! ^= 8;
      }
      return Math.min(target.length, size - at);
    },
    async sync() {
      if (faults.syncCode !== undefined) throw failure(faults.syncCode);
    },
    forget: () => faults.forgets ?? true,
    close: async () => undefined,
  };
}

const wipe = (medium: TargetMedium, more: Partial<WipeOptions> = {}) =>
  wipeMedium({
    ...{ medium, pattern: "zeros", key: null, verify: true, onProgress: () => undefined },
    signal: new AbortController().signal,
    ...more,
  });

const none = { bytes: 0, ranges: [], more: 0 };

describe("a medium is overwritten from the first byte to the last", () => {
  it("with zeros", async () => {
    const medium = faulty();
    const seen: string[] = [];
    const result = await wipe(medium, { onProgress: (stage, bytes, total) => seen.push(`${stage} ${bytes}/${total}`) });
    expect(medium.content.equals(Buffer.alloc(size))).toBe(true);
    expect(result).toMatchObject({ refused: none, syncFailed: null, readBack: { from: "medium", differing: none } });
    expect(isWiped(result)).toBe(true);
    expect([seen[0], seen.at(-1)]).toEqual([`write 4194304/${size}`, `verify ${size}/${size}`]);
  });

  it("with a stream that its key makes again", async () => {
    const medium = faulty();
    const key = randomBytes(32);
    expect(isWiped(await wipe(medium, { pattern: "random", key }))).toBe(true);
    const again = createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(size));
    expect(medium.content.equals(again)).toBe(true);
    const other = await wipe(
      { ...faulty(), read: medium.read.bind(medium) },
      { pattern: "random", key: randomBytes(32) },
    );
    expect(other.readBack?.differing).toEqual({ bytes: size, ranges: [{ from: 0, to: size }], more: 0 });
  });

  it("or not: refused sectors are named, their neighbours are written", async () => {
    const medium = faulty({ unwritable: [5, 6, 9000, size / sector - 1] });
    const result = await wipe(medium, { verify: false });
    expect(result.refused).toEqual({
      bytes: 4 * sector,
      ranges: [
        { from: 5 * sector, to: 7 * sector },
        { from: 9000 * sector, to: 9001 * sector },
        { from: size - sector, to: size },
      ],
      more: 0,
    });
    expect(isWiped(result)).toBe(false);
    const expected = Buffer.alloc(size);
    for (const { from, to } of result.refused.ranges) medium.content.copy(expected, from, from, to);
    expect(medium.content.equals(expected)).toBe(true);
    expect(medium.content.subarray(5 * sector, 7 * sector).includes("evidence")).toBe(true);
  });

  it("what is read back differently or not at all is named by sectors", async () => {
    const flipped = [700, 3 * 1024 * 1024 + 5];
    const result = await wipe(faulty({ flipped, unreadable: [40] }));
    expect(result.readBack?.differing.ranges).toEqual([
      { from: 512, to: 1024 },
      { from: 3 * 1024 * 1024, to: 3 * 1024 * 1024 + 512 },
    ]);
    expect(result.readBack?.unreadable).toEqual({ bytes: 512, ranges: [{ from: 20_480, to: 20_992 }], more: 0 });
    expect(isWiped(result)).toBe(false);
  });

  it("a medium that refuses everything is not asked sector by sector", async () => {
    const all = Array.from({ length: size / sector }, (_, index) => index);
    const medium = faulty({ unwritable: all });
    const result = await wipe(medium, { verify: false });
    expect(result.refused).toEqual({ bytes: size, ranges: [{ from: 0, to: size }], more: 0 });
    expect(medium.accesses).toBeLessThan(4096 + 300);
  });

  it("a failed sync and a memory that may answer are said", async () => {
    const result = await wipe(faulty({ syncCode: "EIO", forgets: false }));
    expect(result).toMatchObject({ syncFailed: "EIO", readBack: { from: "memory possible" } });
    expect(isWiped(result)).toBe(false);
  });

  it("a medium that is gone and an officer who stops end it", async () => {
    await expect(wipe(faulty({ goneAt: 5_000_000 }))).rejects.toMatchObject({ code: "wipe/gone", exit: 4 });
    const stop = new AbortController();
    const stopped = wipe(faulty(), { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "wipe/interrupted", exit: 4 });
  });
});
