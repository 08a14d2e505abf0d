/** How many published files of each data and system format are read, read in part, or not, with the reason. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { context, gather, sourceOf } from "./gather.ts";

const data = new URL("../../../../shared/data/", import.meta.url);
const folders = ["typed/", "artefacts/iped/", "artefacts/velociraptor/"];
const readers = new Set(["sqlite", "executable", "lnk", "recycle-index", "torrent", "certificate", "pgp"]);
const mostBytes = 4 << 20;

function* below(folder: URL): Generator<URL> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const url = new URL(encodeURIComponent(entry.name) + (entry.isDirectory() ? "/" : ""), folder);
    if (entry.isDirectory()) yield* below(url);
    else if (entry.isFile() && statSync(url).size <= mostBytes) yield url;
  }
}

it.skipIf(!existsSync(data))(
  "reads published files (skipped where ../shared/data is absent)",
  async () => {
    const table: Record<string, Record<string, number>> = {};
    for (const url of folders.flatMap((folder) => [...below(new URL(folder, data))])) {
      const source = sourceOf(readFileSync(url));
      const { id } = await identify(source);
      const reader = extractorFor(id);
      if (!reader || !readers.has(reader.id)) continue;
      const { statuses } = await gather(reader.extract(source, context));
      const row = (table[id] ??= {});
      const outcome = statuses[0] ?? "read";
      row[outcome] = (row[outcome] ?? 0) + 1;
    }
    expect(table).toMatchObject({
      elf: { read: 3, "partial: damaged": 1 },
      "java-class": { read: 2 },
      macho: { read: 4 },
      "macho-fat": { read: 1 },
      pe: { read: 8 },
      "pgp-armor": { "failed: encrypted": 1 },
      "pgp-armor-keys": { read: 1 },
      pkcs7: { read: 1 },
      "recycle-info2": { read: 1 },
      torrent: { read: 2 },
      "x509-der": { read: 1 },
    });
  },
  60_000,
);
