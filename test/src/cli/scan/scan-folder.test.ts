import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CarvedFile } from "../../../../src/cli/scan/carved-files.ts";
import { ScanFolder } from "../../../../src/cli/scan/scan-folder.ts";
import { ScanTally } from "../../../../src/cli/scan/scan-tally.ts";
import { isOperatorError, type OperatorError } from "../../../../src/messages/operator-error.ts";
import type { ScanRun } from "../../../../src/scan/run-scan.ts";
import { capturedOutput } from "../../../fixtures/captured-output.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";

const base = freshFolder("scan-folder");
const output = capturedOutput();
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function refusalOf(work: () => unknown): Promise<Pick<OperatorError, "code" | "exit">> {
  try {
    await work();
  } catch (error) {
    if (isOperatorError(error)) return error as OperatorError;
    throw error;
  }
  throw new Error("expected a refusal");
}

const found = {
  file: { kind: "jpeg", exhibit: 5, offset: 5, sha256: "ab" },
  part: { from: 0 },
  sameAs: null,
} as unknown as CarvedFile;
const runWith = (write: ScanRun["write"]): ScanRun => ({ write }) as unknown as ScanRun;

describe("the folder of a scan", () => {
  it("says whether the scan came to its end, and takes no second one", async () => {
    const to = join(base, "done");
    const folder = ScanFolder.open(to, output, false);
    expect(JSON.parse(readFileSync(join(to, "scan.json"), "utf8"))).toMatchObject({ state: "unfinished" });
    await folder.write(
      runWith(async (_part, _file, path) => writeFileSync(path, "x")),
      found,
    );
    folder.finish(new ScanTally());
    expect(JSON.parse(readFileSync(join(to, "scan.json"), "utf8"))).toMatchObject({ state: "complete" });
    for (const anew of [false, true]) {
      expect(await refusalOf(() => ScanFolder.open(to, output, anew))).toMatchObject({ code: "target/foreign" });
    }
    expect(readdirSync(join(to, "carved/jpeg"))).toEqual(["000000000005.jpg"]);
  });

  it("begins anew where one was cut off, when it is told to, and removes nothing else", async () => {
    const to = join(base, "cut");
    ScanFolder.open(to, output, false).row("carved", ["a"]);
    mkdirSync(join(to, "carved/jpeg"), { recursive: true });
    writeFileSync(join(to, "carved/jpeg/1.jpg"), "x");
    expect(await refusalOf(() => ScanFolder.open(to, output, false))).toMatchObject({
      code: "target/unfinished",
      exit: 2,
    });
    ScanFolder.open(to, output, true);
    expect(readdirSync(to).sort()).toEqual(["carved.csv", "features.csv", "scan.json", "terms.csv"]);
    writeFileSync(join(to, "mine.txt"), "x");
    expect(await refusalOf(() => ScanFolder.open(to, output, true))).toMatchObject({ code: "target/foreign" });
    expect(readFileSync(join(to, "mine.txt"), "utf8")).toBe("x");
  });

  it("says of a full disk what to do", async () => {
    const folder = ScanFolder.open(join(base, "full"), output, false);
    const full = runWith(async () => {
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    });
    const refusal = (await refusalOf(() => folder.write(full, found))) as OperatorError;
    expect(refusal).toMatchObject({ code: "target/full", exit: 4 });
    expect(refusal.message).toContain("--force-new");
  });
});
