/** Flags that begin with `no-` reach their command from the command line. */
import { gzipSync } from "node:zlib";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { vestige } from "../../fixtures/command.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";

const base = freshFolder("negated-flags");
const image = join(base, "packed.dd");
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a flag that begins with no-", () => {
  it.each([
    { flags: [], found: 1 },
    { flags: ["--no-streams"], found: 0 },
  ])("is given or not: $flags", async ({ flags, found }) => {
    const packed = gzipSync(Buffer.from("write to some.body@example.org\n".padStart(600, "x ")));
    writeFileSync(image, Buffer.concat([Buffer.alloc(4096), packed, Buffer.alloc(8192)]));
    const wanted = ["--scope", "whole", "--files", "none", "--features", "email", "--workers", "1"];
    const { stdout, exit } = await vestige(["scan", image, ...wanted, ...flags, "--json"], { home: base });
    expect(exit).toBe(0);
    expect(stdout.match(/some\.body@example\.org/g)?.length ?? 0).toBeGreaterThanOrEqual(found);
    if (found === 0) expect(stdout).not.toContain("some.body");
  });
});
