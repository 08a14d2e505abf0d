/** Every call of the system that writing an image makes fails in turn: the image is right, or what stands is continued. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { TargetPlan } from "../../../../src/acquire/image/image-plan.ts";
import { SegmentFiles, targetError, type TargetNote } from "../../../../src/acquire/image/segment-files.ts";
import { removeBehind, removeLeft, standingOf } from "../../../../src/acquire/image/standing.ts";
import { isOperatorError } from "../../../../src/messages/operator-error.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { mixedMedium, noise } from "../../../fixtures/ewf-set.ts";
import { failingFiles, type FailingOptions, type FileCall } from "../../../fixtures/failing-files.ts";
import { planOf } from "../../../fixtures/imaging.ts";
import { contentsOf, writeE01, writeRaw, type WriteSet } from "../../../fixtures/written-sets.ts";

const base = freshFolder("target-faults");
afterAll(() => rmSync(base, { recursive: true, force: true }));
let made = 0;
afterEach(() => rmSync(join(base, `t${made}`), { recursive: true, force: true }));

interface Kind {
  readonly name: string;
  readonly write: WriteSet;
  readonly format: "raw" | "e01";
  readonly segmentBytes: number | null;
}

const medium = Buffer.concat([mixedMedium(499_712), noise(400_384)]);
const kinds: readonly Kind[] = [
  { name: "raw", write: writeRaw, format: "raw", segmentBytes: null },
  { name: "split raw", write: writeRaw, format: "raw", segmentBytes: 333_312 },
  { name: "E01", write: writeE01, format: "e01", segmentBytes: 200_000 },
];

function freshTarget({ format, segmentBytes }: Kind, spare: readonly string[] = []): TargetPlan {
  const folder = join(base, `t${(made += 1)}`);
  const all = ["first", ...spare].map((name) => join(folder, name));
  all.forEach((each) => mkdirSync(each, { recursive: true }));
  const wish = { format, segmentBytes, spare: all.slice(1) };
  return planOf(all[0]!, medium.length, [wish]).targets[0]!;
}

const whole = new Map<string, Record<string, string>>();
/** The files of a start that nothing disturbs. */
function expected(kind: Kind): Record<string, string> {
  const known = whole.get(kind.name);
  if (known) return known;
  const written = contentsOf(kind.write(freshTarget(kind), medium));
  whole.set(kind.name, written);
  return written;
}

/** Writes and, where that fails, continues from what stands, which must give the same files. */
function writeAndContinue(kind: Kind, options: FailingOptions): { error: unknown; hasFailed: boolean } {
  const target = freshTarget(kind);
  const files = failingFiles(options);
  let error: unknown = null;
  try {
    const written = kind.write(target, medium, { files });
    expect(contentsOf(written)).toEqual(expected(kind));
  } catch (thrown) {
    error = thrown;
    expect(contentsOf(continued(kind, target))).toEqual(expected(kind));
  }
  expect(files.openDescriptors()).toBe(0);
  rmSync(join(base, `t${made}`), { recursive: true });
  return { error, hasFailed: files.hasFailed() };
}

function continued(kind: Kind, target: TargetPlan) {
  const plan = planOf(target.folder, medium.length, [target]);
  const standing = standingOf(target, plan, medium.length);
  if (standing.bytes === 0) removeLeft(target);
  else removeBehind(target, standing);
  return kind.write(target, medium, { standing });
}

const codes = [
  { code: "EIO", told: { code: "target/refused", exit: 4 } },
  { code: "ENOSPC", told: { code: "target/full", exit: 4 } },
  { code: "EDQUOT", told: { code: "target/full", exit: 4 } },
  { code: "EFBIG", told: { code: "target/file-limit", exit: 2 } },
] as const;

describe("DA-AO-03, DA-AO-04: a target that refuses says so and can be continued", () => {
  const calls: readonly FileCall[] = ["create", "write", "sync", "close"];
  for (const kind of kinds) {
    it.each(codes)(`${kind.name}: $code at every call`, ({ code, told }) => {
      // What is told is decided in one place; how each call is cleaned up after, one error shows.
      for (const call of code === "EIO" ? calls : calls.slice(0, 2)) {
        for (let nth = 1; ; nth++) {
          const { error, hasFailed } = writeAndContinue(kind, { faults: [{ call, nth, code }] });
          if (!hasFailed) {
            expect(nth, call).toBeGreaterThan(1);
            break;
          }
          expect(isOperatorError(error), `${call} ${nth}: ${String(error)}`).toBe(true);
          expect(error).toMatchObject(told);
        }
      }
    });

    it(`${kind.name}: killed at every call that changes something`, () => {
      for (let killedAfter = 0; ; killedAfter++) {
        if (!killed(kind, killedAfter)) break;
      }
    });

    it(`${kind.name}: writes that take only some of the bytes`, () => {
      const { error } = writeAndContinue(kind, { shortWrites: 4099 });
      expect(error).toBeNull();
    });
  }

  /** False where the writer came to its end. */
  function killed(kind: Kind, killedAfter: number): boolean {
    const target = freshTarget(kind);
    const files = failingFiles({ killedAfter });
    try {
      kind.write(target, medium, { files });
    } catch {
      // Whatever it is that a killed process would have said.
    }
    if (!files.hasFailed()) return false;
    expect(contentsOf(continued(kind, target)), `after ${killedAfter} calls`).toEqual(expected(kind));
    rmSync(join(base, `t${made}`), { recursive: true });
    return true;
  }

  it("the first error is what is told, also where closing fails after it", () => {
    const faults = [
      { call: "write", nth: 1, code: "ENOSPC" },
      { call: "close", nth: 1, code: "EIO" },
    ] as const;
    expect(writeAndContinue(kinds[0]!, { faults }).error).toMatchObject({ code: "target/full", exit: 4 });
  });

  it("what is no error of the system stays the fault that it is", () => {
    const fault = new TypeError("a fault of the program");
    expect(targetError(fault, "/x")).toBe(fault);
  });
});

describe("an E01 set whose size is known at the end only", () => {
  const kind = kinds[2]!;
  const write: WriteSet = (target, bytes, options) => writeE01(target, bytes, { ...options, knownSize: false });

  it("has its size in every segment, and says so where patching fails", () => {
    const target = freshTarget(kind);
    expect(contentsOf(write(target, medium))).toEqual(expected(kind));
    for (const call of ["open", "write", "sync", "close"] as const) {
      for (let nth = 1; ; nth++) {
        const files = failingFiles({ faults: [{ call, nth, code: "EIO" }] });
        const again = freshTarget(kind);
        let error: unknown = null;
        try {
          write(again, medium, { files });
        } catch (thrown) {
          error = thrown;
        }
        expect(files.openDescriptors()).toBe(0);
        if (!files.hasFailed()) break;
        expect(error, `${call} ${nth}`).toMatchObject({ code: "target/refused", exit: 4 });
      }
    }
  });

  it("also by writes that take only some of the bytes", () => {
    const target = freshTarget(kind);
    expect(contentsOf(write(target, medium, { files: failingFiles({ shortWrites: 100 }) }))).toEqual(expected(kind));
  });
});

describe("DA-AO-10: a full target", () => {
  it.each(kinds)("$name goes on in the next folder, the open file with it, wherever it is full", (kind) => {
    for (const call of ["create", "write"] as const) {
      for (let nth = 1; ; nth++) {
        const target = freshTarget(kind, ["second"]);
        const files = failingFiles({ faults: [{ call, nth, code: "ENOSPC", times: Infinity, folder: target.folder }] });
        const notes: TargetNote[] = [];
        const written = kind.write(target, medium, { files, onNote: (note) => notes.push(note) });
        expect(contentsOf(written)).toEqual(expected(kind));
        if (!files.hasFailed()) break;
        expect(notes).toEqual([{ target: "moved", from: target.folder, to: target.spare[0] }]);
        const lying = [target.folder, ...target.spare].flatMap((folder) => readdirSync(folder));
        expect(lying.sort()).toEqual(
          Object.keys(expected(kind))
            .map((name) => `${name}.partial`)
            .sort(),
        );
        expect(files.openDescriptors()).toBe(0);
      }
    }
  });

  it.each(kinds)("$name is continued where it went on", (kind) => {
    const target = freshTarget(kind, ["second"]);
    const full = { call: "write", nth: 3, code: "ENOSPC", times: Infinity, folder: target.folder } as const;
    const broken = { call: "write", nth: 2, code: "EIO", folder: target.spare[0]! } as const;
    const files = failingFiles({ faults: [full, broken] });
    expect(() => kind.write(target, medium, { files })).toThrow(/failed \(EIO\)/);
    const segments = continued(kind, target);
    expect(contentsOf(segments)).toEqual(expected(kind));
    expect(segments.some(({ folder }) => folder === target.spare[0])).toBe(true);
  });

  it("takes the file back up where the next folder is full, too, and goes on in the one after that", () => {
    const kind = kinds[1]!;
    const target = freshTarget(kind, ["second", "third"]);
    const faults = [
      { call: "write", nth: 2, code: "ENOSPC", times: Infinity, folder: target.folder },
      { call: "copy", nth: 1, code: "ENOSPC", folder: target.spare[0]! },
    ] as const;
    const notes: TargetNote[] = [];
    const onNote = (note: TargetNote) => notes.push(note);
    const written = kind.write(target, medium, { files: failingFiles({ faults }), onNote });
    expect(contentsOf(written)).toEqual(expected(kind));
    expect(notes.map((note) => note.target === "moved" && note.to)).toEqual([target.spare[1]]);
    expect(readdirSync(target.spare[0]!)).toEqual([]);
  });

  it("does not overwrite what lies in the next folder", () => {
    const target = freshTarget(kinds[0]!, ["second"]);
    const other = failingFiles({});
    other.close(other.create(join(target.spare[0]!, "M01.raw.partial")));
    const files = failingFiles({
      faults: [{ call: "write", nth: 2, code: "ENOSPC", times: Infinity, folder: target.folder }],
    });
    expect(() => writeRaw(target, medium, { files })).toThrow(/images are never overwritten/);
    expect(existsSync(join(target.folder, "M01.raw.partial"))).toBe(true);
  });

  it.each(kinds)("$name waits until there is space and goes on", (kind) => {
    const target = freshTarget(kind);
    const files = failingFiles({
      faults: [{ call: "write", nth: 2, code: "ENOSPC" }],
      free: [0, 1 << 30],
    });
    const notes: TargetNote[] = [];
    const written = kind.write(target, medium, { files, waitForSpace: true, onNote: (note) => notes.push(note) });
    expect(contentsOf(written)).toEqual(expected(kind));
    expect(notes).toEqual([
      { target: "waiting", folder: target.folder, needed: expect.any(Number) as number },
      { target: "going-on", folder: target.folder },
    ]);
  });

  it("waits no longer when everything is given up", () => {
    const target = freshTarget(kinds[0]!);
    const files = failingFiles({ faults: [{ call: "write", nth: 1, code: "ENOSPC", times: Infinity }], free: [0] });
    const write = () => writeRaw(target, medium, { files, waitForSpace: true, isGivenUp: () => true });
    expect(write).toThrow(expect.objectContaining({ kind: "ring-aborted" }) as Error);
    expect(files.openDescriptors()).toBe(0);
  });
});

describe("syncs that run beside the writing", () => {
  const piece = new Uint8Array(1 << 20);
  const plain = { folders: [base], waitForSpace: false, onNote: () => undefined, isGivenUp: () => false };

  /** Files that keep nothing, so that 128 MiB cost nothing. */
  function pretending(startSync: (descriptor: number, done: (error: Error | null) => void) => void) {
    const closed: number[] = [];
    let next = 100;
    const files = {
      ...failingFiles({}),
      ...{ exists: () => false, create: () => (next += 1), sync: () => undefined, startSync },
      write: (_: number, __: Uint8Array, ___: number, length: number) => length,
      close: (descriptor: number) => void closed.push(descriptor),
    };
    return { closed, files: new SegmentFiles({ ...plain, nameOf: (number) => `x.${number}`, files }) };
  }

  async function fill(files: SegmentFiles): Promise<void> {
    for (let at = 0; at < 130; at++) {
      files.write(piece);
      await files.syncNow();
    }
  }

  it("a failing one is told at the next, or at the end", async () => {
    const failing = (_: number, done: (error: Error | null) => void) =>
      void setImmediate(() => done(Object.assign(new Error("EIO"), { code: "EIO" })));
    for (const end of [fill, (files: SegmentFiles) => files.settle()]) {
      const { files } = pretending(failing);
      files.beginSegment(1);
      await fill(files);
      await expect(end(files)).rejects.toMatchObject({ code: "target/refused", exit: 4 });
      files.abandon();
    }
  });

  it("a file that ended meanwhile is closed when its sync is done, not before", async () => {
    const pending: (() => void)[] = [];
    const { files, closed } = pretending((_, done) => void pending.push(() => done(null)));
    files.beginSegment(1);
    await fill(files);
    expect(pending).toHaveLength(1);
    files.endSegment();
    expect(closed).toEqual([]);
    pending[0]!();
    await files.settle();
    expect(closed).toEqual([101]);
  });
});
