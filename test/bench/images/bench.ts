/**
 * `npm run bench -- images`: reading images out by the product and by Debian's tools, in turn, on the same warm files; ratios of
 * one run. What either writes goes to a file in the same folder and is compared with the medium. `vestige export --to -` computes
 * SHA-256 on the way, ewfexport MD5, qemu-img nothing; `vestige export` computes three hashes and the block tree, and is shown
 * beside it (its verification afterwards is not in the figure). Verification: three hashes against ewfverify's MD5.
 *
 *     --bytes N    default 1e9       --rounds N   default 3
 *     --dir DIR    where everything is made, default the system's temporary folder; it must hold five times the bytes
 *     --only WHAT  any of e01,qcow2,packed,vmdk,stream,verify (default: all)
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeMedium } from "../acquire/media.ts";
import { isInstalled, median } from "../folder/measure.ts";

const { values: flags } = parseArgs({
  options: {
    bytes: { type: "string", default: "1e9" },
    rounds: { type: "string", default: "3" },
    dir: { type: "string", default: tmpdir() },
    only: { type: "string", default: "e01,qcow2,packed,vmdk,stream,verify" },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const bytes = Math.floor(Number(flags.bytes) / 2 ** 20) * 2 ** 20;
const wanted = flags.only.split(",");
const scratch = mkdtempSync(path.join(flags.dir, "vestige-bench-"));
const at = (name: string): string => path.join(scratch, name);
const launcher = fileURLToPath(new URL("../../../bin/vestige.mjs", import.meta.url));
const medium = at("medium.raw");

/** Seconds; throws where the program fails. `to`: standard output goes there. */
function timed(program: string, args: readonly string[], to?: string, env = process.env): number {
  const out = to === undefined ? "ignore" : openSync(to, "w");
  const begun = performance.now();
  const { status, stderr } = spawnSync(program, args, { stdio: ["ignore", out, "pipe"], encoding: "utf8", env });
  const seconds = (performance.now() - begun) / 1000;
  if (typeof out === "number") closeSync(out);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${stderr}`);
  return seconds;
}

interface Contestant {
  readonly name: string;
  /** Seconds. */
  run(image: string): number;
}

const streamed: Contestant = {
  name: "vestige, to -",
  run: (image) => timed(process.execPath, [launcher, "export", image, "--to", "-", "-q"], at("out")),
};

/** By what the product says of itself: reading and writing, without the verification that follows. */
const exported: Contestant = {
  name: "vestige export",
  run(image) {
    const args = [launcher, "export", image, "--to", at("out"), "--json", "-q"];
    const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
    if (status !== 0) throw new Error(`export failed: ${stderr}`);
    const events = stdout.split("\n").filter((line) => line.startsWith("{"));
    const found = events.map((line) => JSON.parse(line) as { event: string; speed?: { readMs: number } });
    return found.find(({ event }) => event === "acquisition")!.speed!.readMs / 1000;
  },
};

function clear(): void {
  for (const name of readdirSync(scratch)) if (name.startsWith("out")) rmSync(at(name), { force: true });
}

function contest(title: string, image: string, contestants: readonly Contestant[]): void {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (turn + round) % contestants.length;
      clear();
      spawnSync("cp", [image, "/dev/null"]);
      times[index]!.push(contestants[index]!.run(image));
      const made = readdirSync(scratch).find((name) => /^out(\.raw)?$/.test(name));
      if (made && spawnSync("cmp", [medium, at(made)]).status !== 0) {
        throw new Error(`${contestants[index]!.name} gave another medium`);
      }
    }
  }
  const rates = times.map((each) => bytes / 1e6 / median(each));
  say(`\n${title}, ${Math.round(bytes / 1e6)} MB, median of ${flags.rounds}, ${availableParallelism()} cores`);
  for (const [index, { name }] of contestants.entries()) {
    const ratio = index === 0 ? "" : `   ${contestants[0]!.name} is ${(rates[0]! / rates[index]!).toFixed(2)}x`;
    say(`  ${name.padEnd(16)} ${rates[index]!.toFixed(0).padStart(5)} MB/s${ratio}`);
  }
}

const ewfexport: Contestant = {
  name: "ewfexport",
  run: (image) => timed("ewfexport", ["-q", "-u", "-f", "raw", "-t", at("out"), image]),
};
const qemuImg: Contestant = {
  name: "qemu-img",
  run: (image) => timed("qemu-img", ["convert", "-O", "raw", image, at("out")]),
};
/** Without the peer in its path, which it would ask for a second opinion. */
const verified: Contestant = {
  name: "vestige verify",
  run: (image) => timed(process.execPath, [launcher, "verify", image], undefined, { ...process.env, PATH: "/nowhere" }),
};
const ewfverify: Contestant = { name: "ewfverify", run: (image) => timed("ewfverify", ["-q", image]) };

function withPeer(program: string, own: readonly Contestant[], peer: Contestant): Contestant[] {
  if (isInstalled(program)) return [...own, peer];
  say(`${program} is not installed: no comparison with it`);
  return [...own];
}

function converted(name: string, options: readonly string[]): string | null {
  if (!isInstalled("qemu-img")) return null;
  timed("qemu-img", ["convert", ...options, medium, at(name)]);
  return at(name);
}

try {
  makeMedium(medium, bytes, "mixed");
  if (wanted.includes("e01") || wanted.includes("verify")) {
    timed(process.execPath, [launcher, "acquire", medium, "--as-file", "--to", at("m"), "--format", "e01"]);
    const image = at("m.E01");
    if (wanted.includes("e01")) {
      contest("E01 to raw", image, withPeer("ewfexport", [streamed, exported], ewfexport));
    }
    if (wanted.includes("verify")) contest("verify E01", image, withPeer("ewfverify", [verified], ewfverify));
    rmSync(image);
  }
  const disks: readonly (readonly [id: string, title: string, name: string, options: readonly string[]])[] = [
    ["qcow2", "QCOW2 to raw", "d.qcow2", ["-O", "qcow2"]],
    ["packed", "QCOW2 compressed to raw", "p.qcow2", ["-c", "-O", "qcow2"]],
    ["vmdk", "VMDK sparse to raw", "d.vmdk", ["-O", "vmdk"]],
    ["stream", "VMDK stream-optimised to raw", "s.vmdk", ["-O", "vmdk", "-o", "subformat=streamOptimized"]],
  ];
  for (const [id, title, name, options] of disks) {
    const image = wanted.includes(id) ? converted(name, options) : null;
    if (image) contest(title, image, withPeer("qemu-img", [streamed, exported], qemuImg));
    rmSync(at(name), { force: true });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
