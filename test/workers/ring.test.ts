import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { RingReader, RingWriter, ringMemory, type RingMemory } from "../../workers/ring.ts";
import type { RingThreadData } from "../fixtures/ring-thread.ts";

const entry = new URL("../fixtures/ring-thread.ts", import.meta.url);

async function run(ring: RingMemory, threads: readonly Partial<RingThreadData>[]): Promise<string[]> {
  const base = { ring, reader: null, slots: 0, lastBytes: ring.slotBytes, delayMs: 0, abortAt: null };
  return Promise.all(
    threads.map(async (data) => {
      const worker = new Worker(entry, { workerData: { ...base, ...data } });
      // Asked for at once: a thread that ends right away gives its last message and its exit in one go.
      const exited = once(worker, "exit");
      const [said] = (await once(worker, "message")) as [string];
      await exited;
      return said;
    }),
  );
}

describe("ring", () => {
  it("gives every reader every slot in order, many times around", async () => {
    const ring = ringMemory(4, 4096, 2);
    const said = await run(ring, [{ slots: 500, lastBytes: 100 }, { reader: 0 }, { reader: 1 }]);
    const all = `500 slots, ${499 * 4096 + 100} bytes`;
    expect(said).toEqual(["written", all, all]);
  });

  it("waits for a slow reader and loses nothing, and readers wait for a slow writer", async () => {
    const slowReader = await run(ringMemory(2, 1024, 2), [{ slots: 60 }, { reader: 0, delayMs: 2 }, { reader: 1 }]);
    expect(slowReader).toEqual(["written", "60 slots, 61440 bytes", "60 slots, 61440 bytes"]);
    const slowWriter = await run(ringMemory(8, 1024, 1), [{ slots: 40, delayMs: 2 }, { reader: 0 }]);
    expect(slowWriter).toEqual(["written", "40 slots, 40960 bytes"]);
  });

  it("ends everywhere when one thread gives it up, on either side", async () => {
    const byWriter = await run(ringMemory(2, 1024, 2), [{ slots: 99, abortAt: 20 }, { reader: 0 }, { reader: 1 }]);
    expect(byWriter).toEqual(["aborted", "aborted", "aborted"]);
    const byReader = await run(ringMemory(2, 1024, 2), [{ slots: 99 }, { reader: 0, abortAt: 5 }, { reader: 1 }]);
    expect(byReader).toEqual(["aborted", "aborted", "aborted"]);
  });

  it("ends an empty stream, and delivers what was published before the end", () => {
    const empty = ringMemory(2, 4, 1);
    new RingWriter(empty).end();
    expect(new RingReader(empty, 0).next()).toBeNull();
    const one = ringMemory(2, 4, 1);
    const writer = new RingWriter(one);
    writer.acquire().set([1, 2, 3, 4]);
    writer.publish(3);
    writer.end();
    const reader = new RingReader(one, 0);
    expect([...(reader.next() ?? [])]).toEqual([1, 2, 3]);
    reader.release();
    expect(reader.next()).toBeNull();
  });

  it("refuses shapes that are none", () => {
    expect(() => ringMemory(0, 4, 1)).toThrow(RangeError);
    expect(() => ringMemory(1, 5, 1)).toThrow(RangeError);
    expect(() => new RingReader(ringMemory(1, 4, 1), 1)).toThrow(RangeError);
  });
});
