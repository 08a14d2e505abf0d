import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExtentState, FileExtent } from "../../../native-free/filesystems/file-system.ts";
import { recoveryOf } from "../../../native-free/filesystems/recovery.ts";
import { finding } from "../../../native-free/model/findings.ts";

const extent = (length: number, state: ExtentState, start: number | null = 4096): FileExtent => ({
  start,
  length,
  state,
});
const judged = (extents: readonly FileExtent[], codes: readonly string[] = [], size?: number) =>
  recoveryOf(
    {
      size: size ?? extents.reduce((sum, { length }) => sum + length, 0),
      contentClaim: "unallocated",
      findings: codes.map((code) => finding(code, { skipped: 0 })),
    },
    extents,
  );

describe("how far a content can be recovered", () => {
  it.each([
    ["certain", [extent(10, "intact")], []],
    ["certain", [extent(10, "intact"), extent(5, "intact", null)], []],
    ["probable", [extent(10, "intact")], ["filesystem/reconstructed"]],
    ["probable", [extent(10, "intact"), extent(5, "partly overwritten")], []],
    ["partial", [extent(10, "intact"), extent(5, "overwritten")], []],
    ["partial", [extent(10, "partly overwritten"), extent(5, "missing", null)], ["filesystem/reconstructed"]],
    ["none", [extent(10, "overwritten"), extent(5, "missing", null)], []],
    ["none", [], []],
  ] as const)("is %s of %j with %j", (confidence, extents, codes) => {
    expect(judged(extents, codes).confidence).toBe(confidence);
  });

  it("is none of an empty file, of which nothing was recorded", () => {
    expect(judged([], [], 0)).toEqual({ confidence: "none", total: 0, intact: 0, contested: 0, lost: 0 });
  });

  it("counts every byte once, and never promises what is lost", () => {
    const states = fc.constantFrom<ExtentState>("intact", "partly overwritten", "overwritten", "missing");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), states), { minLength: 1 }), (list) => {
        const { confidence, total, intact, contested, lost } = judged(
          list.map(([length, state]) => extent(length, state)),
        );
        expect(intact + contested + lost).toBe(total);
        if (confidence === "certain") expect(intact).toBe(total);
        expect(confidence === "partial" || confidence === "none").toBe(lost > 0);
      }),
    );
  });
});
