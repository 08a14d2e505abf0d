import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { proveCommand } from "../../../src/cli/commands/prove.ts";
import { checkProof, checkProvedBytes } from "../../../src/custody/prove-check.ts";
import { proofSha256, proofText, readProof, type Proof } from "../../../src/custody/prove-document.ts";
import { proveFile, proveRange, recordProof } from "../../../src/custody/prove.ts";
import { login } from "../../../src/custody/session.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import { runCommand } from "../../fixtures/run-command.ts";
import { addExhibit, newCase, signIn, type SampleCase } from "../report/sample-case.ts";
import { addImage, mediumBytes, sampleBlockBytes } from "../report/sample-image.ts";

const script = fileURLToPath(new URL("independent/prove.py", import.meta.url));
const hasTools = ["python3", "openssl"].every((tool) => !spawnSync(tool, ["--help"]).error);

/** 18 blocks, the last one short. */
const medium = mediumBytes(17 * sampleBlockBytes + 368);
const block = (first: number, count: number) =>
  medium.subarray(first * sampleBlockBytes, (first + count) * sampleBlockBytes);
const files = ["a.txt", "Łódź/naïve \u202e.txt", "c.txt", "d.txt", "e.txt"].map((path) => ({
  path,
  content: `words of ${path}`,
}));

let sample: SampleCase;
let folder: string;
const image = () => ({ theCase: sample.theCase, label: "M01", journal: sample.journal });
const list = () => ({ ...image(), label: "M02" });
const range = (from: number, length: number, withData = false) =>
  proveRange(image(), {
    from,
    length,
    read: withData ? (target, at) => target.set(medium.subarray(at, at + target.length)) : null,
  });
const put = (name: string, content: Uint8Array | string) => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};
/** The proof after its text was changed as JSON. */
const changed = <P extends Proof>(proof: P, change: (copy: Record<string, unknown> & P) => void): P => {
  const copy = structuredClone(proof) as Record<string, unknown> & P;
  change(copy);
  return copy;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vestige-prove-"));
  sample = newCase();
  addImage(sample, "M01", medium);
  addExhibit(sample, "M02", files, signIn(sample));
});
afterAll(() => {
  sample.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe("a proof of bytes", () => {
  it.each([
    [0, 1],
    [4095, 2],
    [5000, 30_000],
    [medium.length - 1, 1],
    [0, medium.length],
  ])("holds for %i:%i, and is read back as it was written", (from, length) => {
    const proof = range(from, length);
    const read = readProof(put("proof.json", proofText(proof)));
    expect(read).toEqual(proof);
    expect(checkProof(read)).toMatchObject({ problem: null, exhibit: "M01", keyId: sample.officer.keyId });
  });

  it("compares the whole blocks, the whole medium, and with data the very range", () => {
    const [bare, full] = [range(5000, 6000), range(5000, 6000, true)];
    const compare = (proof: Proof, bytes: Uint8Array) => checkProvedBytes(proof, checkProof(proof), put("data", bytes));
    const blocks = block(1, 2);
    for (const proof of [bare, full]) {
      expect(compare(proof, blocks)).toEqual({ given: "blocks", ok: true, block: null });
      expect(compare(proof, medium)).toEqual({ given: "medium", ok: true, block: null });
      const flipped = Buffer.from(blocks);
      flipped[sampleBlockBytes + 7] ^= 1;
      expect(compare(proof, flipped)).toEqual({ given: "blocks", ok: false, block: 2 });
      // What lies outside the proved blocks is nobody's claim here.
      expect(compare(proof, Buffer.from(medium).fill(0, 0, sampleBlockBytes))).toMatchObject({ ok: true });
    }
    const exact = medium.subarray(5000, 11_000);
    expect(compare(full, exact)).toEqual({ given: "range", ok: true, block: null });
    expect(compare(full, Buffer.from(exact).fill(0, 10, 11))).toMatchObject({ given: "range", ok: false });
    expect(() => compare(bare, exact)).toThrow(/bytes 4096 to 12287 of the medium \(8192 bytes\)/);
    expect(() => compare(full, medium.subarray(1))).toThrow(/exactly the range/);
  });

  it("does not hold where anything in it was changed", () => {
    const proof = range(5000, 6000, true);
    const other = "ab".repeat(32);
    const problems = [
      changed(proof, (copy) => (copy.path[0] = other)),
      changed(proof, (copy) => copy.path.pop()),
      changed(proof, (copy) => Object.assign(copy, { data: null, leaves: [other, copy.leaves[1]] })),
      changed(proof, (copy) => (copy.from = 9000)),
      changed(proof, (copy) => (copy.first = 2)),
      changed(proof, (copy) => Object.assign(copy, { first: 2, from: copy.from + sampleBlockBytes })),
      changed(proof, (copy) => (copy.data = [String(copy.data?.[1]), String(copy.data?.[0])])),
      changed(proof, (copy) => (copy.length = medium.length)),
      changed(proof, (copy) => Object.assign(copy.document["manifest"] as object, { bytes: medium.length + 1 })),
      changed(
        proof,
        (copy) => (copy.document["sig"] = String(copy.document["sig"]).replace(/^./, (a) => (a === "A" ? "B" : "A"))),
      ),
      changed(proof, (copy) => (copy.keys = [])),
      changed(proof, (copy) => (copy.case.id = "another")),
    ].map((each) => checkProof(each).problem);
    expect(problems).toEqual([
      ...["path-differs", "path-differs", "path-differs", "range-differs", "range-differs"],
      ...["path-differs", "data-differs", "range-differs"],
      ...["hash-mismatch", "bad-signature", "unknown-key", "foreign-case"],
    ]);
  });

  it("does not hold with the manifest of another exhibit", () => {
    const document = JSON.parse(readFileSync(sample.theCase.paths.acquisition("M02"), "utf8")) as Proof["document"];
    expect(checkProof(changed(range(0, 1), (copy) => (copy.document = document))).problem).toBe("wrong-kind");
    const other = newCase();
    try {
      addImage(other, "M01", mediumBytes(18 * sampleBlockBytes).fill(7, 0, 9));
      const foreign = JSON.parse(readFileSync(other.theCase.paths.acquisition("M01"), "utf8")) as Proof["document"];
      expect(checkProof(changed(range(0, 1), (copy) => (copy.document = foreign))).problem).toBe("unknown-key");
    } finally {
      other.remove();
    }
  });

  it("is refused outside the medium, over too many blocks, and where the image is not what was signed", () => {
    expect(() => range(medium.length, 1)).toThrow(/inside the medium/);
    expect(() => range(0, 0)).toThrow(/at least one byte/);
    const read = (target: Uint8Array) => void target.fill(1);
    expect(() => proveRange(image(), { from: 0, length: 1, read })).toThrow(
      /block 0 of the image is not the signed one/,
    );
    expect(() => proveRange(list(), { from: 0, length: 1, read: null })).toThrow(/found a folder/);
    const large = newCase();
    try {
      addImage(large, "M01", Buffer.alloc(33 * sampleBlockBytes));
      const wanted = { from: 0, length: 33 * sampleBlockBytes };
      const options = { theCase: large.theCase, label: "M01", journal: large.journal };
      expect(proveRange(options, { ...wanted, read: null }).leaves.length).toBe(33);
      expect(() => proveRange(options, { ...wanted, read: () => undefined })).toThrow(/at most 32 blocks/);
      const leaves = join(large.theCase.paths.exhibit("M01"), "blocks.leaves");
      writeFileSync(leaves, readFileSync(leaves).fill(0, 0, 1));
      expect(() => proveRange(options, { ...wanted, read: null })).toThrow(
        /list of block hashes is not the signed one/,
      );
    } finally {
      large.remove();
    }
  });
});

describe("a proof of a file", () => {
  it("holds for every line, under a session's signature, and compares the file", () => {
    for (const { path, content } of files) {
      const proof = proveFile(list(), { path, line: null });
      const verdict = checkProof(proof);
      expect(verdict).toMatchObject({ problem: null, exhibit: "M02", keyId: sample.officer.keyId });
      expect(checkProvedBytes(proof, verdict, put("file", content)).ok).toBe(true);
      expect(checkProvedBytes(proof, verdict, put("file", `${content}.`)).ok).toBe(false);
    }
  });

  it("does not hold where the line or its place was changed", () => {
    const proof = proveFile(list(), { path: "c.txt", line: null });
    const problems = [
      changed(proof, (copy) => (copy.line = copy.line.replace("c.txt", "C.txt"))),
      changed(proof, (copy) => (copy.line = "no line")),
      changed(proof, (copy) => (copy.first = 3)),
      changed(proof, (copy) => copy.path.reverse()),
      changed(proof, (copy) => (copy.case.id = "another")),
    ].map((each) => checkProof(each).problem);
    expect(problems).toEqual(["path-differs", "malformed", "path-differs", "path-differs", "foreign-delegation"]);
  });

  it("is refused for absent and ambiguous paths, and for a list that was changed", () => {
    expect(() => proveFile(list(), { path: "z.txt", line: null })).toThrow(/no such entry/);
    expect(() => proveFile(image(), { path: "c.txt", line: null })).toThrow(/found an image/);
    expect(() => proveFile({ ...list(), label: "M09" }, { path: "c.txt", line: null })).toThrow(/M09/);
    const other = newCase();
    try {
      addExhibit(other, "M01", [...files, ...files]);
      const options = { theCase: other.theCase, label: "M01", journal: other.journal };
      expect(() => proveFile(options, { path: "c.txt", line: null })).toThrow(/found 2 \(lines 3, 8\)/);
      expect(proveFile(options, { path: "c.txt", line: 8 }).first).toBe(7);
      const lines = other.theCase.paths.manifest("M01");
      writeFileSync(lines, readFileSync(lines, "utf8").replace("d.txt", "D.txt"));
      expect(() => proveFile(options, { path: "c.txt", line: 8 })).toThrow(/found that it changed/);
    } finally {
      other.remove();
    }
  });
});

describe("the record of a proof", () => {
  it("names what was proved and the proof's hash, and overwrites nothing", () => {
    const proof = proveFile(list(), { path: "a.txt", line: null });
    const made = recordProof(list(), sample.officer, proof, null);
    expect(made.sha256).toBe(proofSha256(readProof(made.file)));
    const [intent, done] = [...sample.journal.entries()].slice(-2).map(({ body }) => body);
    expect(intent).toMatchObject({ act: "prove", phase: "intent", exhibit: "M02" });
    expect(intent.details).toMatchObject({ what: "file", line: 1, path: { text: "a.txt", bytes: null } });
    expect(intent.details["manifest"]).toEqual({ hash: proof.document["hash"] });
    expect(done.details).toMatchObject({ proofSha256: made.sha256 });
    expect(() => recordProof(list(), sample.officer, proof, made.file)).toThrow(/Expected no file/);
    expect(verifyCase(sample.folder).ok).toBe(true);
  });

  it("says that it failed where the proof cannot be written", () => {
    const blocked = join(put("occupied", ""), "proof.json");
    expect(() => recordProof(list(), sample.officer, range(0, 1), blocked)).toThrow();
    expect([...sample.journal.entries()].at(-1)?.body).toMatchObject({ act: "prove", phase: "failed" });
  });

  it("is not taken for a proof where it is none", () => {
    const proof = proveFile(list(), { path: "a.txt", line: null });
    const refused = (content: string) => expect(() => readProof(put("bad.json", content))).toThrow(/Expected a proof/);
    refused("{}");
    refused("no json");
    refused(canonicalJson({ ...proof, more: 1 }));
    refused(canonicalJson({ ...proof, path: ["x"] }));
    refused(proofText(proof).replace("{", '{"kind":"file",'));
    expect(() => readProof(join(folder, "absent.json"))).toThrow(/ENOENT/);
  });
});

describe("the independent check", () => {
  beforeEach(({ skip }) => skip(!hasTools, "needs python3 and openssl"));
  const outside = (proof: Proof, data?: Uint8Array | string) => {
    const more = data === undefined ? [] : [put("outside.data", data)];
    const given = [script, put("outside.json", proofText(proof)), ...more];
    return spawnSync("python3", given, { encoding: "utf8" }).stdout.trim();
  };

  it("is at most 60 lines, prose included", () => {
    const lines = readFileSync(script, "utf8").split("\n");
    expect(lines.filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(60);
  });

  it("agrees on proofs that hold", () => {
    expect(outside(range(5000, 30_000), block(1, 8))).toBe("ok M01");
    expect(outside(range(medium.length - 1, 1, true))).toBe("ok M01");
    for (const { path, content } of files) {
      expect(outside(proveFile(list(), { path, line: null }), content)).toBe("ok M02");
    }
  });

  it("agrees on proofs that do not", () => {
    const proof = range(5000, 6000, true);
    const line = proveFile(list(), { path: "c.txt", line: null });
    expect(outside(changed(proof, (copy) => copy.path.reverse()))).toBe("bad path");
    expect(outside(changed(proof, (copy) => (copy.data = [String(copy.data?.[0]), String(copy.data?.[0])])))).toBe(
      "bad data",
    );
    expect(outside(proof, block(2, 2))).toBe("bad data");
    expect(outside(line, "other words")).toBe("bad data");
    expect(outside(changed(line, (copy) => (copy.line = copy.line.replace("c.txt", "C.txt"))))).toBe("bad path");
    const edited = changed(proof, (copy) => Object.assign(copy.document["manifest"] as object, { source: "/dev/sdc" }));
    expect(outside(edited)).toBe("bad signature");
  });
});

describe("vestige prove", () => {
  beforeAll(() => {
    vi.stubEnv("XDG_RUNTIME_DIR", folder);
    login(sample.journal, sample.officer, 1);
  });
  afterAll(() => void vi.unstubAllEnvs());
  const prove = (args: readonly string[], flags: FlagValues) => runCommand(proveCommand, args, flags);

  it("makes a proof from the image's files, and checks it without the case", async () => {
    const made = await prove([sample.folder, "M01"], { range: "5000:6000", "with-data": true });
    expect(made.exit).toBe(0);
    const file = String(made.events[0]?.["file"]);
    expect(file).toMatch(/exports\/proof-M01-\d+\.json$/);
    const data = put("range.bin", medium.subarray(5000, 11_000));
    const checked = await prove([data], { check: file, key: sample.officer.keyId });
    expect(checked.exit).toBe(0);
    expect(checked.events[0]).toMatchObject({
      ok: true,
      exhibit: "M01",
      from: 5000,
      length: 6000,
      data: { given: "range" },
    });
    expect(checked.text).toContain("bytes 5000 to 10999 of the medium");
    expect(checked.text).toContain("2026-0042");
    const other = await prove([put("other.bin", medium.subarray(5001, 11_001))], { check: file });
    expect(other).toMatchObject({ exit: 1, text: expect.stringContaining("DIFFERS") });
    const foreign = await prove([], { check: file, key: "0".repeat(16) });
    expect(foreign).toMatchObject({ exit: 1, text: expect.stringContaining("not with key 0000") });
    const proof = readProof(file);
    const bad = put("bad-proof.json", proofText(changed(proof, (copy) => copy.path.reverse())));
    expect(await prove([], { check: bad })).toMatchObject({ exit: 1, text: expect.stringContaining("DOES NOT HOLD") });
  });

  it("makes a proof of a file where it is asked to", async () => {
    const out = join(folder, "line.json");
    const made = await prove([sample.folder, "M02"], { file: "c.txt", out });
    expect(made).toMatchObject({ exit: 0, text: expect.stringContaining(out) });
    const checked = await prove([put("c.txt", "words of c.txt")], { check: out });
    expect(checked.events[0]).toMatchObject({ ok: true, path: "c.txt", from: null, data: { given: "file", ok: true } });
    expect(checked.text).toContain("Compare the key");
  });

  it("says when the image is gone or was changed", async () => {
    const other = newCase();
    try {
      addImage(other, "M01", medium);
      login(other.journal, other.officer, 1);
      const raw = join(other.theCase.paths.exhibit("M01"), "M01.raw");
      const flags = { range: "0:1", "with-data": true } as const;
      writeFileSync(raw, Buffer.from(medium).fill(0, 9, 10));
      await expect(prove([other.folder, "M01"], flags)).rejects.toThrow(/block 0 of the image is not the signed one/);
      expect((await prove([other.folder, "M01"], { range: "5000:1", "with-data": true })).exit).toBe(0);
    } finally {
      other.remove();
    }
  });

  it.each([
    [["CASE", "M01"], {}, /--range FROM:LENGTH/],
    [["CASE"], { range: "0:1" }, /--range FROM:LENGTH/],
    [["CASE", "M01"], { range: "0:1", file: "a" }, /--check PROOF/],
    [["CASE", "M01"], { check: "x" }, /at most one data file/],
    [["CASE", "M01"], { range: "x" }, /found "x"/],
    [["CASE", "M02"], { file: "c.txt", line: "0" }, /number of files\.jsonl/],
    [["CASE", "M01"], { file: "c.txt" }, /found an image/],
  ] as [string[], FlagValues, RegExp][])("refuses %j %j", async (args, flags, words) => {
    const given = args.map((arg) => (arg === "CASE" ? sample.folder : arg));
    await expect(prove(given, flags)).rejects.toThrow(words);
  });
});
