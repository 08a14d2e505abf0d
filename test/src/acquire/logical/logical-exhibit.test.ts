import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireExhibit } from "../../../../src/acquire/folder/acquisition.ts";
import { registerExhibit } from "../../../../src/acquire/intake.ts";
import { acquireLogicalExhibit, type LogicalBody } from "../../../../src/acquire/logical/logical-exhibit.ts";
import { acquireLogicalLoose } from "../../../../src/acquire/logical/logical-loose.ts";
import { digestCase } from "../../../../src/case/digest.ts";
import { verifyCommand } from "../../../../src/cli/commands/verify.ts";
import { isLooseContainer, logicalWithoutCase } from "../../../../src/cli/logical.ts";
import { verifyCase } from "../../../../src/custody/verify-case.ts";
import type { Desk } from "../../../../src/pipeline.ts";
import { acquireTestFolder, openTestCase, plainForm, processTestExhibit } from "../../../fixtures/case-desk.ts";
import { capturedOutput, runHere } from "../../../fixtures/captured-output.ts";
import { freshFolder, writeMixedEvidence } from "../../../fixtures/evidence-folder.ts";

const base = freshFolder("logical");
const source = `${base}/source`;
let desk: Desk;
let body: LogicalBody;

const container = () => `${desk.theCase.paths.exhibit("L01")}/L01.aff4`;

async function acquire(label: string, more: Partial<Parameters<typeof acquireLogicalExhibit>[0]> = {}) {
  return acquireLogicalExhibit({ ...desk, label, source, workers: 2, onProgress: () => undefined, ...more });
}

/** Stops at the first progress of a stage. */
function stopping(at: "read" | "verify") {
  const stop = new AbortController();
  return { signal: stop.signal, onProgress: (stage: string) => (stage === at ? stop.abort() : undefined) };
}

beforeAll(async () => {
  writeMixedEvidence(source, 60);
  readdirSync(source, { recursive: true });
  spawnSync("find", [source, "-type", "f", "-exec", "cat", "{}", "+"], { stdio: "ignore" });
  desk = await openTestCase(base);
  await registerExhibit(desk.theCase, "L01", plainForm, desk);
  await expect(acquire("L01", stopping("read"))).rejects.toMatchObject({ code: "run/interrupted", exit: 4 });
  await expect(acquire("L01", stopping("verify"))).rejects.toMatchObject({ code: "run/interrupted", exit: 4 });
  body = await acquire("L01");
});

afterAll(() => {
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

describe("a folder exhibit in a container", () => {
  it("is signed with what was read again, under the names announced before the first interruption", () => {
    const bytes = readFileSync(container());
    expect(body.container).toMatchObject({
      format: "aff4-l",
      file: "L01.aff4",
      size: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    expect(body.container.contents + body.container.duplicates).toBe(body.kinds.file);
    const [intent] = [...desk.journal.entries()].filter(
      ({ body: { act, phase } }) => act === "acquire" && phase === "intent",
    );
    expect(intent?.body.details).toMatchObject({ format: "aff4-l", volume: body.container.urn, source });
    expect(desk.journal.openIntents()).toEqual([]);
    expect(body.resumedEntries).toBe(body.entries);
    expect(existsSync(`${container()}.partial`)).toBe(false);
    expect(verifyCase(desk.theCase.paths.root).ok).toBe(true);
  });

  it("is not acquired again, nor continued in another way", async () => {
    await expect(acquire("L01")).rejects.toMatchObject({ code: "acquire/done" });
    await registerExhibit(desk.theCase, "L02", plainForm, desk);
    await expect(acquire("L02", stopping("read"))).rejects.toMatchObject({ code: "run/interrupted" });
    const plain = acquireExhibit({ ...desk, label: "L02", source, workers: 1, onProgress: () => undefined });
    await expect(plain).rejects.toMatchObject({ code: "acquire/other-way" });
    await registerExhibit(desk.theCase, "L03", plainForm, desk);
    const taken = `${desk.theCase.paths.exhibit("L03")}/L03.aff4`;
    writeFileSync(taken, "an image of something else");
    await expect(acquire("L03")).rejects.toMatchObject({ code: "target/exists" });
    expect(readFileSync(taken, "utf8")).toBe("an image of something else");
    mkdirSync(`${base}/other`);
    await expect(acquire("L02", { source: `${base}/other` })).rejects.toMatchObject({ code: "acquire/other-source" });
    expect((await acquire("L02")).files.sha256).toBe(body.files.sha256);
  });

  it("is examined from the container, without the folder, to the same results as the folder itself", async () => {
    await acquireTestFolder(desk, source);
    const folder = await processTestExhibit(desk);
    renameSync(source, `${base}/away`);
    try {
      const record = await processTestExhibit(desk, { label: "L01" });
      expect(record.counts).toEqual(folder.counts);
      const digests = digestCase(desk.theCase, ["M01", "L01"]).exhibits;
      expect(digests[1]?.digest).toBe(digests[0]?.digest);
    } finally {
      renameSync(`${base}/away`, source);
    }
  });

  it("refuses to be examined without its container", async () => {
    renameSync(`${desk.theCase.paths.exhibit("L02")}/L02.aff4`, `${base}/L02.aff4`);
    await expect(processTestExhibit(desk, { label: "L02" })).rejects.toMatchObject({ code: "source/gone", exit: 4 });
    renameSync(`${base}/L02.aff4`, `${desk.theCase.paths.exhibit("L02")}/L02.aff4`);
  });

  it("is verified with its case, and what was damaged is named", async () => {
    const sound = await runHere(verifyCommand, [desk.theCase.paths.root]);
    expect(sound.said.lines.filter((line) => line.includes("container L0"))).toHaveLength(2);
    expect(sound.exit).toBe(0);
    const bytes = readFileSync(container());
    copyFileSync(container(), `${base}/kept.aff4`);
    const at = bytes.indexOf("files/d0/f2.bin") + 100;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(container(), bytes);
    const damaged = await runHere(verifyCommand, [desk.theCase.paths.root]);
    expect(damaged.exit).toBe(1);
    expect(damaged.said.lines.find((line) => line.includes("d0/f2.bin"))).toContain("another hash");
    const verdict = damaged.said.events.find(({ event, name }) => event === "container" && name === "L01");
    expect(verdict).toMatchObject({ ok: false, damaged: [{ path: "d0/f2.bin", problem: "hash" }] });
    rmSync(container());
    expect((await runHere(verifyCommand, [desk.theCase.paths.root])).exit).toBe(1);
    copyFileSync(`${base}/kept.aff4`, container());
  });
});

describe("a container without a case", () => {
  const target = `${base}/out/copy`;
  const context = { args: [source], flags: {}, signal: new AbortController().signal };

  it("is made with list and facts beside it, continued after an interruption, and verified on its own", async () => {
    mkdirSync(`${base}/out`);
    const options = { source, target, workers: 2 };
    await expect(acquireLogicalLoose({ ...options, ...stopping("verify") })).rejects.toMatchObject({ exit: 4 });
    const output = capturedOutput();
    expect(await logicalWithoutCase({ ...context, output }, target, 2)).toBe(0);
    expect(output.notes.join()).toContain("unsigned");
    expect(readdirSync(`${base}/out`).sort()).toEqual(["copy.acquisition.json", "copy.aff4", "copy.files.jsonl"]);
    expect(isLooseContainer(`${target}.aff4`)).toBe(true);
    const { exit, said } = await runHere(verifyCommand, [`${target}.aff4`]);
    expect([exit, said.events.at(-1)]).toEqual([
      0,
      { event: "summary", exit: 0, counts: { ok: true, parts: 1, changed: 0 } },
    ]);
  });

  it("is told from one that changed, also where no content did", async () => {
    const bytes = readFileSync(`${target}.aff4`);
    const at = bytes.indexOf("index.csv") + 40;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(`${target}.aff4`, bytes);
    const { exit, said } = await runHere(verifyCommand, [`${target}.aff4`]);
    expect(exit).toBe(1);
    expect(said.lines.join("\n")).toContain("not the one that was signed");
  });

  it("is never written over anything, nor into its source", async () => {
    const options = { source, workers: 1, signal: context.signal, onProgress: () => undefined };
    const codeOf = (to: string) =>
      acquireLogicalLoose({ ...options, target: to }).catch((error) => error.code as string);
    expect(await codeOf(target)).toBe("target/exists");
    expect(await codeOf(`${source}/inside`)).toBe("target/on-source");
    expect(await codeOf(`${base}/none/copy`)).toBe("target/no-folder");
    const readme = `${source}/d0/f0.html`;
    expect(await acquireLogicalLoose({ ...options, source: readme, target }).catch((error) => error.code)).toBe(
      "source/not-a-folder",
    );
  });
});
