import { MessageChannel, type MessagePort } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import type { Receipt, RowParcel } from "../../../src/case/writer-thread.ts";
import { RowSender } from "../../../src/examine/row-sender.ts";
import { itemRow, preparedBlock, preparedContent } from "../../fixtures/work-file-rows.ts";

const limitBytes = 24 << 20;
const ports: MessagePort[] = [];

afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** A writer that acknowledges a parcel some time after it came, one after another. */
function slowWriter(delayMs: number) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const state = { rows: [] as RowParcel["rows"][number][], parcels: 0, unacknowledged: 0, most: 0 };
  let last = Promise.resolve();
  port2.on("message", (parcel: RowParcel) => {
    state.rows.push(...parcel.rows);
    state.parcels += 1;
    state.unacknowledged += parcel.bytes;
    state.most = Math.max(state.most, state.unacknowledged);
    last = last.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      state.unacknowledged -= parcel.bytes;
      port2.postMessage({ bytes: parcel.bytes } satisfies Receipt);
    });
  });
  return { sender: new RowSender(port1), state };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const text = "a".repeat(1 << 20);
const million = preparedBlock(0, text);

describe("RowSender", () => {
  it("has never more on the way than its budget, and everything arrives in order", async () => {
    const { sender, state } = slowWriter(2);
    for (let at = 0; at < 60; at++) {
      await sender.item("unit", itemRow(`folder:/${at}`, null));
      await sender.content(preparedContent(String(at), { size: at }, [million]));
      await sender.unit({ key: `unit-${at}`, items: 1, status: "done", reason: null });
    }
    sender.send();
    await until(() => state.rows.length === 180);
    expect(state.most).toBeLessThanOrEqual(limitBytes);
    expect(state.most).toBeGreaterThan(limitBytes / 2);
    const seen = state.rows.map((row) =>
      row.what === "items"
        ? row.rows[0].path
        : row.what === "content"
          ? row.prepared.row.size
          : row.what === "unit" && row.result.key,
    );
    expect(seen).toEqual(Array.from({ length: 60 }, (_, at) => [`folder:/${at}`, at, `unit-${at}`]).flat());
  });

  it("lets a content pass that is larger than the budget, alone", async () => {
    const { sender, state } = slowWriter(5);
    const blocks = Array.from({ length: 16 }, () => million);
    for (let at = 0; at < 3; at++) {
      await sender.item("unit", itemRow(`folder:/${at}`, null));
      await sender.content(preparedContent(String(at), {}, blocks));
    }
    sender.send();
    await until(() => state.rows.length === 6);
    expect(state.most).toBeGreaterThan(limitBytes);
    expect(state.most).toBeLessThan(2 * limitBytes);
  });

  it("counts what fields hold, which may be long", async () => {
    const { sender, state } = slowWriter(1);
    const fields = [{ name: "title", value: "v".repeat(5 << 20), source: "test" }];
    for (let at = 0; at < 8; at++) await sender.content(preparedContent(String(at), { fields }, []));
    sender.send();
    await until(() => state.rows.length === 8);
    expect(state.most).toBeGreaterThan(10 << 20);
    expect(state.most).toBeLessThanOrEqual(limitBytes);
  });

  it("sends small rows together, and items of one unit as one row", async () => {
    const { sender, state } = slowWriter(0);
    for (let at = 0; at < 100; at++) await sender.item("unit", itemRow(`folder:/${at}`, null));
    await sender.item("other", itemRow("folder:/other", null));
    expect(state.parcels).toBe(0);
    sender.send();
    sender.send();
    await until(() => state.rows.length === 2);
    expect(state.parcels).toBe(1);
    expect(state.rows.map((row) => (row.what === "items" ? row.rows.length : 0))).toEqual([100, 1]);
  });
});
