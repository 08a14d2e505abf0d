/** A volume that hangs, crashes or balloons costs itself: what the engine does when the listing of an image is lost. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PoolError, type PoolErrorCode } from "../../../../workers/pool.ts";
import { EnumerationTrace, type EnumerationTask } from "../../../../src/examine/image/enumeration-trace.ts";
import { ImageLister } from "../../../../src/examine/image/list-image.ts";
import { listedItems, ListingWriter, readHead } from "../../../../src/examine/image/listing.ts";
import type { ListedItem } from "../../../../src/examine/image/listing.ts";
import type { LastDeath } from "../../../../src/examine/job.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";

const volume = "v".repeat(26);
let base = "";
let listing = "";

beforeEach(() => {
  base = freshFolder("list-image");
  mkdirSync(base, { recursive: true });
  listing = `${base}/listing.jsonl`;
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function item(id: string, size: number | null = null): ListedItem {
  const name = { text: id, bytes: null };
  return {
    ...{ id, parent: null, path: id, chain: ["image", id], name, kind: "file", nameClaim: "allocated" },
    ...{ contentClaim: "allocated", origin: "entry", status: "done", reason: null, size, place: null },
  };
}

const image = () => ({ format: "raw", files: [], identity: "i", listing, account: `${base}/account.json` });

function lister(lastDeath: LastDeath, run: (task: EnumerationTask) => PoolErrorCode | null) {
  const tasks: EnumerationTask[] = [];
  const made = new ImageLister({
    image: image(),
    profileHash: "p",
    limits: { lastDeath, stallMs: 1000, workerMemoryMb: 64 },
    run: async (task) => {
      tasks.push(task);
      const lost = run(task);
      if (lost !== null) throw new PoolError(lost, "lost", lost === "fault" ? "" : volume, "SOURCE_GONE");
      new ListingWriter(listing).finish(made.identity, [null]);
      return { faults: [] };
    },
    onListed: () => undefined,
    onFaults: () => undefined,
  });
  return { lister: made, tasks };
}

describe("a listing", () => {
  it("stands in the order of ranks behind its head, and is found again", () => {
    const writer = new ListingWriter(listing);
    writer.add(3, item("c", 5));
    writer.add(0, item("a", 7));
    writer.add(3, item("d"));
    writer.add(0, item("b"));
    expect(writer.finish("x", [null])).toMatchObject({ items: 4, bytes: 12 });
    expect([...listedItems(listing)].map(({ item: { id } }) => id)).toEqual(["a", "b", "c", "d"]);
    expect(readHead(listing, "x")).toMatchObject({ items: 4, media: [null] });
    expect(readHead(listing, "y")).toBeNull();
    expect(existsSync(`${listing}.0`)).toBe(false);
    writeFileSync(listing, readFileSync(listing).subarray(0, 20));
    expect(readHead(listing, "x")).toBeNull();
  });

  it("is made once", async () => {
    const first = lister("stopped", () => null);
    await first.lister.list();
    await first.lister.list();
    expect(first.tasks).toHaveLength(1);
    expect(first.tasks[0]?.avoid).toEqual([]);
  });

  it.each([
    ["stalled", "timeout", "engine/timeout"],
    ["oom", "oom", "engine/oom"],
    ["exited", "crashed", "engine/crashed"],
  ] as const)("leaves a volume out over which threads were %s twice", async (code, reason, found) => {
    const { lister: made, tasks } = lister("stopped", ({ avoid }) => (avoid.length > 0 ? null : code));
    await made.list();
    expect(tasks).toHaveLength(3);
    expect(tasks[2]?.avoid).toMatchObject([[volume, { rung: "recorded", reason, finding: { code: found } }]]);
  });

  it("stops the run where the image is gone", async () => {
    await expect(lister("stopped", () => "fault").lister.list()).rejects.toMatchObject({ causeCode: "SOURCE_GONE" });
  });

  it("does not go on for ever", async () => {
    await expect(lister("stopped", () => "exited").lister.list()).rejects.toMatchObject({ code: "exited" });
  });

  it("leaves a volume out over which the engine died twice, and blames nobody for a kill", async () => {
    const trace = new EnumerationTrace(listing);
    const avoided = async (death: LastDeath) => {
      trace.enter(volume);
      rmSync(listing, { force: true });
      const { lister: made, tasks } = lister(death, () => null);
      await made.list();
      return tasks[0]?.avoid.length;
    };
    expect(await avoided("stopped")).toBe(0);
    expect(await avoided("crash")).toBe(0);
    expect(await avoided("crash")).toBe(1);
  });
});
