import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { tokenizerVersion } from "../../../native-free/model/fold.ts";
import type { CasePaths } from "../../../src/case/case-folder.ts";
import { defaultProfile, profileHash, readProfile } from "../../../src/examine/profile.ts";
import { readRunRecord, writeRunRecord, type RunRecord } from "../../../src/examine/run-record.ts";
import { isOperatorError, type OperatorError } from "../../../src/messages/operator-error.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";

let base = "";
let paths: CasePaths;

beforeEach(() => {
  base = freshFolder("profile");
  const places = {
    profile: `${base}/profile.json`,
    work: () => `${base}/work/M01`,
    runFile: () => `${base}/work/M01/run.json`,
  };
  paths = places as unknown as CasePaths;
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function refusalOf(work: () => unknown): OperatorError {
  try {
    work();
  } catch (error) {
    if (isOperatorError(error)) return error as OperatorError;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("the profile", () => {
  it("is written with its defaults where there is none", () => {
    expect(readProfile(paths)).toEqual(defaultProfile);
    expect(JSON.parse(readFileSync(paths.profile, "utf8"))).toEqual(defaultProfile);
    expect(defaultProfile).toMatchObject({
      format: 1,
      tokenizer: tokenizerVersion,
      budgets: { depth: 32, ratio: 250 },
    });
  });

  it("takes defaults for what is left out, and hashes the same as if it were written", () => {
    writeFileSync(paths.profile, '{ "format": 1 }');
    expect(profileHash(readProfile(paths))).toBe(profileHash(defaultProfile));
    writeFileSync(paths.profile, '{ "budgets": { "entries": 1000000 }, "format": 1 }');
    expect(profileHash(readProfile(paths))).toBe(profileHash(defaultProfile));
  });

  it("has a hash over its canonical form that changes with every value", () => {
    expect(profileHash(defaultProfile)).toBe(createHash("sha256").update(canonicalJson(defaultProfile)).digest("hex"));
    const turned = Object.fromEntries(Object.entries(defaultProfile).reverse()) as unknown as typeof defaultProfile;
    expect(profileHash(turned)).toBe(profileHash(defaultProfile));
    const hashes = Object.keys(defaultProfile.budgets).map((name) =>
      profileHash({ ...defaultProfile, budgets: { ...defaultProfile.budgets, [name]: 7 } }),
    );
    expect(new Set([...hashes, profileHash(defaultProfile)]).size).toBe(hashes.length + 1);
  });

  it.each([
    ['{ "format": 1, "budgts": {} }', "budgts"],
    ['{ "format": 1, "budgets": { "deepth": 3 } }', "deepth"],
    ['{ "format": 1, "budgets": { "depth": 0 } }', "budgets.depth"],
    ['{ "format": 1, "budgets": { "depth": 2.5 } }', "budgets.depth"],
    ['{ "format": 1, "strings": { "minLength": "six" } }', "strings.minLength"],
    ['{ "format": 2 }', "format"],
    ["{}", "format"],
    ["[]", "profile.json"],
    ["{", "profile.json"],
  ])("refuses %s and names what is wrong", (text, named) => {
    writeFileSync(paths.profile, text);
    const refusal = refusalOf(() => readProfile(paths));
    expect(refusal.message).toContain(named);
    expect(refusal.message).toContain(paths.profile);
    expect(refusal.exit).toBe(2);
  });
});

const record: RunRecord = {
  format: 1,
  exhibit: "M01",
  started: "2026-01-01T00:00:00.000Z",
  finished: null,
  durationMs: 5,
  starts: 1,
  deaths: 0,
  lostThreads: 0,
  tool: { name: "vestige", version: "0", build: "b" },
  runtime: { node: "24", platform: "linux-x64", sqlite: "s" },
  profileHash: "p",
  watchLists: [{ id: "a", version: "1", file: "a.txt", sha256: "ab", entries: 2 }],
  passwords: 0,
  hashSets: "[]",
  options: { workers: 1, memoryMb: 2, workerMemoryMb: 3, stallMs: 4 },
  measures: [{ id: "network", enforced: true, how: "namespace" }],
  probes: [{ tried: "read x", refused: true }],
  counts: { units: 2, unitsDone: 1, items: 1, contents: 1, zeroSlack: { items: 0, bytes: 0 } },
  medium: null,
  digest: null,
};

describe("the run record", () => {
  it("is what was written, and null before", () => {
    expect(readRunRecord(paths, "M01")).toBeNull();
    writeRunRecord(paths, record);
    expect(readRunRecord(paths, "M01")).toEqual(record);
  });

  it.each([
    ["{", "run.json"],
    [JSON.stringify({ ...record, counts: { units: 1 } }), "counts.unitsDone"],
    [JSON.stringify({ ...record, digest: 5 }), "digest"],
  ])("that is damaged is refused: %s", (text, named) => {
    mkdirSync(`${base}/work/M01`, { recursive: true });
    writeFileSync(`${base}/work/M01/run.json`, text);
    expect(refusalOf(() => readRunRecord(paths, "M01")).message).toContain(named);
  });
});
