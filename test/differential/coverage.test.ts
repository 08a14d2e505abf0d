/**
 * What becomes of every published file, format by format: read, partly, failed, each with its reason. The table coverage.md is made by
 * VESTIGE_RECORD=1; with VESTIGE_CAMPAIGN=1 it is made again and compared. Archives, mailboxes and documents are opened with the published
 * passwords, as a case would that knows them.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { typeRegistry } from "../../native-free/typing/index.ts";
import { examineBytes } from "../fixtures/examined.ts";

const data = new URL("../../../shared/data/", import.meta.url);
const table = new URL("coverage.md", import.meta.url);
const folders = ["documents", "mail", "archives", "metadata", "ocr", "typed", "encrypted", "artefacts"];
const mostBytes = 8 << 20;
const isAsked = process.env["VESTIGE_RECORD"] === "1" || process.env["VESTIGE_CAMPAIGN"] === "1";

function* filesBelow(folder: URL): Generator<URL> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const url = new URL(encodeURIComponent(entry.name) + (entry.isDirectory() ? "/" : ""), folder);
    if (entry.isDirectory()) yield* filesBelow(url);
    else if (entry.isFile() && statSync(url).size <= mostBytes) yield url;
  }
}

/** By path below the data: each file is tried with its own password, as each wrong one costs a key derivation. */
function publishedPasswords(): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync(new URL("truth/PASSWORDS.tsv", data), "utf8").trim().split("\n").slice(1);
  const found = new Map<string, string[]>();
  for (const [path = "", , password = ""] of lines.map((line) => line.split("\t"))) {
    if (password !== "") found.set(path, [...(found.get(path) ?? []), password]);
  }
  return found;
}

interface Row {
  files: number;
  read: number;
  readonly others: Map<string, number>;
}

async function coverage(): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  const known = publishedPasswords();
  for (const folder of folders) {
    for (const url of filesBelow(new URL(`${folder}/`, data))) {
      const name = decodeURIComponent(url.pathname.split("/").pop() ?? "");
      const passwords = known.get(decodeURIComponent(url.pathname.slice(data.pathname.length))) ?? [];
      const { contents, items } = await examineBytes(name, readFileSync(url), {
        ...{ passwords, carving: false, entities: 0, spoolFile },
      });
      const root = items.find(({ depth }) => depth === 0);
      const type = contents.find(({ row }) => row.sha256 === root?.content)?.row.type ?? "unknown";
      const row = rows.get(type) ?? { files: 0, read: 0, others: new Map<string, number>() };
      rows.set(type, row);
      row.files += 1;
      if (root?.status === "done") row.read += 1;
      else {
        const what = `${root?.status ?? "lost"}: ${root?.reason ?? "?"}`;
        row.others.set(what, (row.others.get(what) ?? 0) + 1);
      }
    }
  }
  return rows;
}

let spooled = 0;
const spoolFile = (): string => `/tmp/vestige-coverage-${process.pid}-${(spooled += 1)}`;

function printed(rows: ReadonlyMap<string, Row>): string {
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { files, read, others }]) => {
      const rest = [...others].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what} ${count}`);
      return `| ${type} | ${typeRegistry.get(type)?.name ?? ""} | ${files} | ${read} | ${rest.join(", ")} |`;
    });
  const sum = [...rows.values()].reduce(
    (all, { files, read }) => ({ files: all.files + files, read: all.read + read }),
    { files: 0, read: 0 },
  );
  return [
    "# What becomes of the published files",
    "",
    `${sum.files} files of ${folders.join(", ")} up to ${mostBytes >> 20} MiB, opened with the published passwords: ${sum.read} read.`,
    "Damaged and encrypted ones are published because they are so.",
    "",
    "| Type | Name | Files | Read | Partly or failed, by reason |",
    "| --- | --- | ---: | ---: | --- |",
    ...lines,
    "",
  ].join("\n");
}

describe.skipIf(!existsSync(data) || !isAsked)(
  "coverage of the published files (VESTIGE_RECORD=1 or VESTIGE_CAMPAIGN=1; needs ../shared/data)",
  () => {
    it("is what the table says, and no item is lost to a mistake of ours", async () => {
      const rows = await coverage();
      const text = printed(rows);
      if (process.env["VESTIGE_RECORD"] === "1") writeFileSync(table, text);
      expect(text).toBe(readFileSync(table, "utf8"));
      expect(
        [...rows.values()].flatMap(({ others }) => [...others.keys()]).filter((what) => what.includes("fault")),
      ).toEqual([]);
    }, 1_800_000);
  },
);
