/** `vestige wipe` on files and, as root, on loop devices: what is refused, what is written, what is recorded. */
import { spawnSync } from "node:child_process";
import { createCipheriv, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../native-free/model/canonical-json.ts";
import { wipeTarget } from "../../../../src/acquire/wipe/wipe-record.ts";
import { checkedTarget } from "../../../../src/acquire/wipe/wipe-target.ts";
import { wipeCommand } from "../../../../src/cli/commands/wipe.ts";
import { openCase } from "../../../../src/case/case-folder.ts";
import { domains, verifyDocument } from "../../../../src/custody/document.ts";
import { openJournal } from "../../../../src/custody/journal.ts";
import { runHere } from "../../../fixtures/captured-output.ts";
import { caseFlags, jsonLines, vestige } from "../../../fixtures/command.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { openSmallCase, putImageExhibit, type SmallDesk } from "../../../fixtures/image-exhibit.ts";

const base = freshFolder("wipe");
const size = 5 * 1024 * 1024 + 512;
const devices: string[] = [];
let made = 0;
let desk: SmallDesk;

function run(program: string, ...args: string[]): string | null {
  const result = spawnSync(program, args, { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : null;
}

function fileOf(bytes: Uint8Array = Buffer.alloc(size, "old evidence ")): string {
  const file = join(base, `medium-${(made += 1)}`);
  writeFileSync(file, bytes);
  return file;
}

function loop(file: string, ...more: string[]): string | null {
  const device = process.getuid?.() === 0 ? run("losetup", "--find", "--show", ...more, file) : null;
  if (device !== null) devices.push(device);
  return device;
}

function refusal(path: string, check: { asFile?: boolean; withCase?: boolean } = {}): unknown {
  const { theCase, journal } = check.withCase ? desk : { theCase: null, journal: null };
  try {
    return checkedTarget(path, { asFile: check.asFile ?? false, theCase, journal });
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}

const noLoop = "no loop device can be made here";

beforeAll(async () => {
  desk = await openSmallCase(base);
});
afterAll(() => {
  for (const device of devices) run("losetup", "--detach", device);
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

describe("refused before anything is asked", () => {
  it("what is absent, no device, empty, or a file that was not meant", () => {
    expect(refusal(join(base, "absent"))).toBe("wipe/absent");
    expect(refusal(base, { asFile: true })).toBe("wipe/kind");
    expect(refusal("/dev/null")).toBe("wipe/kind");
    expect(refusal(fileOf())).toBe("wipe/kind");
    expect(refusal(fileOf(Buffer.alloc(0)), { asFile: true })).toBe("wipe/empty");
  });

  it("a file of a case", () => {
    putImageExhibit(desk, "M01", { segments: [randomBytes(2000)] });
    const segment = join(desk.theCase.paths.exhibit("M01"), "M01.001");
    expect(refusal(segment, { asFile: true })).toBe("wipe/case");
    expect(readFileSync(segment).length).toBe(2000);
  });

  it("the medium of an exhibit, by its place", () => {
    const source = fileOf();
    putImageExhibit(desk, "M02", { segments: [randomBytes(10)], more: { source, medium: { serial: null } } });
    expect(refusal(source, { asFile: true, withCase: true })).toBe("wipe/evidence");
    expect(refusal(source, { asFile: true })).toMatchObject({ path: source });
    const read = fileOf();
    desk.journal.begin("acquire", { source: read }, desk.signer, { exhibit: "M02" });
    expect(refusal(read, { asFile: true, withCase: true })).toBe("wipe/evidence");
    const clone = fileOf();
    const further = [{ format: "clone", folder: clone, clone: { device: { serial: null } } }];
    putImageExhibit(desk, "M03", { segments: [randomBytes(10)], more: { further } });
    expect(refusal(clone, { asFile: true, withCase: true })).toBe("wipe/evidence");
    expect(refusal(fileOf(), { asFile: true, withCase: true })).toMatchObject({ size });
  });

  it("a loop device over a file of a case or over the source of an exhibit", ({ skip }) => {
    const source = fileOf();
    const device = loop(source);
    if (device === null) skip(noLoop);
    putImageExhibit(desk, "M04", { segments: [randomBytes(10)], more: { medium: { backingFile: source } } });
    expect(refusal(device!, { withCase: true })).toBe("wipe/evidence");
    const inside = loop(join(desk.theCase.paths.exhibit("M01"), "M01.001"));
    if (inside !== null && Number(run("blockdev", "--getsize64", inside)) > 0)
      expect(refusal(inside)).toBe("wipe/case");
  });

  it("a read-only device, a mounted one, swap space", ({ skip }) => {
    const readOnly = loop(fileOf(), "--read-only");
    const file = fileOf(Buffer.alloc(8 << 20));
    run("mkfs.ext4", "-q", "-F", file);
    const device = loop(file);
    if (readOnly === null || device === null) skip(noLoop);
    expect(refusal(readOnly!)).toBe("wipe/read-only");
    const mount = join(base, "mounted");
    mkdirSync(mount);
    if (run("mount", "-o", "ro", device!, mount) === null) skip("nothing can be mounted here");
    expect(refusal(device!)).toBe("wipe/mounted");
    run("umount", mount);
    expect(refusal(device!)).toMatchObject({ isDevice: true, size: 8 << 20 });
  });
});

describe("wiped", () => {
  const plain = { verify: true, signal: new AbortController().signal, onProgress: () => undefined };

  it("a loop device, past the page cache, while nobody else can have it", async ({ skip }) => {
    const file = fileOf();
    const device = loop(file, "--sector-size", "512");
    if (device === null) skip(noLoop);
    const target = checkedTarget(device!, { asFile: false, theCase: null, journal: null });
    const body = await wipeTarget({ target, pattern: "random", desk: null, recordFile: null, ...plain });
    expect(body).toMatchObject({ ok: true, bytes: size, readBack: { from: "medium" } });
    run("blockdev", "--flushbufs", device!);
    const stream = createCipheriv("aes-256-ctr", Buffer.from(body.key!, "hex"), Buffer.alloc(16));
    expect(readFileSync(file).equals(stream.update(Buffer.alloc(size)))).toBe(true);
  });

  it("a device with sectors of 4096 bytes", async ({ skip }) => {
    const file = fileOf(Buffer.alloc(5 << 20, "old"));
    const device = loop(file, "--sector-size", "4096");
    if (device === null) skip(noLoop);
    const target = checkedTarget(device!, { asFile: false, theCase: null, journal: null });
    expect(target.sectorBytes).toBe(4096);
    const body = await wipeTarget({ target, pattern: "zeros", desk: null, recordFile: null, ...plain });
    expect(body.ok).toBe(true);
    expect(readFileSync(file).equals(Buffer.alloc(5 << 20))).toBe(true);
  });

  it("a device that is held is busy", async ({ skip }) => {
    const file = fileOf(Buffer.alloc(8 << 20));
    run("mkfs.ext4", "-q", "-F", file);
    const device = loop(file);
    if (device === null) skip(noLoop);
    const target = checkedTarget(device!, { asFile: false, theCase: null, journal: null });
    const mount = join(base, "late");
    mkdirSync(mount);
    if (run("mount", device!, mount) === null) skip("nothing can be mounted here");
    const late = wipeTarget({ target, pattern: "zeros", desk: null, recordFile: null, ...plain });
    await expect(late).rejects.toMatchObject({ code: "wipe/busy" });
    run("umount", mount);
  });

  it("a refused write is recorded as a failure", async () => {
    const target = checkedTarget(fileOf(), { asFile: true, theCase: null, journal: null });
    const failing = {
      ...{ size, sectorBytes: 512, forget: () => true, sync: async () => undefined, close: async () => undefined },
      write: async () => Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" })),
      read: async (part: Uint8Array) => part.fill(0).length,
    };
    const body = await wipeTarget({
      target,
      pattern: "zeros",
      desk,
      recordFile: null,
      ...plain,
      open: async () => failing,
    });
    expect(body).toMatchObject({ ok: false, refused: { bytes: size } });
    const last = [...desk.journal.entries()].at(-1)!.body;
    expect(last).toMatchObject({ act: "wipe", phase: "failed", details: { ok: false, refused: { bytes: size } } });
  });
});

describe("vestige wipe", () => {
  const home = join(base, "cli-home");
  const folder = join(base, "cli-case");
  const here = (file: string, flags: Record<string, string | true>) =>
    runHere(wipeCommand, [file], { file: true, verify: true, ...flags });

  it("asks for a typed confirmation", async () => {
    const file = fileOf();
    await expect(here(file, {})).rejects.toThrow(`give --confirm ${file}`);
    await expect(here(file, { confirm: "yes" })).rejects.toThrow("nothing was written");
    expect(readFileSync(file).includes("old evidence")).toBe(true);
  });

  it("wipes, reads back, and writes an unsigned record without a case", async () => {
    const file = fileOf();
    const record = join(base, "unsigned.json");
    const { exit, said } = await here(file, { confirm: file, record });
    expect(exit).toBe(0);
    expect(said.notes[0]).toMatch(/^To be wiped: .*, 5\.24 MB$/);
    expect(said.lines.join()).toContain("every byte is what was written");
    expect(readFileSync(file).equals(Buffer.alloc(size))).toBe(true);
    expect(statSync(file).size).toBe(size);
    const body = JSON.parse(readFileSync(record, "utf8")) as JsonObject;
    expect(body).toMatchObject({ schema: "vestige.wipe/1", ok: true, pattern: "zeros", bytes: size });
    await expect(here(file, { confirm: file, record })).rejects.toThrow("records are never overwritten");
  });

  it("records it in a case, with a signed record and the key of the stream", async () => {
    const init = await vestige(["init", folder, ...caseFlags], { home });
    expect(init.exit, init.stderr).toBe(0);
    const file = fileOf();
    const record = join(base, "signed.json");
    const flags = [
      "--file",
      "--verify",
      "--pattern",
      "random",
      "--case",
      folder,
      "--record",
      record,
      "--confirm",
      file,
    ];
    const done = await vestige(["wipe", file, ...flags, "--json"], { home });
    expect(done.exit, done.stderr).toBe(0);
    expect(jsonLines(done).find(({ event }) => event === "wiped")).toMatchObject({ ok: true, pattern: "random" });
    const document = JSON.parse(readFileSync(record, "utf8")) as { body: { key: string } };
    const journal = openJournal(openCase(folder).paths.root);
    expect(verifyDocument(domains.wipe, document, journal.keys()).ok).toBe(true);
    expect(verifyDocument(domains.manifest, document, journal.keys()).ok).toBe(false);
    const [intent, end] = [...journal.entries()].slice(-2).map(({ body }) => body);
    expect(intent).toMatchObject({ act: "wipe", phase: "intent", details: { key: document.body.key, target: file } });
    expect(end).toMatchObject({ act: "wipe", phase: "done", details: { ok: true } });
    const stream = createCipheriv("aes-256-ctr", Buffer.from(document.body.key, "hex"), Buffer.alloc(16));
    expect(readFileSync(file).equals(stream.update(Buffer.alloc(size)))).toBe(true);
    journal.close();
  });
});
