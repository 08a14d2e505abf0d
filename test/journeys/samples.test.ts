/** The main job on the samples gives what their manifest says, file by file; and words are found from the command line. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Expectation } from "../../samples/make/sample.ts";
import { WorkFileReader } from "../../src/case/work-file-reader.ts";
import type { FullItem } from "../../src/case/work-file-rows.ts";

interface ExpectedFile extends Expectation {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(root, "samples", "expected.json"), "utf8")) as {
  files: ExpectedFile[];
};
const scratch = mkdtempSync(path.join(tmpdir(), "vestige-journey-"));
const caseFolder = path.join(scratch, "case");

function vestige(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(root, "bin", "vestige.mjs"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { ...process.env, VESTIGE_HOME: path.join(scratch, "home") },
  });
}

let items: readonly FullItem[] = [];
const texts = new Map<string, string>();

beforeAll(() => {
  const made = vestige("run", path.join(root, "samples", "folder"), "--case", caseFolder, "--demonstration", "--quiet");
  // Some samples are damaged: finished with loss.
  expect(made, made.stderr).toMatchObject({ status: 1 });
  const reader = WorkFileReader.open(path.join(caseFolder, "work", "M01", "items.db"));
  items = [...reader.items()].map((item) => reader.full(item));
  for (const content of reader.contents())
    texts.set(content, [...reader.text(content)].map(({ text }) => text).join("\n"));
  reader.close();
}, 120_000);
afterAll(() => execFileSync("rm", ["-rf", scratch]));

/** Names from the root of the exhibit to the item. */
function placeOf(item: FullItem): string {
  const parent = items.find(({ id }) => id === item.parent);
  return parent && parent.kind === "directory" ? `${placeOf(parent)}/${item.name.text}` : item.name.text;
}

function check(item: FullItem | undefined, expected: Expectation): void {
  const { charset, language, type } = item?.content ?? {};
  const { status, reason, extensionMismatch } = item ?? {};
  expect({ type, status, reason, extensionMismatch }).toEqual({
    type: expected.type,
    status: expected.status,
    reason: expected.reason ?? null,
    extensionMismatch: expected.extensionMismatch ?? false,
  });
  if (expected.charset) expect(charset).toBe(expected.charset);
  if (expected.language) expect(language).toBe(expected.language);
  const text = (texts.get(item?.sha256 ?? "") ?? "").toLowerCase();
  for (const word of expected.words ?? []) expect(text).toContain(word.toLowerCase());
  for (const [name, value] of Object.entries(expected.fields ?? {})) {
    expect((item?.fields ?? []).filter((field) => field.name === name).map((field) => field.value)).toContain(value);
  }
  const children = items.filter(({ parent }) => parent === item?.id);
  for (const [name, child] of Object.entries(expected.children ?? {})) {
    check(
      children.find((candidate) => candidate.name.text === name),
      child,
    );
  }
}

describe("every sample", () => {
  it.each(manifest.files.map((file) => [file.path, file] as const))(
    "%j is what the manifest says",
    (file, expected) => {
      const item = items.find(
        (candidate) => candidate.depth === 0 && candidate.kind === "file" && placeOf(candidate) === file,
      );
      expect(item).toMatchObject({ sha256: expected.sha256, size: expected.size });
      check(item, expected);
    },
  );

  it("and nothing but the samples is there", () => {
    expect(items.filter(({ depth, kind }) => depth === 0 && kind === "file")).toHaveLength(manifest.files.length);
  });
});

describe("a search finds", () => {
  const questions: readonly (readonly [query: string, files: readonly string[]])[] = [
    ["Zephyrquartz", ["Side letter.docx"]],
    ["zarandillon", ["Pedido señalado.txt"]],
    ["ΤΡΙΓΩΝΟΦΟΡΤΙ", ["Τιμολόγιο.txt"]],
    ["brzdekolina", ["Zgłoszenie celne.txt"]],
    ["wobbleframe", ["readme.txt", "twin of readme.txt"]],
    ['"half of the price"', ["Side letter.docx"]],
    ["Nobblestoke type:pdf", ["holiday.jpg"]],
    ["CSQU3054383", ["Transit agreement.docx", "declarations-2026.csv", "boxes.csv"]],
    ["Nobblestoke type:jpeg", []],
  ];

  it.each(questions)("%s", (query, files) => {
    const found = vestige("search", caseFolder, query, "--json");
    expect(found, found.stderr).toMatchObject({ status: 0 });
    const lines = found.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; path?: string });
    const paths = lines.filter(({ event }) => event === "hit").map((hit) => hit.path ?? "");
    for (const file of files)
      expect(
        paths.some((hit) => hit.endsWith(`/${file}`)),
        `${file} in ${paths.join(", ")}`,
      ).toBe(true);
    expect(new Set(paths).size).toBe(files.length);
  });
});
