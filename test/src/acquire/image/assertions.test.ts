/** Every assertion of the CFTT for disk imaging is the name of a test here or elsewhere, or says why it cannot apply. */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { checkedSource } from "../../../../src/acquire/image/checked-source.ts";
import { fileFacts } from "../../../../src/platform/block-devices.ts";
import { hiddenOf } from "../../../../src/platform/device-facts.ts";
import { compileCache } from "../../../fixtures/compile-cache.ts";
import { freshFolder } from "../../../fixtures/evidence-folder.ts";
import { noise } from "../../../fixtures/ewf-set.ts";
import { contentOf, filesIn, hex, image, planOf } from "../../../fixtures/imaging.ts";
import { attachLoop, detachLoops, outputOf } from "../../../fixtures/loop-device.ts";
import { changedPaths, readSystemCalls, straceFlags } from "../../../fixtures/system-calls.ts";

const base = freshFolder("assertions");
const mounts: string[] = [];
afterEach(() => {
  for (const at of mounts.splice(0)) outputOf("umount", at);
  detachLoops();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const tests = fileURLToPath(new URL("../../..", import.meta.url));
/** Numbers from 1 to `last` as `DA-AM-01` … */
const ids = (kind: string, last: number) =>
  Array.from({ length: last }, (_, index) => `DA-${kind}-${String(index + 1).padStart(2, "0")}`);
const all = [...ids("AM", 10), ...ids("AO", 24)];
const notHere: Readonly<Record<string, string>> = {
  "DA-AM-03": "DA-AM-03: the matrix of systems is that of the continuous integration, not of one run",
  "DA-AO-15": "DA-AO-15: no clone is aligned to cylinders; every sector keeps its address",
};

describe("the assertions", () => {
  it("are the names of tests", () => {
    const names = readdirSync(tests, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => readFileSync(join(tests, name), "utf8"))
      .flatMap((text) => [...text.matchAll(/\b(?:it|describe)(?:\.each\([^]*?\))?\(\s*["'`](.*?)["'`],/g)])
      .map(([, name]) => name!);
    const named = new Set(names.flatMap((name) => name.match(/DA-A[MO]-\d\d/g) ?? []));
    expect(all.filter((id) => !named.has(id))).toEqual(Object.keys(notHere));
  });

  for (const reason of Object.values(notHere)) it(reason, ({ skip }) => skip(reason));
});

const source = join(base, "medium.img");
const medium = Buffer.from(noise(2_000_384));
writeFileSync(source, medium);

describe("DA-AM-05: file systems that an image is written to", () => {
  it("ext4", async ({ skip }) => {
    const disk = join(base, "ext4.img");
    writeFileSync(disk, Buffer.alloc(16 << 20));
    const device = attachLoop(disk);
    const at = join(base, "ext4");
    mkdirSync(at);
    if (device === null || outputOf("mkfs.ext4", "-q", device) === null || outputOf("mount", device, at) === null) {
      return skip("needs root, loop devices and mkfs.ext4");
    }
    mounts.push(at);
    const plan = planOf(join(at, "images"), medium.length, [{ format: "raw" }, { format: "e01" }]);
    const { targets } = await image(source, plan);
    for (const [index, target] of plan.targets.entries()) {
      expect(contentOf(target, targets[index]!).equals(medium)).toBe(true);
    }
  });

  it("one that holds no file as large: said, with what to do", async ({ skip }) => {
    if (process.platform !== "linux") return skip("needs ulimit");
    const config = join(base, "limited.json");
    const folder = join(base, "limited");
    writeFileSync(config, JSON.stringify({ source, plan: planOf(folder, medium.length, [{ format: "raw" }]) }));
    const { exit, stderr } = await alone(config, "ulimit -f 1000; ");
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/target\/file-limit/)]);
    expect(Object.keys(filesIn(folder))).toEqual(["M01.raw.partial"]);
  });
});

it("DA-AM-07: hidden sectors that nobody asked the device for are said to be unknown, not absent", () => {
  expect(hiddenOf("sata")).toMatchObject({ hpa: "not determinable", dco: "not determinable" });
  expect(fileFacts(source, medium.length).hiddenSectors).toBe("none (a file)");
  const device = attachLoop(source, "--read-only");
  if (device === null) return;
  const { facts } = checkedSource(device, { asFile: false, overrides: [] });
  expect(facts.hiddenSectors).toBe("not determinable");
});

it("DA-AO-24: nothing of the source is opened for writing or changed", async ({ skip }) => {
  if (outputOf("strace", "-V") === null) return skip("needs strace");
  const config = join(base, "traced.json");
  const calls = join(base, "calls");
  writeFileSync(
    config,
    JSON.stringify({ source, plan: planOf(join(base, "traced"), medium.length, [{ format: "raw" }]) }),
  );
  const { exit, stderr } = await alone(config, "", ["strace", ...straceFlags, "-o", calls]);
  if (exit !== 0 && /ptrace|not permitted/i.test(stderr)) return skip("needs ptrace");
  expect(exit, stderr).toBe(0);
  const seen = readSystemCalls(calls);
  expect(seen.some(({ name, args }) => /^open/.test(name) && args.includes(`"${source}"`))).toBe(true);
  expect(seen.flatMap(changedPaths).filter((path) => path === source)).toEqual([]);
  expect(hex("sha256", readFileSync(source))).toBe(hex("sha256", medium));
});

/** Images by a plan in a process of its own, behind words of a shell or another program. */
function alone(config: string, before: string, wrapper: readonly string[] = []) {
  const program = fileURLToPath(new URL("../../../fixtures/acquire-alone.ts", import.meta.url));
  const flags = ["--disable-warning=ExperimentalWarning", ...process.execArgv.filter((flag) => flag === "--no-addons")];
  const command = [...wrapper, process.execPath, ...flags, program, config];
  const child = spawn("sh", ["-c", `${before}exec "$@"`, "sh", ...command], {
    env: { PATH: process.env.PATH, ...compileCache },
  });
  let stderr = "";
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  return new Promise<{ exit: number | null; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit) => resolve({ exit, stderr }));
  });
}
