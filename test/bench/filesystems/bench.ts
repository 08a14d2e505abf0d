/**
 * `npm run bench -- filesystems`: listing, recovering and hashing what is in a file system by the product and by The Sleuth Kit, in turn, on
 * the same warm images; ratios of one run. Listings go to nothing; what is recovered goes to a folder of the run. `vestige timeline`
 * gives body lines for all times of a file (of NTFS both sets), deleted and orphan ones, and streams; so does `fls -m`.
 *
 *     --files N    default 500000: files of the images that are listed
 *     --records N  default 1000000: records of the synthetic MFT
 *     --bytes N    default 1e9: content of the image that is recovered and hashed
 *     --rounds N   default 3
 *     --dir DIR    where everything is made and removed, default /dev/shm where there is one, else the temporary folder
 *     --only WHAT  any of ext4,ntfs,mft,contents (default: all)
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isInstalled, measure, median, type Measured } from "../folder/measure.ts";
import { makeContents, makeExt4, makeNtfs } from "./make-images.ts";
import { makeManyRecords } from "./many-records.ts";

const { values: flags } = parseArgs({
  options: {
    files: { type: "string", default: "500000" },
    bytes: { type: "string", default: "1e9" },
    records: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    dir: { type: "string", default: existsSync("/dev/shm") ? "/dev/shm" : tmpdir() },
    only: { type: "string", default: "ext4,ntfs,mft,contents" },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const wanted = flags.only.split(",");
const scratch = mkdtempSync(path.join(flags.dir, "vestige-bench-"));
const at = (name: string): string => path.join(scratch, name);
const launcher = fileURLToPath(new URL("../../../bin/vestige.mjs", import.meta.url));
const walker = fileURLToPath(new URL("walk.ts", import.meta.url));
const out = at("out");

interface Contestant {
  readonly name: string;
  /** Programs that run one after the other. */
  readonly steps: readonly (readonly [program: string, args: readonly string[]])[];
}

const vestige = (name: string, ...args: string[]): Contestant => ({
  name: `vestige ${name}`,
  steps: [[process.execPath, [launcher, ...args, "-q"]]],
});
const peer = (name: string, ...steps: Contestant["steps"][number][]): Contestant => ({ name, steps });

interface Cost {
  readonly seconds: number;
  /** Of all processes, user and system. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** What is printed goes to nothing; the shell tells the time of its children. */
const counted = '"$0" "$@" > /dev/null; code=$?; times; exit $code';

/** Exit codes of the product above 0 say that evidence is damaged, not that it failed; faults and refusals are 2 and 3. */
async function once({ steps, name }: Contestant): Promise<Cost> {
  let [seconds, cpuSeconds, peakBytes] = [0, 0, 0];
  for (const [program, args] of steps) {
    const done: Measured = await measure("sh", ["-c", counted, program, ...args], { keep: true });
    if (done.status !== 0 && !(name.startsWith("vestige") && done.status === 1)) {
      throw new Error(`${name} failed (${done.status}): ${done.stderr.slice(-2000)}`);
    }
    for (const [, minutes, rest] of done.stdout.matchAll(/(\d+)m([\d.]+)s/g))
      cpuSeconds += Number(minutes) * 60 + Number(rest);
    seconds += done.seconds;
    peakBytes = Math.max(peakBytes, done.peakBytes ?? 0);
  }
  return { seconds, cpuSeconds, peakBytes };
}

/** The first is the product's; every other is compared with it. */
async function contest(title: string, image: string, contestants: readonly Contestant[]): Promise<void> {
  const costs = contestants.map((): Cost[] => []);
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (turn + round) % contestants.length;
      rmSync(out, { recursive: true, force: true });
      spawnSync("cp", [image, "/dev/null"]);
      costs[index]!.push(await once(contestants[index]!));
    }
  }
  say(`\n${title}, median of ${flags.rounds}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}`);
  const rows = costs.map((each) => ({
    seconds: median(each.map(({ seconds }) => seconds)),
    cpuSeconds: median(each.map((cost) => cost.cpuSeconds)),
    peakBytes: Math.max(...each.map(({ peakBytes }) => peakBytes)),
  }));
  const [ours] = rows as [Cost];
  for (const [index, { name }] of contestants.entries()) {
    const { seconds, cpuSeconds, peakBytes } = rows[index]!;
    const [wall, cpu] = [seconds / ours.seconds, cpuSeconds / ours.cpuSeconds];
    const ratio =
      index === 0 ? "" : `   ${contestants[0]!.name} is ${wall.toFixed(2)}x, by CPU time ${cpu.toFixed(2)}x`;
    const figures = `${seconds.toFixed(2).padStart(7)} s  CPU ${cpuSeconds.toFixed(2).padStart(7)} s`;
    say(`  ${name.padEnd(28)} ${figures} ${`${Math.round(peakBytes / 1e6)} MB`.padStart(8)}${ratio}`);
  }
}

const linesOf = async (program: string, args: readonly string[]): Promise<number> => {
  const { stdout } = await measure("sh", ["-c", '"$0" "$@" | wc -l', program, ...args], { keep: true });
  return Number(stdout);
};

async function list(title: string, image: string): Promise<void> {
  say(`\n${title}`);
  say(`  lines: vestige timeline ${await linesOf(process.execPath, [launcher, "timeline", image, "-q"])}`);
  const peers = [
    peer("fls -r -p -m", ["fls", ["-r", "-p", "-m", "/", image]]),
    peer("tsk_gettimes", ["tsk_gettimes", [image]]),
  ];
  if (isInstalled("fls")) say(`  lines: fls -r -p -m     ${await linesOf("fls", ["-r", "-p", "-m", "/", image])}`);
  else say("fls is not installed: no comparison with it");
  await contest(`${title}: full listing with all times`, image, [
    vestige("timeline", "timeline", image),
    vestige("ls -r", "ls", image, "-r"),
    ...(isInstalled("fls") ? peers : []),
  ]);
  await inProcess(title, image);
}

/** Without the start of the program and without writing lines. */
async function inProcess(title: string, image: string): Promise<void> {
  const rates: number[] = [];
  let last = { entries: 0, times: 0, peakBytes: 0 };
  for (let round = 0; round < Number(flags.rounds); round++) {
    const { stdout, stderr, status } = await measure(process.execPath, [walker, image], { keep: true });
    if (status !== 0) throw new Error(`the walk failed: ${stderr.slice(-2000)}`);
    const walked = JSON.parse(stdout) as typeof last & { cpuSeconds: number };
    rates.push(walked.entries / walked.cpuSeconds);
    last = walked;
  }
  const memory = Math.round(last.peakBytes / 1e6);
  say(
    `\n${title}, one core, in process: ${Math.round(median(rates))} entries/s of CPU time (${last.entries} entries, ${last.times} times, peak ${memory} MB)`,
  );
}

async function contents(image: string): Promise<void> {
  const sums = ["sh", ["-c", `find "${out}" -type f -print0 | xargs -0 sha256sum`]] as const;
  const hasTsk = isInstalled("tsk_recover");
  if (!hasTsk) say("tsk_recover is not installed: no comparison with it");
  const title = `${Math.round(Number(flags.bytes) / 1e6)} MB of contents`;
  await contest(`${title}: all files recovered and hashed (SHA-256)`, image, [
    vestige("recover --all", "recover", image, "--all", "--to", out),
    ...(hasTsk ? [peer("tsk_recover -e, sha256sum", ["tsk_recover", ["-e", image, out]], sums)] : []),
  ]);
  await contest(`${title}: all files hashed (three hashes; tsk_loaddb: MD5)`, image, [
    vestige("ls -r --hash", "ls", image, "-r", "--hash", "--algorithms", "md5,sha1,sha256"),
    ...(hasTsk ? [peer("tsk_loaddb -h", ["tsk_loaddb", ["-h", "-d", out, image]])] : []),
  ]);
}

const image = at("image.raw");
try {
  if (wanted.includes("ext4")) {
    if (isInstalled("mkfs.ext4")) {
      makeExt4(image, scratch, Number(flags.files));
      await list(`ext4, ${flags.files} files`, image);
      rmSync(image);
    } else say("mkfs.ext4 is not installed: no ext4");
  }
  if (wanted.includes("ntfs")) {
    if (isInstalled("mkntfs") && isInstalled("ntfs-3g")) {
      makeNtfs(image, scratch, Number(flags.files));
      await list(`NTFS, ${flags.files} files`, image);
      rmSync(image);
    } else say("mkntfs or ntfs-3g is not installed: no NTFS");
  }
  if (wanted.includes("mft")) {
    makeManyRecords(image, Number(flags.records));
    await list(`MFT of ${flags.records} records`, image);
    rmSync(image);
  }
  if (wanted.includes("contents") && isInstalled("mkfs.ext4")) {
    makeContents(image, scratch, Number(flags.bytes));
    await contents(image);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
