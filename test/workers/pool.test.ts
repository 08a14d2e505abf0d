import { afterEach, describe, expect, it } from "vitest";
import { Pool, PoolError } from "../../workers/pool.ts";

const entry = new URL("../fixtures/pool-thread.ts", import.meta.url);
const pools: Pool<string, string, string>[] = [];

/** The limit counts from the order, so it includes the start of the thread: long where nothing is to stall. */
function poolOf(size: number, stallMs = 20_000, onLost?: (slot: number) => void): Pool<string, string, string> {
  const pool = new Pool<string, string, string>({
    entry,
    size,
    stallMs,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
    dataFor: (slot) => ({ data: `slot ${slot}` }),
    ...(onLost ? { onLost } : {}),
  });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

async function errorOf(work: Promise<unknown>): Promise<PoolError> {
  try {
    await work;
  } catch (error) {
    return error as PoolError;
  }
  throw new Error("expected a rejection");
}

describe("Pool", () => {
  it("runs tasks with the data of their slot", async () => {
    const pool = poolOf(2);
    expect(await Promise.all([pool.run(0, "echo a"), pool.run(1, "echo b")])).toEqual(["slot 0: a", "slot 1: b"]);
  });

  it("starts a thread when there is work for it, and the first one at once", async () => {
    const pool = poolOf(3);
    expect(pool.started).toEqual([0]);
    expect(await pool.run(2, "echo a")).toBe("slot 2: a");
    expect(pool.started).toEqual([0, 2]);
  });

  it.each([
    ["hang", "stalled"],
    ["exit0", "exited"],
    ["exit1", "exited"],
    ["balloon", "oom"],
    ["throw", "fault"],
  ])("ends a task that does %s with %s, names what was worked on, and goes on", async (task, code) => {
    const lost: number[] = [];
    const pool = poolOf(1, task === "hang" ? 2000 : 30_000, (slot) => lost.push(slot));
    const error = await errorOf(pool.run(0, task));
    expect(error).toBeInstanceOf(PoolError);
    expect(error.code).toBe(code);
    expect(error.workedOn).toBe(`on ${task}`);
    expect(lost).toEqual(code === "fault" ? [] : [0]);
    expect(await pool.run(0, "echo again")).toBe("slot 0: again");
  });

  it("keeps the code of a thrown error", async () => {
    const error = await errorOf(poolOf(1).run(0, "throw"));
    expect(error.causeCode).toBe("E_TEST");
  });

  it("lets a task that shows signs of life run longer than the limit", async () => {
    expect(await poolOf(1, 1000).run(0, "slow 4000")).toBe("slot 0: slow");
  });

  it("gives an environment without secrets", async () => {
    process.env.VESTIGE_TEST_SECRET = "secret";
    expect(await poolOf(1).run(0, "env VESTIGE_TEST_SECRET")).toBe("slot 0: undefined");
    delete process.env.VESTIGE_TEST_SECRET;
  });

  it("rejects what runs and what comes when it is closed", async () => {
    const pool = poolOf(1, 60_000);
    const running = errorOf(pool.run(0, "hang"));
    await pool.close();
    expect((await running).code).toBe("closed");
    expect((await errorOf(pool.run(0, "echo late"))).code).toBe("closed");
  });
});
