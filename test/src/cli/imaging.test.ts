/** `vestige acquire` of media without a case: what it refuses, what it continues, what it does when a disk is full. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { EwfWriter } from "../../../native-free/images/ewf/writer.ts";
import { announceResume, readResume } from "../../../src/acquire/image/resume-record.ts";
import type { ImageBody } from "../../../src/acquire/image/image-body.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { acquireCommand } from "../../../src/cli/commands/acquire.ts";
import { verifyCommand } from "../../../src/cli/commands/verify.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { ewfSet, feed, MemorySink, mixedMedium, noise, optionsFor } from "../../fixtures/ewf-set.ts";
import { hex, leaveInterrupted, planOf } from "../../fixtures/imaging.ts";
import { outputOf } from "../../fixtures/loop-device.ts";
import { ask, type Said } from "../../fixtures/officer.ts";

const base = freshFolder("imaging-command");
const mounts: string[] = [];
afterEach(() => mounts.splice(0).forEach((at) => void outputOf("umount", at)));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const medium = Buffer.from(noise(2_097_664));
const source = join(base, "medium.img");
writeFileSync(source, medium);

const acquire = (to: string, flags: FlagValues, from = source, onText?: (text: string) => void): Promise<Said> =>
  ask(acquireCommand, {
    args: [from],
    flags: { to, workers: "1", "no-triage": true, ...flags },
    ...(onText ? { onText } : {}),
  });
const refused = (promise: Promise<unknown>, code: string, exit = 2) =>
  expect(promise).rejects.toMatchObject({ code, exit });
const bodyOf = (to: string) => JSON.parse(readFileSync(`${to}.acquisition.json`, "utf8")) as ImageBody;

/** Half an image of the medium, as an interrupted command leaves it. */
function interrupted(name: string, size = medium.length): string {
  const folder = join(base, name);
  const plan = planOf(folder, size, [{ format: "raw" }]);
  leaveInterrupted(plan, medium, {
    kept: { "M01.raw": medium.subarray(0, 1_500_000) },
    blocks: 2,
    source: realpathSync(source),
  });
  return join(folder, "M01");
}

describe("an interrupted image", () => {
  it("is continued by the same command, by --resume alone, and not when something else is asked for", async () => {
    const to = interrupted("continued");
    await refused(acquire(to, { format: "e01" }), "resume/other-plan");
    await refused(acquire(to, { format: "raw", "segment-size": "1M" }), "resume/other-plan");
    await refused(acquire(to, { resume: true, hash: ["sha512"] }), "resume/other-plan");
    const { exit, text } = await acquire(to, { resume: true });
    expect([exit, /Continuing the acquisition that was begun/.test(text)]).toEqual([0, true]);
    expect(text).toMatch(/Continued after an interruption at byte 1,499,648/);
    expect(readFileSync(`${to}.raw`).equals(medium)).toBe(true);
    expect(bodyOf(to)).toMatchObject({ hashes: { sha256: hex("sha256", medium) }, resumptions: [{ at: 1_499_648 }] });
    expect(readResume(join(base, "continued"), "M01")).toBeNull();
    await refused(acquire(to, { format: "raw", resume: true }), "resume/nothing");
    await refused(acquire(to, { format: "raw" }), "target/exists");
  });

  it("is not continued from another medium, nor from a stream", async () => {
    const to = interrupted("other");
    const smaller = join(base, "smaller.img");
    writeFileSync(smaller, medium.subarray(512));
    await refused(acquire(to, { resume: true }, smaller), "resume/other-medium");
    await refused(acquire(to, { resume: true }, "-"), "resume/other-medium");
    const streamed = planOf(join(base, "streamed"), null, [{ format: "raw" }]);
    const head = { path: "-", model: null, serial: null };
    announceResume(join(base, "streamed"), "M01", {
      ...{ source: head, plan: streamed, started: streamed.acquired },
    });
    await refused(acquire(join(base, "streamed", "M01"), { resume: true }, "-"), "resume/stream");
  });

  it("is not continued where an earlier version packed chunks otherwise", async () => {
    for (const [name, wish, refusedBefore] of [
      ["older-aff4", { format: "aff4" }, true],
      ["older-best", { format: "e01", compression: "best" }, true],
      ["older-fast", { format: "e01", compression: "fast" }, false],
    ] as const) {
      const folder = join(base, name);
      leaveInterrupted(planOf(folder, medium.length, [wish]), medium, {
        ...{ kept: {}, blocks: 2, source: realpathSync(source) },
      });
      const record = join(folder, "M01.resume.jsonl");
      writeFileSync(record, readFileSync(record, "utf8").replace("vestige.resume/2", "vestige.resume/1"));
      const again = acquire(join(folder, "M01"), { resume: true });
      if (refusedBefore) await refused(again, "resume/other-version");
      else expect((await again).exit).toBe(0);
    }
    expect((await acquire(join(base, "older-aff4", "M01"), { format: "aff4", restart: true })).exit).toBe(0);
  });

  it("is given up with --restart, its files with it", async () => {
    const to = interrupted("restart");
    const { exit, text } = await acquire(to, { format: "e01", restart: true });
    expect([exit, /Removed what an interrupted acquisition left: M01\.raw/.test(text)]).toEqual([0, true]);
    expect(readdirSync(join(base, "restart")).sort()).toEqual(["M01.E01", "M01.acquisition.json", "M01.blocks.leaves"]);
    expect(bodyOf(to).resumptions).toEqual([]);
  });
});

describe("flags that do not go together", () => {
  it.each([
    [{ format: "raw", compression: "best" }, "usage/compression"],
    [{ format: "raw", spare: ["/tmp"] }, "usage/spare"],
    [{ format: "raw", also: ["zip:/tmp/x"] }, "usage/also"],
    [{ format: "e01", "segment-size": "1k" }, "usage/segment-size"],
    [{}, "usage/format"],
  ] as const)("%o", async (flags, code) => refused(acquire(join(base, "x"), flags), code));

  it("two targets of the same place, and E01 of part of a sector", async () => {
    const to = join(base, "twice");
    await refused(acquire(to, { format: "raw", also: [`raw:${to}`] }), "target/twice");
    const odd = join(base, "odd.img");
    writeFileSync(odd, medium.subarray(0, 1000));
    await refused(acquire(to, { format: "e01" }, odd), "source/part-sector");
    expect(readdirSync(base).filter((name) => name.startsWith("twice"))).toEqual([]);
  });
});

function tmpfs(name: string, size: string): string | null {
  const at = join(base, name);
  mkdirSync(at, { recursive: true });
  if (process.getuid?.() !== 0 || outputOf("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", at) === null)
    return null;
  mounts.push(at);
  return at;
}

describe("DA-AO-04, DA-AO-10: a disk that is full", () => {
  const noSpace = "needs root and tmpfs";
  const large = join(base, "large.img");
  writeFileSync(large, randomBytes(5 << 20));

  it("is said before anything is read where a raw image cannot fit, and with --when-full stop when it is full", async ({
    skip,
  }) => {
    const at = tmpfs("stop", "2m");
    if (at === null) return skip(noSpace);
    await refused(acquire(join(at, "x"), { format: "raw" }, large), "target/space");
    await refused(acquire(join(at, "x"), { format: "e01", "when-full": "stop" }, large), "target/full", 4);
    expect(readdirSync(at).sort()).toEqual(["x.E01.partial", "x.resume.jsonl", "x.resume.leaves"]);
    outputOf("mount", "-o", "remount,size=20m", at);
    const { exit } = await acquire(join(at, "x"), { resume: true }, large);
    expect(exit).toBe(0);
    expect(bodyOf(join(at, "x")).hashes.sha256).toBe(hex("sha256", readFileSync(large)));
  });

  it("is waited for, and gone on with when there is space", async ({ skip }) => {
    const at = tmpfs("wait", "24m");
    if (at === null) return skip(noSpace);
    writeFileSync(join(at, "filler"), Buffer.alloc(21 << 20));
    const waits: string[] = [];
    const hear = (text: string) => {
      if (!/waiting until at least/.test(text)) return;
      waits.push(text);
      rmSync(join(at, "filler"));
    };
    const { exit, text, events } = await acquire(join(at, "x"), { format: "e01" }, large, hear);
    expect([exit, waits.length, /There is space in .* again/.test(text)]).toEqual([0, 1, true]);
    expect(events.filter(({ schema }) => schema === "vestige.target/1").map(({ target }) => target)).toEqual([
      "waiting",
      "going-on",
    ]);
    expect(bodyOf(join(at, "x")).hashes.sha256).toBe(hex("sha256", readFileSync(large)));
  });

  it("is left for the next, the open file with it; all are found and verified", async ({ skip }) => {
    const [first, second] = [tmpfs("first", "3m"), tmpfs("second", "8m")];
    if (first === null || second === null) return skip(noSpace);
    const to = join(first, "x");
    const { exit, text } = await acquire(to, { format: "raw", "segment-size": "1M", spare: [second] }, large);
    expect([exit, /going on in .*second/.test(text)]).toEqual([0, true]);
    const { image } = bodyOf(to);
    const places = image.segments.map(({ file, folder }) => join(folder ?? first, file));
    expect(Buffer.concat(places.map((path) => readFileSync(path))).equals(readFileSync(large))).toBe(true);
    expect(image.segments.map(({ file }) => file)).toEqual(["x.001", "x.002", "x.003", "x.004", "x.005"]);
    expect(image.segments.some(({ folder }) => folder === second)).toBe(true);
    for (const { size } of image.segments) expect(size).toBeLessThanOrEqual(1 << 20);
    expect(readdirSync(second).length + readdirSync(first).filter((name) => /\.\d{3}$/.test(name)).length).toBe(5);
    const verified = await ask(verifyCommand, { args: [`${to}.001`] });
    expect([verified.exit, verified.text]).toEqual([0, expect.stringMatching(/unchanged/)]);
    expect(statSync(places[4]!).size).toBe(1 << 20);
  });
});

describe("an E01 set that lies on its own", () => {
  const segments = ewfSet(mixedMedium(3 << 20), { segmentBytes: 1 << 20 }).segments;
  const place = (name: string, parts: readonly Uint8Array[]): string => {
    const folder = join(base, name);
    mkdirSync(folder);
    parts.forEach((bytes, index) => writeFileSync(join(folder, `disk.E0${index + 1}`), bytes));
    return join(folder, "disk.E01");
  };
  const verify = (path: string): Promise<Said> => ask(verifyCommand, { args: [path], flags: { "own-only": true } });

  it("is checked against the hashes at its end", async () => {
    expect(await verify(place("whole-set", segments))).toMatchObject({ exit: 0 });
  });

  it("is said to be cut off where its end is missing, not to have no hashes", async () => {
    const last = segments.at(-1)!;
    const withoutLast = verify(place("without-last", segments.slice(0, -1)));
    await expect(withoutLast).rejects.toMatchObject({ code: "image/not-whole", exit: 1 });
    const cut = verify(place("cut-set", [...segments.slice(0, -1), last.subarray(0, last.length >> 1)]));
    await expect(cut).rejects.toThrow(/damaged or cut off.*The chain of sections in segment \d is cut/);
  });

  it("that was written without hashes is only that", async () => {
    const sink = new MemorySink();
    const medium = mixedMedium(1 << 20);
    const writer = new EwfWriter(optionsFor(medium.length), sink);
    feed(writer, medium, 1);
    writer.finish({ md5: null, sha1: null, badSectors: [] });
    await refused(verify(place("without-hashes", sink.segments)), "image/no-hashes");
  });
});
