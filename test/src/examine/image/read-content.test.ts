/** Contents that are not whole: what is hashed, what is said, what is not read at all. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MemorySource, type ByteSource, type Run, type RunKind } from "../../../../native-free/bytes/byte-source.ts";
import { readContent } from "../../../../src/examine/image/read-content.ts";

const mebi = 2 ** 20;

/** Runs of one kind after another; data is bytes of 7, the rest zeros. */
class Runs implements ByteSource {
  readonly size: number;
  readonly #runs: readonly (readonly [RunKind, number])[];
  reads = 0;

  constructor(...runs: readonly (readonly [RunKind, number])[]) {
    this.#runs = runs;
    this.size = runs.reduce((sum, [, length]) => sum + length, 0);
  }

  readInto(target: Uint8Array, at: number): number {
    this.reads += 1;
    const count = Math.max(0, Math.min(target.length, this.size - at));
    target.fill(0, 0, count);
    for (const { start, length, kind } of this.runsIn(at, count)) {
      if (kind === "data") target.fill(7, start - at, start - at + length);
    }
    return count;
  }

  *runsIn(at: number, length: number): Iterable<Run> {
    let start = 0;
    for (const [kind, size] of this.#runs) {
      const from = Math.max(at, start);
      const to = Math.min(at + length, start + size);
      if (to > from) yield { start: from, length: to - from, kind, place: { path: "-", offset: from, exact: true } };
      start += size;
    }
  }
}

const read = (source: ByteSource, limit = 64 * 2 ** 30) => readContent(source, "p", limit, () => undefined);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const codes = (result: ReturnType<typeof read>) => result.findings.map(({ code }) => code);

describe("a content", () => {
  it("that is whole is done", () => {
    const bytes = Buffer.from("some words");
    const result = read(new MemorySource(bytes));
    expect(result).toMatchObject({ isZero: false, findings: [], outcome: { status: "done" } });
    expect(result.content?.facts).toMatchObject({
      sha256: sha256(bytes),
      md5: createHash("md5").update(bytes).digest("hex"),
      sha1: createHash("sha1").update(bytes).digest("hex"),
    });
    expect(result.content?.facts.histogram["o".charCodeAt(0)]).toBe(2);
  });

  it("of zeros is told, with the hashes of that many zeros", () => {
    for (const size of [0, 1, 3 * mebi + 5, 65 * mebi]) {
      const result = read(new Runs(["data", 0], ["sparse", size], ["data", 0]));
      if (size > 64 * mebi) expect(codes(result)).toEqual(["medium/all-sparse"]);
      else expect(result).toMatchObject({ isZero: true, content: { facts: { sha256: sha256(Buffer.alloc(size)) } } });
    }
  });

  it("beyond what is held in memory has the hashes of all its bytes, zeros in front included", () => {
    const source = new Runs(["sparse", 2 * mebi], ["data", 66 * mebi]);
    const expected = sha256(Buffer.concat([Buffer.alloc(2 * mebi), Buffer.alloc(66 * mebi, 7)]));
    expect(read(source)).toMatchObject({ isZero: false, content: { facts: { sha256: expected } } });
  });

  it("that lacks bytes is partial, with their places", () => {
    const result = read(
      new Runs(["data", 512], ["unreadable", 512], ["unreadable", 512], ["data", 10], ["missing", 4]),
    );
    expect(result.outcome).toEqual({ status: "partial", reason: "unreadable" });
    expect(result.findings).toMatchObject([
      { code: "medium/lost-bytes", offset: 512, length: 1024, params: { bytes: 1024, kind: "unreadable" } },
      { code: "medium/lost-bytes", offset: 1546, length: 4, params: { kind: "missing" } },
    ]);
    expect(read(new Runs(["data", 1], ["missing", 1])).outcome.reason).toBe("damaged");
  });

  it("that lacks very many stretches names the first of them", () => {
    const runs = Array.from({ length: 40 }, (_, index) => [index % 2 === 0 ? "data" : "missing", 10] as const);
    const result = read(new Runs(...runs));
    expect(codes(result).filter((code) => code === "medium/lost-bytes")).toHaveLength(16);
    expect(result.findings.at(-1)).toMatchObject({ code: "medium/lost-more", params: { ranges: 4, bytes: 40 } });
  });

  it("of which nothing is there failed", () => {
    const result = read(new Runs(["missing", 100]));
    expect(result).toMatchObject({ content: null, outcome: { status: "failed", reason: "damaged" } });
  });

  it("that claims more holes than are allowed is not read", () => {
    const source = new Runs(["data", 512], ["missing", 2 ** 50]);
    const result = read(source);
    expect(result).toMatchObject({ content: null, outcome: { status: "partial", reason: "budget" } });
    expect(codes(result)).toEqual(["engine/budget-bytes"]);
    expect(source.reads).toBe(0);
  });
});
