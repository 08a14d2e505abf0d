import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  abandonCopy,
  copyExhibit,
  moveCopy,
  verifyCopy,
  type CopyOptions,
} from "../../../../src/acquire/copies/copy-exhibit.ts";
import { copiesOf } from "../../../../src/custody/copies.ts";
import { verifyCase } from "../../../../src/custody/verify-case.ts";
import { OperatorError } from "../../../../src/messages/operator-error.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { openSmallCase, putImageExhibit, type SmallDesk } from "../../../fixtures/image-exhibit.ts";

const base = freshFolder("copy");
const segments = [randomBytes(9_000_000), randomBytes(1_000_000), randomBytes(77)];
const said = {
  location: "vault 2",
  medium: "LTO-0042",
  handedFrom: "A. Officer",
  handedTo: "B. Keeper",
  checkEvery: 30,
};
let desk: SmallDesk;
let to = "";
let made = 0;

beforeAll(async () => {
  desk = await openSmallCase(base);
  putImageExhibit(desk, "M01", { segments });
});
beforeEach(() => {
  to = join(base, `copy-${(made += 1)}`);
});
afterAll(() => {
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

const copy = (more: Partial<CopyOptions> = {}) =>
  copyExhibit({ ...desk, label: "M01", to, said, onProgress: () => undefined, ...more });
const listed = () => copiesOf(desk.journal.entries());
const last = () => listed().at(-1)!;
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OperatorError);
  return (error as OperatorError).code;
};

/** Stops the copy when so many bytes were dealt with. */
function stoppedAt(bytes: number): Partial<CopyOptions> {
  const stop = new AbortController();
  return { signal: stop.signal, onProgress: (_, done) => (done >= bytes ? stop.abort() : undefined) };
}

function expectWhole(folder = to): void {
  const names = readdirSync(folder).sort();
  expect(names).toEqual(["M01.001", "M01.002", "M01.003", "acquisition.json", "blocks.leaves", "exhibit.json"]);
  for (const name of names) {
    const original = readFileSync(join(desk.theCase.paths.exhibit("M01"), name));
    expect(readFileSync(join(folder, name)).equals(original), name).toBe(true);
  }
}

describe("a preservation copy", () => {
  it("holds every file of the exhibit, and the journal says where it is kept", async () => {
    const result = await copy();
    expectWhole();
    expect(result).toMatchObject({ problems: [], place: to });
    const recorded = last();
    expect(recorded).toMatchObject({
      copy: result.copy,
      state: "sound",
      location: "vault 2",
      medium: "LTO-0042",
      place: to,
    });
    const days = (Date.parse(recorded.nextCheck ?? "") - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(28);
    expect(days).toBeLessThanOrEqual(30);
    expect(recorded.files.map(({ file }) => file)).toContain("M01.002");
    expect(recorded.events.map(({ act, handedTo }) => [act, handedTo])).toEqual([
      ["copy", "B. Keeper"],
      ["copy", "B. Keeper"],
    ]);
    expect(verifyCase(desk.theCase.paths.root).ok).toBe(true);
  });

  it("continues where it was interrupted, with the same number", async () => {
    expect(await codeOf(copy(stoppedAt(5_000_000)))).toBe("copy/interrupted");
    const before = last();
    expect(before.state).toBe("unfinished");
    expect(readdirSync(to)).toEqual(["M01.001.partial"]);
    const result = await copy();
    expect(result.copy).toBe(before.copy);
    expectWhole();
    expect(last()).toMatchObject({ copy: before.copy, state: "sound" });
    expect(desk.journal.openIntents()).toEqual([]);
  });

  it("that will not be finished is given up, and its number is not used again", async () => {
    await codeOf(copy(stoppedAt(5_000_000)));
    const { copy: name } = last();
    abandonCopy(desk, "M01", name);
    expect(last()).toMatchObject({ copy: name, state: "failed" });
    expect(desk.journal.openIntents()).toEqual([]);
    expect(() => abandonCopy(desk, "M01", name)).toThrow("unfinished copy");
    const result = await copy();
    expect(result).toMatchObject({ problems: [], besideCase: true });
    expect(result.copy).not.toBe(name);
  });

  it("compares what an interrupted copy left, and writes again from the first difference", async () => {
    await codeOf(copy(stoppedAt(8_000_000)));
    const partial = join(to, "M01.001.partial");
    const bytes = readFileSync(partial);
    bytes[4_500_000]! ^= 1;
    writeFileSync(partial, bytes);
    appendFileSync(partial, randomBytes(5_000_000));
    expect((await copy()).problems).toEqual([]);
    expectWhole();
  });

  it("continues when it was cut off between the names of its files", async () => {
    await codeOf(copy(stoppedAt(10_000_070)));
    writeFileSync(join(to, "M01.001"), segments[0]!);
    rmSync(join(to, "M01.001.partial"));
    expect((await copy()).problems).toEqual([]);
    expectWhole();
    const second = join(base, "named");
    await codeOf(copy({ ...stoppedAt(100), to: second }));
    writeFileSync(join(second, "M01.002"), "something else");
    expect(await codeOf(copy({ to: second }))).toBe("copy/occupied");
    expect(readFileSync(join(second, "M01.002"), "utf8")).toBe("something else");
  });

  it("names the file in which the medium lost a bit, and gives no file its name", async () => {
    const total = 10_000_077;
    let flipped = false;
    const onProgress = (stage: string, bytes: number): void => {
      if (flipped || stage !== "copy" || bytes < total) return;
      flipped = true;
      const file = join(to, "M01.001.partial");
      const content = readFileSync(file);
      content[123_456]! ^= 4;
      writeFileSync(file, content);
    };
    const result = await copy({ onProgress });
    expect(result.problems).toEqual([{ file: "M01.001", problem: "sha256" }]);
    expect(readdirSync(to).every((name) => name.endsWith(".partial"))).toBe(true);
    expect(last()).toMatchObject({ state: "failed", nextCheck: null });
    expect((await copy()).problems).toEqual([]);
    expectWhole();
  });

  it("is refused inside the case, where something else lies, and where there is no folder", async () => {
    const entries = desk.journal.head().seq;
    expect(await codeOf(copy({ to: join(desk.theCase.paths.root, "copy") }))).toBe("copy/inside-case");
    expect(existsSync(join(desk.theCase.paths.root, "copy"))).toBe(false);
    mkdirSync(to);
    writeFileSync(join(to, "holiday.jpg"), "");
    expect(await codeOf(copy())).toBe("copy/occupied");
    expect(await codeOf(copy({ to: join(base, "absent", "deep") }))).toBe("copy/no-folder");
    expect(await codeOf(copy({ to: join(base, "copy-1") }))).toBe("copy/occupied");
    expect(desk.journal.head().seq).toBe(entries);
  });

  it("is not made of an exhibit that changed", async () => {
    const other = await openSmallCase(join(base, "changed"));
    putImageExhibit(other, "M01", { segments: [segments[1]!] });
    const segment = join(other.theCase.paths.exhibit("M01"), "M01.001");
    const bytes = Buffer.from(segments[1]!);
    bytes[999]! ^= 1;
    writeFileSync(segment, bytes);
    const error = await copy({ ...other }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "copy/exhibit-changed", exit: 1 });
    expect(String(error)).toContain("M01.001");
    expect(copiesOf(other.journal.entries()).at(-1)?.state).toBe("failed");
    truncateSync(join(other.theCase.paths.exhibit("M01"), "blocks.leaves"), 0);
    expect(await codeOf(copy({ ...other }))).toBe("copy/manifest-changed");
    other.journal.close();
  });

  it("of a folder needs a container: acquired in place, it names how to make one", async () => {
    const other = await openSmallCase(join(base, "folders"));
    putImageExhibit(other, "M01", { segments: [segments[2]!], more: { image: null } });
    const error = await copy({ ...other }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "copy/in-place", exit: 2 });
    expect(String(error)).toContain("--format aff4-l");
    const file = join(other.theCase.paths.exhibit("M01"), "M01.aff4");
    writeFileSync(file, "a container");
    const sha256 = createHash("sha256").update("a container").digest("hex");
    const container = { format: "aff4-l", file: "M01.aff4", size: 11, sha256 };
    putImageExhibit(other, "M02", { segments: [segments[2]!], more: { image: null, container } });
    renameSync(file, join(other.theCase.paths.exhibit("M02"), "M01.aff4"));
    expect((await copy({ ...other, label: "M02" })).problems).toEqual([]);
    expect(readFileSync(join(to, "M01.aff4"), "utf8")).toBe("a container");
    other.journal.close();
  });
});

describe("a full disk", () => {
  const mount = join(base, "small");
  let mounted = false;
  beforeAll(() => {
    mkdirSync(mount);
    const isRoot = process.getuid?.() === 0;
    mounted = isRoot && spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", mount]).status === 0;
  });
  afterAll(() => {
    if (mounted) spawnSync("umount", [mount]);
  });

  it("stops the copy, which continues when there is space", async ({ skip }) => {
    if (!mounted) skip("no tmpfs can be mounted here");
    const place = join(mount, "copy");
    const filler = join(mount, "filler");
    let filled = false;
    const onProgress = (): void => {
      if (!filled) writeFileSync(filler, Buffer.alloc(5_000_000));
      filled = true;
    };
    const error = await copy({ to: place, onProgress }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "copy/full", exit: 4 });
    expect(last().state).toBe("unfinished");
    rmSync(filler);
    expect((await copy({ to: place })).problems).toEqual([]);
    expectWhole(place);
  });

  it("is foreseen", async ({ skip }) => {
    if (!mounted) skip("no tmpfs can be mounted here");
    expect(await codeOf(copy({ to: join(mount, "second") }))).toBe("copy/space");
  });
});

describe("checks and moves", () => {
  const check = (name: string, place: string | null, checkEvery: number | null = null) =>
    verifyCopy({
      ...{ ...desk, label: "M01", copy: name, place, onProgress: () => undefined },
      said: { location: null, medium: null, handedFrom: null, handedTo: null, checkEvery },
    });

  it("a copy is read again at its new place; what changed is named by file", async () => {
    const { copy: name } = await copy();
    const moved = join(base, `moved-${made}`);
    spawnSync("mv", [to, moved]);
    expect(await codeOf(check(name, null))).toBe("copy/not-there");
    moveCopy(desk, "M01", name, { ...said, location: "court", handedTo: "C. Clerk" }, moved);
    expect((await check(name, null, 90)).problems).toEqual([]);
    expect(last()).toMatchObject({ state: "sound", place: moved, location: "court", checkEvery: 90 });
    const segment = join(moved, "M01.002");
    const bytes = readFileSync(segment);
    bytes[5]! ^= 1;
    writeFileSync(segment, bytes);
    rmSync(join(moved, "M01.003"));
    const { problems } = await check(name, null);
    expect(problems).toEqual([
      { file: "M01.002", problem: "sha256" },
      { file: "M01.003", problem: "missing" },
    ]);
    expect(last()).toMatchObject({ state: "changed", checkEvery: 90 });
    expect(await codeOf(check("M01-c99", null))).toBe("copy/unknown");
    expect(desk.journal.openIntents()).toEqual([]);
  });
});
