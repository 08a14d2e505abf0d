import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { RowParcel } from "../../../src/case/writer-thread.ts";
import { WriterClient } from "../../../src/examine/writer-client.ts";
import { itemRow } from "../../fixtures/work-file-rows.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-writer-client-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("tells the ids of items that were given twice, and writes them once", async () => {
  const duplicates: string[] = [];
  const failures: Error[] = [];
  const writer = new WriterClient(
    { file: join(folder, "items.db"), meta: { exhibit: "M01", profile: "p" } },
    (error) => failures.push(error),
    (ids) => duplicates.push(...ids),
  );
  const [one, two] = [itemRow("folder:/one", null), itemRow("folder:/two", null)];
  await writer.call("plan", [{ key: one.id, order: 0, path: one.path, size: 0 }]);
  const port = writer.connect(0);
  const parcel: RowParcel = { bytes: 10, rows: [{ what: "items", unit: one.id, rows: [one, two, one] }] };
  port.postMessage(parcel);
  await once(port, "message");
  expect(await writer.call("counts")).toMatchObject({ items: 2 });
  expect(duplicates).toEqual([one.id]);
  expect(failures).toEqual([]);
  await writer.close();
});
