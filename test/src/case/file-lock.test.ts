import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileLock, lockHolder } from "../../../src/case/file-lock.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vestige-lock-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a file lock", () => {
  it("is held by one at a time, and names its holder to who waits in vain", () => {
    const file = join(folder, "a.db");
    const [first, second] = [fileLock(file), fileLock(file)];
    first.acquire("process");
    expect(() => second.acquire("report", 50)).toThrow(new RegExp(`process ${process.pid} on .* \\(process, since 20`));
    first.release();
    second.acquire("report", 50);
    expect(() => first.acquire("process", 0)).toThrow(/report/);
    second.close();
    first.acquire("process", 50);
    first.close();
  });

  it("is freed by the death of its holder", async () => {
    const file = join(folder, "b.db");
    const script = join(folder, "holder.ts");
    const module = new URL("../../../src/case/file-lock.ts", import.meta.url).href;
    writeFileSync(
      script,
      `import { fileLock } from ${JSON.stringify(module)};
fileLock(${JSON.stringify(file)}).acquire("holder");
console.log("held");
setInterval(() => {}, 1000);
`,
    );
    const flags = process.execArgv.filter((flag) => flag === "--no-addons");
    const child = spawn(process.execPath, [...flags, script], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    const lock = fileLock(file);
    try {
      await once(child.stdout, "data");
      expect(() => lock.acquire("other", 100)).toThrow(new RegExp(`process ${child.pid} `));
    } finally {
      child.kill("SIGKILL");
      await exited;
    }
    lock.acquire("other", 1000);
    lock.close();
  });

  it("says so where its folder is absent, and survives a damaged note", () => {
    expect(() => fileLock(join(folder, "none", "c.db")).acquire("x", 0)).toThrow(/Expected to lock|not-writable|found/);
    writeFileSync(join(folder, "d.db.holder"), "{");
    expect(lockHolder(join(folder, "d.db"))).toBe("another process");
  });
});
