/** The page's verdicts on proofs, alone and with journal and data. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proofText, type FileProof, type Proof, type RangeProof } from "../../../../src/custody/prove-document.ts";
import { proveFile, proveRange } from "../../../../src/custody/prove.ts";
import { checkAll } from "../../../../src/report/verify/check-all.ts";
import type { PageFile } from "../../../../src/report/verify/page-file.ts";
import { addExhibit, newCase, signIn, type SampleCase } from "../sample-case.ts";
import { addImage, mediumBytes, sampleBlockBytes } from "../sample-image.ts";

const medium = mediumBytes(11 * sampleBlockBytes + 100);
let sample: SampleCase;
let bare: RangeProof;
let full: RangeProof;
let line: FileProof;

beforeAll(() => {
  sample = newCase();
  addImage(sample, "M01", medium);
  const files = ["a.txt", "b.txt", "c.txt"].map((path) => ({ path, content: `words of ${path}` }));
  addExhibit(sample, "M02", files, signIn(sample));
  const { theCase, journal } = sample;
  const wanted = { from: 5000, length: 6000 };
  const read = (target: Uint8Array, at: number) => target.set(medium.subarray(at, at + target.length));
  bare = proveRange({ theCase, label: "M01", journal }, { ...wanted, read: null });
  full = proveRange({ theCase, label: "M01", journal }, { ...wanted, read });
  line = proveFile({ theCase, label: "M02", journal }, { path: "b.txt", line: null });
});
afterAll(() => sample.remove());

const memoryFile = (name: string, content: string | Uint8Array): PageFile => {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { name, size: bytes.length, read: async (start, end) => Uint8Array.from(bytes.subarray(start, end)) };
};
const journal = () => memoryFile("journal.jsonl", readFileSync(sample.theCase.paths.journal));
const caseFile = () => memoryFile("case.json", readFileSync(sample.theCase.paths.caseFile));
const fileOf = (proof: Proof) => memoryFile("proof-M01-9.json", proofText(proof));
const verdicts = (...given: PageFile[]) => checkAll(given, async () => undefined);
const verdictOn = async (name: string, ...given: PageFile[]) => {
  const found = (await verdicts(...given)).find(({ file }) => file === name);
  if (!found) throw new Error(`no verdict on ${name}`);
  return found;
};
const judged = async (proof: Proof) => verdictOn("proof-M01-9.json", journal(), fileOf(proof));
const changed = <P extends Proof>(proof: P, change: (copy: P) => void): P => {
  const copy = structuredClone(proof);
  change(copy);
  return copy;
};

describe("a proof given to the page", () => {
  it("holds with the journal, and says what it proves", async () => {
    for (const proof of [bare, full, line]) {
      const verdict = await judged(proof);
      expect(verdict.level).toBe("good");
      const facts = Object.fromEntries(verdict.facts);
      expect(facts["Case id"]).toBe(sample.theCase.file.id);
      expect(facts["Signed by"]).toBe(`${sample.officer.officer}, key ${sample.officer.keyId}`);
      expect(facts["Recorded in the journal"]).toMatch(/^entry \d+$/);
      expect(facts["Exhibit"]).toBe(proof.kind === "file" ? "M02" : "M01");
    }
    expect((await judged(bare)).headline).toContain("Bytes 5000 to 10999 of exhibit M01 are proved");
    expect((await judged(line)).facts).toContainEqual(["Line of the list", "2"]);
  });

  it("is undecided alone, since the key is printed in it; case.json settles that as far as it goes", async () => {
    const alone = await verdictOn("proof-M01-9.json", fileOf(line));
    expect(alone.level).toBe("unsure");
    expect(alone.headline).toContain("printed in the proof itself");
    expect(await verdictOn("proof-M01-9.json", fileOf(line), caseFile())).toMatchObject({ level: "good" });
    const keyless = await verdictOn("proof-M01-9.json", fileOf(changed(line, (copy) => (copy.keys = []))));
    expect(keyless).toMatchObject({ level: "unsure" });
  });

  it("is bad where path, leaves, data, place, range, line, manifest or case were changed", async () => {
    const other = "ab".repeat(32);
    const bad: [Proof, RegExp][] = [
      [changed(bare, (copy) => copy.path.reverse()), /path does not lead/],
      [changed(bare, (copy) => void copy.path.push(other)), /path does not lead/],
      [changed(bare, (copy) => (copy.leaves[0] = other)), /path does not lead/],
      [changed(full, (copy) => (copy.leaves[1] = other)), /block 2/],
      [changed(full, (copy) => void copy.data?.reverse()), /block 1/],
      [changed(full, (copy) => void copy.data?.pop()), /data in it/],
      [changed(bare, (copy) => (copy.from = 0)), /not those of the range/],
      [changed(bare, (copy) => (copy.length = medium.length)), /not those of the range/],
      [changed(line, (copy) => (copy.line = copy.line.replace("b.txt", "B.txt"))), /path does not lead/],
      [changed(line, (copy) => (copy.line = "x")), /no entry of a list/],
      [changed(line, (copy) => (copy.first = 0)), /path does not lead/],
      [changed(line, (copy) => (copy.document = bare.document)), /path does not lead/],
      [changed(bare, (copy) => (copy.document = line.document)), /not those of the range/],
      [changed(bare, (copy) => (copy.document["sig"] = line.document["sig"])), /signature does not fit/],
      [
        changed(bare, (copy) => Object.assign(copy.document["manifest"] as object, { source: "/dev/x" })),
        /hash no longer/,
      ],
      [changed(bare, (copy) => (copy.case.id = "another")), /another case/],
    ];
    for (const [proof, words] of bad) {
      const verdict = await judged(proof);
      expect(`${verdict.level} ${verdict.headline}`).toMatch(new RegExp(`^bad .*${words.source}`));
    }
    const cut = proofText(bare).slice(0, -30);
    expect(await verdictOn("proof-M01-9.json", memoryFile("proof-M01-9.json", cut))).toMatchObject({ level: "bad" });
  });

  it("does not take a proof of one case for another's", async () => {
    const foreign = newCase();
    try {
      const theirs = memoryFile("journal.jsonl", readFileSync(foreign.theCase.paths.journal));
      expect(await verdictOn("proof-M01-9.json", theirs, fileOf(bare))).toMatchObject({ level: "bad" });
    } finally {
      foreign.remove();
    }
  });
});

describe("data given beside a proof", () => {
  const data = async (proof: Proof, bytes: Uint8Array | string, ...more: PageFile[]) =>
    verdictOn("data.bin", ...more, fileOf(proof), memoryFile("data.bin", bytes));

  it("is the proved file, or is not", async () => {
    expect(await data(line, "words of b.txt", journal())).toMatchObject({ level: "good" });
    expect(await data(line, "words of b.txt")).toMatchObject({ level: "unsure" });
    expect(await data(line, "words of c.txt", journal())).toMatchObject({ level: "bad" });
  });

  it("is the proved blocks, the medium or the range, or is not", async () => {
    const blocks = medium.subarray(sampleBlockBytes, 3 * sampleBlockBytes);
    const flipped = Buffer.from(blocks);
    flipped[5000] ^= 1;
    for (const proof of [bare, full]) {
      expect(await data(proof, blocks, journal())).toMatchObject({ level: "good" });
      expect(await data(proof, medium, journal())).toMatchObject({ level: "good" });
      const wrong = await data(proof, flipped, journal());
      expect(`${wrong.level} ${wrong.headline}`).toMatch(/^bad .*block 2 differs/);
    }
    const exact = medium.subarray(5000, 11_000);
    expect(await data(full, exact, journal())).toMatchObject({ level: "good" });
    expect(await data(full, Buffer.from(exact).fill(0, 0, 1), journal())).toMatchObject({ level: "bad" });
    const short = await data(bare, exact, journal());
    expect(`${short.level} ${short.headline}`).toMatch(/^unsure .*bytes 4096 to 12287 of the medium \(8192 bytes\)/);
  });

  it("leans on no proof that does not hold", async () => {
    const broken = changed(line, (copy) => copy.path.reverse());
    expect(await data(broken, "words of b.txt", journal())).toMatchObject({ level: "unsure" });
  });
});
