/**
 * `npm run bench -- carve`: carving the same types of files out of the same medium by the product, photorec and foremost, in turn, with
 * what each brings back; and the speed of a full scan for identifiers. Ratios are of one run. What is carved goes to a folder of the run.
 *
 *     --bytes N    default 3e8: size of the file of free space; the whole image is twice as large (a full run: 1e9)
 *     --rounds N   default 3
 *     --dir DIR    where everything is made and removed, default /dev/shm where there is one, else the temporary folder
 *     --only WHAT  any of free,image,features (default: all)
 *     --types T    default: what all three know: jpeg,png,gif,bmp,pdf,docx,zip,ole,wav,avi,mp4
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { carvePrograms, outputsOf } from "../../fixtures/carving/carve-programs.ts";
import { layoutTypes } from "../../fixtures/carving/layout-types.ts";
import { isInstalled, measure, median } from "../folder/measure.ts";
import { makeFreeSpace, makeImage, type CarveMedium } from "./media.ts";

const { values: flags } = parseArgs({
  options: {
    bytes: { type: "string", default: "3e8" },
    rounds: { type: "string", default: "3" },
    dir: { type: "string", default: existsSync("/dev/shm") ? "/dev/shm" : tmpdir() },
    only: { type: "string", default: "free,image,features" },
    types: { type: "string", default: "jpeg,png,gif,bmp,pdf,docx,zip,ole,wav,avi,mp4" },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const parts = flags.only.split(",");
const types = flags.types.split(",");
const rounds = Number(flags.rounds);
const scratch = mkdtempSync(path.join(flags.dir, "vestige-bench-"));
const out = path.join(scratch, "out");
const launcher = fileURLToPath(new URL("../../../bin/vestige.mjs", import.meta.url));

interface Contestant {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Hashes of what it carved. */
  readonly carved: () => readonly string[];
}

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** The shell tells the time of its children. */
const counted = '"$0" "$@" > /dev/null; code=$?; times; exit $code';

async function once({ name, command, args }: Contestant): Promise<Cost> {
  const done = await measure("sh", ["-c", counted, command, ...args], { keep: true, cwd: out });
  if (done.status !== 0 && !(name === "vestige" && done.status === 1))
    throw new Error(`${name} failed (${done.status}): ${done.stderr.slice(-2000)}`);
  let cpuSeconds = 0;
  for (const [, minutes, rest] of done.stdout.matchAll(/(\d+)m([\d.]+)s/g))
    cpuSeconds += Number(minutes) * 60 + Number(rest);
  return { seconds: done.seconds, cpuSeconds, peakBytes: done.peakBytes ?? 0 };
}

function vestige(image: string): Contestant {
  const kinds = layoutTypes.filter(({ id }) => types.includes(id)).flatMap((type) => type.kinds);
  const to = path.join(out, "vestige");
  const scope = ["--scope", "whole", "--files", kinds.join(","), "--features", "none", "--no-streams"];
  return {
    ...{ name: "vestige", command: process.execPath, args: [launcher, "scan", image, ...scope, "--to", to, "-q"] },
    carved() {
      const files = readdirSync(path.join(to, "carved"), { recursive: true, withFileTypes: true });
      return files
        .filter((file) => file.isFile())
        .map((file) =>
          createHash("sha256")
            .update(readFileSync(path.join(file.parentPath, file.name)))
            .digest("hex"),
        );
    },
  };
}

function contestants(image: string): Contestant[] {
  const peers = carvePrograms(image, out, types).filter(({ name }) => name !== "scalpel");
  return [
    vestige(image),
    ...peers.flatMap((program) => {
      if (isInstalled(program.command))
        return [{ ...program, carved: () => outputsOf(program, out).map(({ sha256 }) => sha256) }];
      say(`${program.name} is not installed: no comparison with it`);
      return [];
    }),
  ];
}

interface Row {
  readonly costs: Cost[];
  found: Map<string, number>;
  outputs: number;
}

function judge({ wanted }: CarveMedium, contestant: Contestant, row: Row): void {
  const carved = contestant.carved();
  row.outputs = carved.length;
  row.found = new Map();
  for (const hash of new Set(carved)) {
    const type = wanted.get(hash);
    if (type !== undefined) row.found.set(type, (row.found.get(type) ?? 0) + 1);
  }
}

async function contest(title: string, medium: CarveMedium): Promise<void> {
  mkdirSync(out, { recursive: true });
  const all = contestants(medium.path);
  const rows = all.map((): Row => ({ costs: [], found: new Map(), outputs: 0 }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const index = (turn + round) % all.length;
      rmSync(out, { recursive: true, force: true });
      mkdirSync(out);
      const [contestant, row] = [contestants(medium.path)[index]!, rows[index]!];
      spawnSync("cp", [medium.path, "/dev/null"]);
      row.costs.push(await once(contestant));
      if (round === 0) judge(medium, contestant, row);
    }
  }
  rmSync(out, { recursive: true, force: true });
  tell(title, medium, all, rows);
}

function tell(title: string, { bytes, wanted }: CarveMedium, all: readonly Contestant[], rows: readonly Row[]): void {
  const megabytes = Math.round(bytes / 1e6);
  const cores = `${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}`;
  say(`\n${title}: ${megabytes} MB with ${wanted.size} files of ${types.join(", ")}; median of ${rounds}, ${cores}`);
  const medians = rows.map(({ costs }) => ({
    seconds: median(costs.map(({ seconds }) => seconds)),
    cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
  }));
  const ours = medians[0]!;
  for (const [index, { name }] of all.entries()) {
    const { costs, found, outputs } = rows[index]!;
    const { seconds, cpuSeconds } = medians[index]!;
    const right = [...found.values()].reduce((sum, each) => sum + each, 0);
    const [wall, cpu] = [seconds / ours.seconds, cpuSeconds / ours.cpuSeconds];
    const ratio = index === 0 ? "" : `   vestige is ${wall.toFixed(2)}x, by CPU time ${cpu.toFixed(2)}x`;
    const speed = `${seconds.toFixed(2).padStart(7)} s ${(bytes / 1e6 / seconds).toFixed(0).padStart(5)} MB/s  CPU ${cpuSeconds.toFixed(2)} s`;
    const peak = `${Math.round(Math.max(...costs.map(({ peakBytes }) => peakBytes)) / 1e6)} MB`;
    say(
      `  ${name.padEnd(9)} ${speed} ${peak.padStart(8)}  recall ${(right / wanted.size).toFixed(3)}, ${outputs} outputs${ratio}`,
    );
  }
  const totals = new Map<string, number>();
  for (const type of wanted.values()) totals.set(type, (totals.get(type) ?? 0) + 1);
  for (const [type, total] of totals) {
    const each = all.map(({ name }, index) => `${name} ${rows[index]!.found.get(type) ?? 0}`);
    say(`    ${type.padEnd(6)} ${String(total).padStart(5)}: ${each.join(", ")}`);
  }
}

/** All identifiers, in streams too, and nothing carved. */
async function features(medium: CarveMedium): Promise<void> {
  mkdirSync(out, { recursive: true });
  const ways = [
    { name: "raw bytes", args: ["--no-streams"] },
    { name: "streams too", args: [] },
  ];
  for (const { name, args } of ways) {
    const costs: Cost[] = [];
    for (let round = 0; round < rounds; round++) {
      const scan = [launcher, "scan", medium.path, "--scope", "whole", "--files", "none", ...args, "-q"];
      costs.push(await once({ name: "vestige", command: process.execPath, args: scan, carved: () => [] }));
    }
    const seconds = median(costs.map((cost) => cost.seconds));
    const cpu = median(costs.map((cost) => cost.cpuSeconds));
    const speed = medium.bytes / 1e6 / seconds;
    say(
      `  vestige, all identifiers, ${name.padEnd(11)} ${seconds.toFixed(2).padStart(7)} s ${speed.toFixed(1).padStart(6)} MB/s  CPU ${cpu.toFixed(2)} s   ` +
        `${(speed / recordedMegabytes).toFixed(1)}x the recorded ${recordedMegabytes} MB/s`,
    );
  }
  say(
    `  bulk_extractor 2.2.0 -j2 with its default scanners read ${recordedMegabytes} MB/s (one run, on another medium and another machine of two cores);` +
      ` it is not packaged for this system, so that the ratio is with that figure and no measurement of this run`,
  );
}
/** Of a run of bulk_extractor that was recorded elsewhere. */
const recordedMegabytes = 9.9;

try {
  const bytes = Number(flags.bytes);
  if (parts.includes("free") || parts.includes("features")) {
    const medium = makeFreeSpace(path.join(scratch, "free.raw"), bytes, types);
    if (parts.includes("free")) await contest("free space", medium);
    if (parts.includes("features")) {
      say(
        `\nfeatures: ${Math.round(medium.bytes / 1e6)} MB of the same, median of ${rounds}, load ${loadavg()[0]!.toFixed(1)}`,
      );
      await features(medium);
    }
    rmSync(medium.path);
  }
  if (parts.includes("image")) {
    const medium = makeImage(path.join(scratch, "image.raw"), scratch, 2 * bytes, types);
    if (medium) await contest("whole image (ext4)", medium);
    else say("mkfs.ext4 is not installed: no whole image");
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
