import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { leafHash, LineTree, MerkleFrontier } from "../../../native-free/hash/merkle.ts";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { domains, signDocument } from "../../../src/custody/document.ts";
import { createJournal } from "../../../src/custody/journal.ts";
import { leavesFile, writeManifest } from "../../../src/custody/manifest.ts";
import { verifyCase, verifyLooseFile } from "../../../src/custody/verify-case.ts";
import { comparePaths, verifySource, type SourceDifference } from "../../../src/custody/verify-source.ts";
import { ana, ben, fixedOptions, pub, readLines, temporaryFolder, writeCaseFile, writeLines } from "./fixture.ts";

const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");

/** A case with one folder exhibit, its form, and one report with its printed form. */
function makeCase(lines: readonly string[] = ['{"a":1}', '{"b":2}', '{"c":3}', '{"d":4}', '{"e":5}']) {
  const dir = temporaryFolder();
  writeCaseFile(dir);
  const details = { caseFile: sha256(readFileSync(join(dir, "case.json"))) };
  const genesis = { caseId: "case-1", caseNumber: "2026-0042", officers: [pub(ana)], details };
  const journal = createJournal(dir, genesis, ana, fixedOptions());
  const exhibit = join(dir, "exhibits", "M01");
  mkdirSync(exhibit, { recursive: true });
  mkdirSync(join(dir, "reports"));
  writeFileSync(join(exhibit, "exhibit.json"), "{}\n");
  writeFileSync(join(dir, "operation.json"), "{}");
  journal.append("intake", { sha256: sha256("{}\n") }, ana, { exhibit: "M01" });
  journal.append("operation", { sha256: sha256("{}") }, ana);
  const tree = new LineTree();
  for (const line of lines) tree.add(Buffer.from(line));
  writeFileSync(join(exhibit, "files.jsonl"), lines.map((line) => `${line}\n`).join(""));
  const act = journal.begin("acquire", {}, ana, { exhibit: "M01" });
  const manifest = writeManifest(exhibit, { files: { file: "files.jsonl", ...tree.finish() }, source: "/src" }, ana);
  act.done({ manifestHash: manifest["hash"] as string });
  const report = signDocument(domains.report, { kind: "custody" }, ana);
  const html = `<p>${String(report["contentHash"])}</p>`;
  writeFileSync(join(dir, "reports", "r.json"), `${canonicalJson(report)}\n`);
  writeFileSync(join(dir, "reports", "r.html"), html);
  journal.append("report", { contentHash: report["contentHash"] as string, htmlSha256: sha256(html) }, ana);
  journal.checkpoint(ana);
  return { dir, exhibit, journal };
}

/** The parts that changed, as `part name: problem`, with the line where one is named. */
function changed(dir: string): string[] {
  const { parts } = verifyCase(dir);
  return parts
    .filter((part) => !part.ok)
    .map(({ part, name, problem, line }) => `${part} ${name}: ${problem}${line === null ? "" : ` @${line}`}`);
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

describe("verifying a case", () => {
  it("finds every part unchanged, and where the journal records it", () => {
    const { dir } = makeCase();
    const { ok, parts } = verifyCase(dir);
    expect(ok).toBe(true);
    expect(parts.map(({ part, name }) => `${part} ${name}`.trim())).toEqual([
      "journal",
      "checkpoints",
      "case",
      "operation",
      "intake M01",
      "exhibit M01",
      "report r.json",
    ]);
    expect(parts.find((part) => part.part === "exhibit")).toMatchObject({ count: 5, recordedAt: 4 });
    expect(parts.find((part) => part.part === "report")).toMatchObject({ recordedAt: 5 });
  });

  it("finds every changed byte of the manifest, of its lines, of the report and of the forms", () => {
    const { dir, exhibit } = makeCase();
    const files: [string, RegExp][] = [
      [join(exhibit, "acquisition.json"), /^exhibit M01: /],
      [join(exhibit, "files.jsonl"), /^exhibit M01: line-changed|^exhibit M01: line-count/],
      [join(exhibit, "exhibit.json"), /^intake M01: form-changed/],
      [join(dir, "operation.json"), /^operation : form-changed/],
      [join(dir, "reports", "r.json"), /^report r.json: /],
      [join(dir, "reports", "r.html"), /^report r.json: html-differs/],
      [join(dir, "case.json"), /^case : /],
    ];
    for (const [file, expected] of files) {
      const size = readFileSync(file).length;
      for (let at = 0; at < size; at += size > 100 ? 13 : 1) {
        // A final line feed is not part of a signed document.
        if (at === size - 1 && file.endsWith("acquisition.json")) continue;
        flip(file, at);
        const found = changed(dir);
        expect(found.length, `${file} byte ${at}`).toBe(1);
        expect(found[0]).toMatch(expected);
        flip(file, at);
      }
    }
    expect(changed(dir)).toEqual([]);
  });

  it("names the first line of the manifest that differs", () => {
    const { exhibit, dir } = makeCase();
    const file = join(exhibit, "files.jsonl");
    const text = readFileSync(file, "utf8");
    const lines = text.trimEnd().split("\n");
    const write = (list: readonly string[]) => writeFileSync(file, list.map((line) => `${line}\n`).join(""));
    write(lines.with(3, '{"d":5}'));
    expect(changed(dir)).toEqual(["exhibit M01: line-changed @4"]);
    write(lines.toSpliced(1, 1));
    expect(changed(dir)).toEqual(["exhibit M01: line-changed @2"]);
    write(lines.slice(0, 3));
    expect(changed(dir)).toEqual(["exhibit M01: line-count @4"]);
    write([...lines, '{"f":6}']);
    expect(changed(dir)).toEqual(["exhibit M01: line-count @6"]);
    writeFileSync(file, text.trimEnd());
    expect(changed(dir)).toEqual(["exhibit M01: lines-changed"]);
    write(lines.with(2, lines[3] as string).with(3, lines[2] as string));
    expect(changed(dir)).toEqual(["exhibit M01: line-changed @3"]);
    rmSync(file);
    expect(changed(dir)).toEqual(["exhibit M01: missing"]);
  });

  it("believes the leaves only where they give the signed root", () => {
    const { exhibit, dir } = makeCase();
    const file = join(exhibit, "files.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace('{"d":4}', '{"d":5}'));
    const leaves = leavesFile(file);
    const honest = readFileSync(leaves);
    writeFileSync(leaves, Buffer.concat([leafHash(Buffer.from("x")), honest.subarray(32)]));
    expect(changed(dir)).toEqual(["exhibit M01: lines-changed"]);
    truncateSync(leaves, 40);
    expect(changed(dir)).toEqual(["exhibit M01: lines-changed"]);
    rmSync(leaves);
    expect(changed(dir)).toEqual(["exhibit M01: lines-changed"]);
    expect(new MerkleFrontier().count).toBe(0);
  });

  it("finds documents that a known key signed behind the journal's back, and foreign ones", () => {
    const { exhibit, dir } = makeCase();
    const manifest = JSON.parse(readFileSync(join(exhibit, "acquisition.json"), "utf8")) as {
      manifest: { files: object };
    };
    writeManifest(exhibit, { ...manifest.manifest, source: "/other" } as never, ana);
    expect(changed(dir)).toEqual(["exhibit M01: not-recorded"]);
    writeManifest(exhibit, manifest.manifest as never, ben);
    expect(changed(dir)).toEqual(["exhibit M01: unknown-key"]);
    rmSync(join(exhibit, "acquisition.json"));
    expect(changed(dir)).toEqual(["exhibit M01: missing"]);
    rmSync(join(exhibit, "exhibit.json"));
    expect(changed(dir)).toEqual(["intake M01: missing", "exhibit M01: missing"]);
  });

  it("finds other keys or another id in case.json", () => {
    const { dir } = makeCase();
    writeCaseFile(dir, [ana, ben]);
    expect(changed(dir)).toEqual(["case : foreign-keys"]);
    writeFileSync(join(dir, "case.json"), JSON.stringify({ id: "case-2", officers: [] }));
    expect(changed(dir)).toEqual(["case : foreign-id"]);
    writeFileSync(join(dir, "case.json"), "null");
    expect(changed(dir)).toEqual(["case : malformed"]);
    rmSync(join(dir, "case.json"));
    expect(changed(dir)).toEqual(["case : missing"]);
  });

  it("names the journal's entry, and still judges the rest by what stands before it", () => {
    const { dir } = makeCase();
    const lines = readLines(dir);
    writeLines(dir, lines.with(5, (lines[5] as string).replace('"pid":1', '"pid":2')));
    const { journal, parts } = verifyCase(dir);
    expect(journal.firstBad).toMatchObject({ seq: 5, line: 6, problem: "hash-mismatch" });
    expect(parts.filter((part) => !part.ok).map(({ part, problem }) => `${part}: ${problem}`)).toEqual([
      "journal: hash-mismatch",
      "checkpoints: undecided",
      "report: undecided",
    ]);
  });
});

describe("verifying one file", () => {
  it("takes manifests, reports and checkpoints, and nothing else", () => {
    const { dir, exhibit } = makeCase();
    const keys = [pub(ana)];
    const check = (file: string, known = keys) => verifyLooseFile(file, "case-1", known)?.problem;
    const checkpoint = join(dir, "custody", "checkpoints", "0000000005.json");
    for (const file of [join(exhibit, "acquisition.json"), join(dir, "reports", "r.json"), checkpoint]) {
      expect(check(file)).toBeNull();
      expect(check(file, [pub(ben)])).toBe("unknown-key");
    }
    expect(verifyLooseFile(join(exhibit, "files.jsonl"), "case-1", keys)).toBeNull();
    expect(verifyLooseFile(join(dir, "absent"), "case-1", keys)).toBeNull();
    expect(verifyLooseFile(join(dir, "case.json"), "case-1", keys)).toBeNull();
  });
});

describe("verifying a source", () => {
  const entry = (path: string, content: string | null, more: object = {}) => ({
    path: { text: path, bytes: null },
    kind: content === null ? "directory" : "file",
    size: content === null ? null : Buffer.byteLength(content),
    sha256: content === null ? null : sha256(content),
    mode: "100644",
    target: null,
    ...more,
  });

  function makeSource() {
    const source = temporaryFolder();
    mkdirSync(join(source, "a"));
    writeFileSync(join(source, "a", "x"), "one");
    writeFileSync(join(source, "a.txt"), "two");
    writeFileSync(join(source, "b"), "three");
    symlinkSync("b", join(source, "c"));
    const exhibit = temporaryFolder();
    const entries = [
      entry("a", null),
      entry("a/x", "one"),
      entry("a.txt", "two"),
      entry("b", "three"),
      entry("c", null, { kind: "symlink", target: { text: "b", bytes: null } }),
    ];
    writeFileSync(join(exhibit, "files.jsonl"), entries.map((line) => `${canonicalJson(line)}\n`).join(""));
    const compare = () => {
      const found: string[] = [];
      const onDifference = ({ what, path, detail }: SourceDifference) =>
        found.push(`${what} ${path} ${detail ?? ""}`.trim());
      return { verdict: verifySource(source, exhibit, "files.jsonl", { onDifference }), found };
    };
    return { source, compare };
  }

  it("finds it unchanged", () => {
    const { compare } = makeSource();
    const { verdict, found } = compare();
    expect(found).toEqual([]);
    expect(verdict).toMatchObject({ ok: true, files: 3, bytes: 11, changed: 0, missing: 0, added: 0 });
  });

  it("names what changed, is missing, is new", () => {
    const { source, compare } = makeSource();
    writeFileSync(join(source, "a", "x"), "onE");
    writeFileSync(join(source, "b"), "three!");
    rmSync(join(source, "a.txt"));
    rmSync(join(source, "c"));
    symlinkSync("elsewhere", join(source, "c"));
    writeFileSync(join(source, "a", "new"), "");
    copyFileSync(join(source, "b"), join(source, "z"));
    const { verdict, found } = compare();
    expect(found).toEqual([
      "new a/new",
      "changed a/x sha256",
      "missing a.txt",
      "changed b size",
      "changed c target",
      "new z",
    ]);
    expect(verdict).toMatchObject({ ok: false, changed: 3, missing: 1, added: 2 });
    rmSync(join(source, "a"), { recursive: true });
    writeFileSync(join(source, "a"), "");
    expect(compare().found.slice(0, 2)).toEqual(["changed a kind", "missing a/x"]);
  });

  it("orders paths name by name", () => {
    const sorted = ["a", "a/b", "a/b/c", "a/b.c", "a b", "a.txt", "b"].map((path) => Buffer.from(path));
    const byName = ["a", "a/b", "a/b/c", "a/b.c", "a b", "a.txt", "b"];
    expect([...sorted].reverse().sort(comparePaths).map(String)).toEqual(byName);
  });
});
