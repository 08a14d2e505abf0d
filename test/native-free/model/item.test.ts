import { describe, expect, it } from "vitest";
import {
  stateOf,
  worse,
  type NameClaim,
  type Origin,
  type Reason,
  type State,
  type Status,
} from "../../../native-free/model/item.ts";

const claims: readonly NameClaim[] = ["allocated", "deleted", "orphan", "none"];

describe("stateOf", () => {
  /** For each origin the state of the four claims of the name, in the order of `claims`. */
  const table: Record<Origin, readonly State[]> = {
    entry: ["allocated", "deleted", "orphan", "allocated"],
    carved: ["carved", "carved", "carved", "carved"],
    embedded: ["embedded", "embedded", "embedded", "embedded"],
    slack: ["slack", "slack", "slack", "slack"],
    unallocated: ["unallocated", "unallocated", "unallocated", "unallocated"],
    gap: ["unallocated", "unallocated", "unallocated", "unallocated"],
  };

  it.each(Object.entries(table))("of %s", (origin, expected) => {
    expect(claims.map((nameClaim) => stateOf({ nameClaim, origin: origin as Origin }))).toEqual(expected);
  });
});

describe("worse", () => {
  const order: readonly Status[] = ["done", "skipped", "partial", "failed"];
  const outcome = (status: Status, reason: Reason | null) => ({ status, reason: status === "done" ? null : reason });

  it("takes the later of done, skipped, partial, failed, whichever side it is on", () => {
    for (const [a, first] of order.entries()) {
      for (const [b, second] of order.entries()) {
        const result = worse(outcome(first, "damaged"), outcome(second, "budget"));
        expect(result.status).toBe(order[Math.max(a, b)]);
      }
    }
  });

  it("keeps the first reason among equals, so that the order of findings does not change with repetition", () => {
    expect(worse(outcome("partial", "damaged"), outcome("partial", "budget")).reason).toBe("damaged");
    expect(worse(outcome("failed", "timeout"), outcome("partial", "budget")).reason).toBe("timeout");
    expect(worse(outcome("done", null), outcome("failed", "oom"))).toEqual({ status: "failed", reason: "oom" });
  });
});
