/**
 * The main job on the samples, as an officer meets it: run, look at what was found against the samples' manifest of expected
 * results, search, verify, have a byte of the journal changed, run again.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nameFromBytes, parsePath, pathName } from "../../native-free/model/forensic-path.ts";
import { WorkFileReader } from "../../src/case/work-file-reader.ts";
import type { StoredItem } from "../../src/case/work-file-rows.ts";
import { folderPath } from "../../native-free/model/forensic-path.ts";
import { caseFlags, jsonLines, vestige, type CommandResult } from "../fixtures/command.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";

interface Expected {
  readonly path: string;
  readonly sha256: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly words?: readonly string[];
  readonly fields?: Readonly<Record<string, string>>;
  readonly extensionMismatch?: boolean;
  readonly children?: Readonly<Record<string, Omit<Expected, "path" | "sha256">>>;
}

const samples = fileURLToPath(new URL("../../samples/folder", import.meta.url));
const expectedFile = new URL("../../samples/expected.json", import.meta.url);
const expected = (JSON.parse(readFileSync(expectedFile, "utf8")) as { files: Expected[] }).files;
const base = freshFolder("journey");
const home = `${base}/home`;
const folder = `${base}/case`;
let first: CommandResult;

beforeAll(async () => {
  first = await vestige(["run", samples, "--case", folder, "--json", ...caseFlags], { home });
  // The passphrase, made slow on purpose, is asked for once.
  await vestige(["login", folder], { home });
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

const search = (query: string, ...more: string[]) => vestige(["search", folder, query, ...more], { home });

/** Every item by path, with its fields. */
function readItems(): Map<string, StoredItem & { fields: Map<string, string> }> {
  const reader = WorkFileReader.open(`${folder}/work/M01/items.db`);
  try {
    const items = new Map<string, StoredItem & { fields: Map<string, string> }>();
    for (const item of reader.items()) {
      items.set(item.path, { ...item, fields: new Map(reader.fields(item).map(({ name, value }) => [name, value])) });
    }
    return items;
  } finally {
    reader.close();
  }
}

/** The expected items, children included, by forensic path. */
function flatten(path: string, file: Omit<Expected, "path" | "sha256">): [string, Omit<Expected, "path" | "sha256">][] {
  const children = Object.entries(file.children ?? {}).flatMap(([name, child]) => {
    const names = name.split("/").map((part) => pathName(nameFromBytes(Buffer.from(part))));
    return flatten(`${path}!/${names.join("/")}`, child);
  });
  return [[path, file], ...children];
}

describe("the main job on the samples", () => {
  it("finishes with the loss that the samples hold, and says so", () => {
    expect(first.exit, first.stderr).toBe(1);
    const lines = jsonLines(first);
    expect(lines.at(-1)).toMatchObject({ event: "summary", exit: 1 });
    const processed = lines.find((line) => line.event === "processed");
    const statuses = processed?.statuses as Record<string, number>;
    expect(Object.values(statuses).reduce((a, b) => a + b, 0)).toBe(processed?.items);
    expect((processed as { probes: unknown[] }).probes.length).toBeGreaterThan(6);
  });

  it("finds in every sample what its manifest expects", () => {
    const items = readItems();
    const wanted = expected.flatMap((file) => flatten(folderPath(Buffer.from(file.path)), file));
    expect(wanted.length).toBeGreaterThan(50);
    for (const [path, file] of wanted) {
      const item = items.get(path);
      expect(item, path).toBeDefined();
      expect({ type: item?.content?.type, status: item?.status, reason: item?.reason ?? undefined }, path).toEqual({
        type: file.type,
        status: file.status,
        reason: file.reason,
      });
      if (file.extensionMismatch !== undefined) expect(item?.extensionMismatch, path).toBe(file.extensionMismatch);
      for (const [name, value] of Object.entries(file.fields ?? {}))
        expect(item?.fields.get(name), `${path} ${name}`).toBe(value);
      expect(parsePath(`M01/${path}`), path).not.toBeNull();
    }
  });

  it("finds every planted word, by search, in its file", async () => {
    const wanted = expected.flatMap((file) => flatten(folderPath(Buffer.from(file.path)), file));
    const words = wanted.flatMap(([path, { words: planted }]) => (planted ?? []).map((word) => [path, word] as const));
    // One process a word would take minutes: words are asked for together, by OR, and looked up in the answer.
    const query = words.map(([, word]) => `"${word}"`).join(" OR ");
    const hits = jsonLines(await search(query, "--json", "--limit", "1000")).filter((line) => line.event === "hit");
    const found = new Set(hits.map((hit) => String(hit.path)));
    for (const [path, word] of words) expect([...found], word).toContain(`M01/${path}`);
  });

  it("finds a word in a DOCX in a ZIP in a ZIP in a ZIP, with its path", async () => {
    const [path] = expected
      .flatMap((file) => flatten(folderPath(Buffer.from(file.path)), file))
      .filter(([at, { type }]) => type === "docx" && at.split("!").length > 2)
      .map(([at, { words: planted }]) => [at, planted?.[0]] as const);
    expect(path).toBeDefined();
    const result = await search(path[1] ?? "");
    expect(result.exit).toBe(0);
    expect(result.stdout).toContain(`M01/${path[0]}`);
  });

  it("finds identifiers by kind and value, with the words around, and refuses what is no kind", async () => {
    const found = await search("entity:container:csqu305*", "--json");
    const hits = found.stdout
      .split("\n")
      .filter((line) => line.includes('"vestige.hit/1"'))
      .map((line) => JSON.parse(line) as { field: string; rule: string; snippet: { match: string } });
    expect(hits.length).toBeGreaterThan(0);
    for (const { field, snippet } of hits) {
      expect(field).toBe("entity");
      expect(snippet.match.replaceAll(/[^A-Z0-9]/g, "")).toBe("CSQU3054383");
    }
    expect((await search("entity:")).exit).toBe(2);
  });

  it("keeps hostile names from terminal, CSV and JSON", async () => {
    const text = await search("oddnamefquix OR oddnamedquix");
    expect(text.stdout).toContain("gnp.");
    // eslint-disable-next-line no-control-regex
    expect(text.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    const csv = await search("oddnamedquix", "--csv");
    for (const line of csv.stdout.split("\n")) expect(line).not.toMatch(/(^|,)"?[=+\-@\t]/);
  });

  it("verifies, and names the entry when one byte of the journal changes", async () => {
    expect((await vestige(["verify", folder], { home })).exit).toBe(0);
    const copy = `${base}/tampered`;
    cpSync(folder, copy, { recursive: true });
    const journal = readFileSync(`${copy}/custody/journal.jsonl`);
    const entries = journal.toString("utf8").split("\n");
    const at = entries.slice(0, 4).join("\n").length - 40;
    journal[at] ^= 1;
    writeFileSync(`${copy}/custody/journal.jsonl`, journal);
    const verdict = await vestige(["verify", copy], { home });
    expect(verdict.exit).toBe(1);
    expect(verdict.stdout + verdict.stderr).toMatch(/entry 3\b|seq 3\b|\b3\b/);
  });

  it("has nothing left to do when run again, and says the same", async () => {
    const again = await vestige(["run", samples, "--case", folder, "--json"], { home });
    expect(again.exit, again.stderr).toBe(1);
    const digests = [first, again].map((run) => jsonLines(run).find((line) => line.event === "processed")?.digest);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
  });
});
