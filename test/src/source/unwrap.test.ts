import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { openEvidence } from "../../../src/source/evidence.ts";
import { unwrap, wrapperOf, type WrapperKind } from "../../../src/source/unwrap.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { mixedMedium } from "../../fixtures/ewf-set.ts";
import { zip } from "../../fixtures/zip-writer.ts";

const base = freshFolder("unwrap");
afterAll(() => rmSync(base, { recursive: true, force: true }));
// Longer than a step, with a stretch of zeros that becomes a hole, and no whole number of steps.
const medium = Buffer.concat([mixedMedium(1 << 20), Buffer.alloc(2 << 20), mixedMedium(700_160)]);

function packed(kind: WrapperKind): Buffer | null {
  if (kind === "gzip") return gzipSync(medium);
  if (kind === "zstd") return zstdCompressSync(medium);
  if (kind === "zip")
    return Buffer.from(
      zip([
        { name: "readme.txt", data: "a disk" },
        { name: "folder/disk.dd", data: medium },
      ]),
    );
  const { stdout, error } = spawnSync(kind, ["-c"], { input: medium, maxBuffer: 2 ** 26 });
  return error ? null : stdout;
}

const endings: Readonly<Record<WrapperKind, string>> = { gzip: "gz", bzip2: "bz2", xz: "xz", zstd: "zst", zip: "zip" };
const options = { folder: base, limitBytes: 2 ** 30 };
const leftovers = () => readdirSync(base).filter((name) => name.startsWith("vestige-unpacked-"));

describe.each(Object.keys(endings) as WrapperKind[])("an image compressed with %s", (kind) => {
  const path = join(base, `disk.dd.${endings[kind]}`);

  it("is unpacked to the same bytes, and removed afterwards", async ({ skip }) => {
    const bytes = packed(kind);
    if (bytes === null) return skip(`needs the program ${kind}`);
    writeFileSync(path, bytes);
    expect(wrapperOf(bytes)).toBe(kind);
    const unwrapped = await unwrap(path, kind, options);
    expect(unwrapped.bytes).toBe(medium.length);
    expect(readFileSync(unwrapped.path).equals(medium)).toBe(true);
    expect(unwrapped.path.endsWith("disk.dd")).toBe(true);
    unwrapped.remove();
    expect(existsSync(unwrapped.path)).toBe(false);
    const evidence = await openEvidence(path, options);
    expect(evidence.medium.image.size).toBe(medium.length);
    evidence.close();
    expect(leftovers()).toEqual([]);
  });

  it("is refused in one sentence where it is damaged, cut off or too large, and leaves nothing", async ({ skip }) => {
    const bytes = packed(kind);
    if (bytes === null) return skip(`needs the program ${kind}`);
    const cut = join(base, `cut.dd.${endings[kind]}`);
    writeFileSync(cut, bytes.subarray(0, bytes.length >> 1));
    await expect(unwrap(cut, kind, options)).rejects.toMatchObject({ kind: "operator" });
    await expect(unwrap(path, kind, { ...options, limitBytes: 1 << 20 })).rejects.toThrow(/--unpack-limit/);
    const signal = AbortSignal.abort();
    await expect(unwrap(path, kind, { ...options, signal })).rejects.toMatchObject({ exit: 4 });
    const away = join(base, "no such folder");
    await expect(unwrap(path, kind, { ...options, folder: away })).rejects.toMatchObject({ kind: "operator" });
    expect(leftovers()).toEqual([]);
  });
});

it("nothing else is taken for compressed", () => {
  expect(wrapperOf(medium)).toBeNull();
  expect(wrapperOf(new Uint8Array(0))).toBeNull();
});
