/** An image exhibit from its manifest to its items, through the engine. */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { WorkFileReader } from "../../../../src/case/work-file-reader.ts";
import type { FullItem } from "../../../../src/case/work-file-rows.ts";
import { openTestCase, processTestExhibit } from "../../../fixtures/case-desk.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { FatVolumeWriter, type FatFile } from "../../../fixtures/filesystems/fat-volume.ts";
import { putImageExhibit } from "../../../fixtures/image-exhibit.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const text = (words: string) => Buffer.from(words);

async function openExhibit(medium: Uint8Array) {
  const base = freshFolder("examine-image");
  folders.push(base);
  const desk = await openTestCase(base);
  // Two files, so that neither is the medium alone.
  const half = Math.floor(medium.length / 1024) * 512;
  putImageExhibit(desk, "M01", { segments: [medium.subarray(0, half), medium.subarray(half)] });
  return desk;
}

async function examine(files: readonly FatFile[], change: (volume: FatVolumeWriter) => void = () => undefined) {
  const volume = new FatVolumeWriter({ bits: 16, clusterSectors: 4 }, files);
  change(volume);
  const desk = await openExhibit(volume.bytes);
  const logs: string[] = [];
  const record = await processTestExhibit(desk, {
    onLog: (level, event, data) => logs.push(JSON.stringify({ level, event, ...data })),
  });
  const reader = WorkFileReader.open(desk.theCase.paths.items("M01"));
  const items = new Map<string, FullItem>();
  for (const item of reader.items()) items.set(item.path, reader.full(item));
  reader.close();
  return { record, items, logs };
}

const codesOf = (item: FullItem | undefined) => item?.findings.map(({ code }) => code);

describe("an image exhibit", () => {
  it("gives items with claims, extents and content", async () => {
    const { record, items, logs } = await examine(
      [
        { short: "NOTE.TXT", data: text("words in an allocated file") },
        { short: "COPY.TXT", data: text("words in an allocated file") },
        { short: "GONE.TXT", data: text("words in a deleted file"), deleted: true },
        { short: "OLD.TXT", data: text("x".repeat(3000)), deleted: true, clusters: [20, 21] },
        { short: "LOST.TXT", data: text("y".repeat(100)), deleted: true, clusters: [21] },
        { short: "NEW.TXT", data: text("owns the second cluster"), clusters: [21] },
        { short: "DIR", children: [{ short: "DEEP.TXT", data: text("deeper words") }] },
      ],
      (volume) => volume.bytes.write("secret words in slack", volume.place(volume.first.get("/NOTE.TXT") ?? 0) + 600),
    );
    expect(logs).toEqual([]);
    expect(record.counts.units).toBe(record.counts.unitsDone);
    expect(record.probes.every(({ refused }) => refused)).toBe(true);
    const note = items.get("fat:/NOTE.TXT");
    expect(note).toMatchObject({ state: "allocated", status: "done", kind: "file", content: { type: "text" } });
    expect(note?.sha256).toBe(items.get("fat:/COPY.TXT")?.sha256);
    expect(note?.extents).toMatchObject([{ length: 26, kind: "data", state: "intact" }]);
    expect(note?.times.length).toBeGreaterThan(0);
    expect(items.get("fat:/NOTE.TXT#slack")).toMatchObject({ state: "slack", kind: "space", status: "done" });
    // All zeros: counted, no item.
    expect(items.has("fat:/COPY.TXT#slack")).toBe(false);
    expect(record.counts.zeroSlack.items).toBeGreaterThan(2);
    const deleted = [...items.values()].filter(({ state }) => state === "deleted");
    expect(deleted.find(({ size }) => size === 23)).toMatchObject({ status: "done", contentClaim: "unallocated" });
    const gone = deleted.find(({ size }) => size === 100);
    expect(gone).toMatchObject({ status: "done", contentClaim: "overwritten", sha256: null });
    expect(codesOf(gone)).toContain("medium/overwritten");
    expect(gone?.extents).toMatchObject([{ kind: "missing", state: "overwritten" }]);
    expect(items.get("fat:/#unallocated@0")).toMatchObject({ state: "unallocated", content: { textKind: "strings" } });
    expect(items.get("fat:/DIR")).toMatchObject({ kind: "directory", sha256: null, status: "done" });
  });

  it("names what of a deleted file is not its own any more, and gives the rest", async () => {
    const { items } = await examine([
      { short: "OLD.TXT", data: text("x".repeat(3000)), deleted: true, clusters: [20, 21] },
      { short: "NEW.TXT", data: text("owns the first cluster"), clusters: [20] },
    ]);
    const old = [...items.values()].find(({ state }) => state === "deleted");
    expect(old).toMatchObject({ status: "partial", reason: "damaged", contentClaim: "partly-overwritten", size: 3000 });
    expect(codesOf(old)).toContain("medium/lost-bytes");
    expect(old?.extents.map(({ state }) => state)).toContain("overwritten");
  });

  it("is refused where a file of it is gone or has another size, before anything is started", async () => {
    const volume = new FatVolumeWriter({ bits: 12, clusters: 60 }, [{ short: "A.TXT", data: text("words") }]);
    const desk = await openExhibit(volume.bytes);
    const file = `${desk.theCase.paths.exhibit("M01")}/M01.002`;
    const bytes = readFileSync(file);
    truncateSync(file, 512);
    await expect(processTestExhibit(desk)).rejects.toMatchObject({ code: "case/image-changed", exit: 2 });
    rmSync(file);
    await expect(processTestExhibit(desk)).rejects.toMatchObject({ code: "source/gone", exit: 4 });
    expect(existsSync(desk.theCase.paths.items("M01"))).toBe(false);
    writeFileSync(file, bytes);
    expect((await processTestExhibit(desk)).digest).not.toBeNull();
  });
});
