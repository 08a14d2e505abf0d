import { rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { WorkFileReader } from "../../../src/case/work-file-reader.ts";
import type { StoredItem } from "../../../src/case/work-file-rows.ts";
import { acquireTestFolder, openTestCase, processTestExhibit, testMachine } from "../../fixtures/case-desk.ts";
import { freshFolder, writeMixedEvidence, writeTree } from "../../fixtures/evidence-folder.ts";
import { zip } from "../../fixtures/zip-writer.ts";

const threadEntry = new URL("../../fixtures/poison-thread.ts", import.meta.url).href;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function processPoisoned(files: Record<string, string | Uint8Array>, healthy = 60, stallMs = 5000) {
  const base = freshFolder("ladder");
  folders.push(base);
  const source = `${base}/source`;
  writeMixedEvidence(source, healthy);
  writeTree(source, files);
  const desk = await openTestCase(base, { ...testMachine, stallMs, workerMemoryMb: 96 });
  await acquireTestFolder(desk, source);
  const logs: string[] = [];
  const record = await processTestExhibit(desk, {
    threadEntry,
    onLog: (level, event, data) => logs.push(JSON.stringify({ level, event, ...data })),
  });
  const reader = WorkFileReader.open(desk.theCase.paths.items("M01"));
  const items = new Map<string, StoredItem & { codes: string[] }>();
  for (const item of reader.items()) {
    items.set(item.path, { ...item, codes: reader.findings(item).map((found) => found.code) });
  }
  const totals = reader.totals();
  reader.close();
  return { record, items, totals, logs };
}

describe("the ladder for bad items", () => {
  it("costs a hanging item its full reading and nobody else anything", async () => {
    const { items, totals, record } = await processPoisoned({ "bad/hang.txt": "POISON-hang and then plain words" });
    const bad = items.get("folder:/bad/hang.txt");
    expect(bad).toMatchObject({ status: "failed", reason: "timeout" });
    expect(bad?.codes).toContain("engine/timeout");
    expect(bad?.codes).toContain("engine/strings");
    expect(totals.units).toBe(totals.unitsDone);
    // Two for the culprit; a machine under load may lose one more to its own slowness.
    expect(record.lostThreads).toBeGreaterThanOrEqual(2);
    const others = [...items.values()].filter((item) => item !== bad);
    expect(others.filter((item) => item.status === "failed")).toEqual([]);
  });

  it("costs a child inside an archive itself, not its archive or siblings", async () => {
    const archive = zip([
      { name: "before.txt", data: Buffer.from("words before the bad one") },
      { name: "bad.txt", data: Buffer.from("POISON-hang in an archive") },
      { name: "after.txt", data: Buffer.from("words after the bad one") },
    ]);
    const { items } = await processPoisoned({ "bad/holds.zip": archive }, 10);
    expect(items.get("folder:/bad/holds.zip!/before.txt")?.status).toBe("done");
    expect(items.get("folder:/bad/holds.zip!/after.txt")?.status).toBe("done");
    expect(items.get("folder:/bad/holds.zip!/bad.txt")).toMatchObject({ status: "failed", reason: "timeout" });
    expect(items.get("folder:/bad/holds.zip")?.status).toBe("done");
  });

  it("names memory, exits and our own mistakes for what they are", async () => {
    const bad = {
      "bad/oom.txt": "POISON-oom",
      "bad/exit.txt": "POISON-exit",
      "bad/throw.txt": "POISON-throw with words",
    };
    const { items, logs } = await processPoisoned(bad, 60, 30_000);
    expect(items.get("folder:/bad/oom.txt")).toMatchObject({ status: "failed", reason: "oom" });
    expect(items.get("folder:/bad/exit.txt")).toMatchObject({ status: "failed", reason: "crashed" });
    expect(items.get("folder:/bad/throw.txt")).toMatchObject({ status: "failed", reason: "fault" });
    expect(items.get("folder:/bad/throw.txt")?.codes).toContain("engine/strings");
    const fault = logs.find((line) => line.includes("reader-fault")) ?? "";
    expect(fault).toContain("poison-thread");
    expect(fault).not.toContain("a mistake of ours");
  });

  it("outlives an item that kills the whole engine, and says so after two deaths alone", async () => {
    const { items, record, totals } = await processPoisoned({ "bad/abort.txt": "POISON-abort" }, 30);
    expect(items.get("folder:/bad/abort.txt")).toMatchObject({ status: "failed", reason: "crashed" });
    expect(record.deaths).toBe(3);
    expect(totals.units).toBe(totals.unitsDone);
    expect([...items.values()].filter((item) => item.status === "failed")).toHaveLength(1);
  });
});
