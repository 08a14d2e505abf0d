/** The typing registry against libmagic over some 670 published files: every difference is explained, one line each. */
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { identify, typeRegistry } from "../../../native-free/typing/index.ts";
import { normalisations } from "./normalisations.ts";

const data = new URL("../../../../shared/data/", import.meta.url);
const truth = new URL("truth/file-mime.tsv", data);
const present = existsSync(truth);

interface Verdict {
  readonly path: string;
  readonly theirs: string;
  readonly ours: string;
  readonly agrees: boolean;
  readonly usedNormalisation: number;
}

const disagreements = readFileSync(new URL("disagreements.tsv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t"));

async function judge(path: string, theirs: string): Promise<Verdict> {
  const result = await identify(
    new MemorySource(readFileSync(new URL(path.split("/").map(encodeURIComponent).join("/"), data))),
  );
  const usedNormalisation = normalisations.findIndex(
    (entry) => entry.theirs === theirs && entry.ours.includes(result.id),
  );
  return { path, theirs, ours: result.id, agrees: result.mime === theirs || usedNormalisation >= 0, usedNormalisation };
}

describe.skipIf(!present)("agreement with libmagic (skipped where ../shared/data is absent)", () => {
  const verdicts: Verdict[] = [];

  beforeAll(async () => {
    for (const line of readFileSync(truth, "utf8").trim().split("\n")) {
      const [path = "", mime = ""] = line.split("\t");
      if (!/^\.\/(documents|typed)\//.test(path)) continue;
      if (!existsSync(new URL(path.slice(2).split("/").map(encodeURIComponent).join("/"), data))) continue;
      verdicts.push(await judge(path.slice(2), mime.replace(/^: /, "").trim()));
    }
  });

  it("covers the whole set", () => {
    expect(verdicts.length).toBeGreaterThan(650);
  });

  it("agrees for at least 95 % after the recorded normalisations", () => {
    const agreed = verdicts.filter((verdict) => verdict.agrees).length;
    expect(agreed / verdicts.length).toBeGreaterThanOrEqual(0.95);
  });

  it("has a line for every disagreement, and no obsolete line", () => {
    const actual = verdicts
      .filter((verdict) => !verdict.agrees)
      .map(({ path, theirs, ours }) => [path, theirs, ours].join("\t"));
    const recorded = disagreements.map((line) => line.slice(0, 3).join("\t"));
    expect(actual.sort()).toEqual(recorded.sort());
  });

  it("uses every normalisation", () => {
    const used = new Set(verdicts.map((verdict) => verdict.usedNormalisation));
    expect(normalisations.filter((_, index) => !used.has(index))).toEqual([]);
    const pairs = new Set(
      verdicts.filter(({ usedNormalisation }) => usedNormalisation >= 0).map(({ theirs, ours }) => `${theirs} ${ours}`),
    );
    const unused = normalisations
      .flatMap(({ theirs, ours }) => ours.map((id) => `${theirs} ${id}`))
      .filter((pair) => !pairs.has(pair));
    expect(unused).toEqual([]);
  });
});

describe("the record of differences", () => {
  it("says who is right and why on every line", () => {
    for (const line of disagreements) {
      expect(line).toHaveLength(5);
      expect(["ours", "theirs", "both", "neither"]).toContain(line[3]);
      expect(line[4]!.length).toBeGreaterThan(30);
    }
  });

  it("names only registered types, with a reason", () => {
    for (const { ours, reason } of normalisations) {
      for (const id of ours) expect(typeRegistry.has(id), id).toBe(true);
      expect(reason.length).toBeGreaterThan(5);
    }
  });
});
