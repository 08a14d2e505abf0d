/**
 * `npm run bench -- acquire`: imaging by the product and by Debian's tools, in turn, on the same warm media; ratios of one run.
 * Same work on both sides: dc3dd copies with MD5, SHA-1 and SHA-256; ewfacquire writes E01 "fast" with the same digests; what
 * either wrote is on the disk when its time ends (the product syncs, the peers are followed by `sync`). The product also
 * reads back what it wrote, which is not in the comparison. In the same run the limits of the machine: three `openssl dgst`
 * at once, one MD5, compression on all cores.
 *
 *     --bytes N    default 2e9        --rounds N  default 3       --threads 1,2,4   the product alone, by number of threads
 *     --dir DIR    where everything is made, default the system's temporary folder; it must hold four times the bytes
 *     --only WHAT  any of raw,device,e01,compressible,threads,memory (default: all)
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { isInstalled, measure, median } from "../folder/measure.ts";
import { attachLoop, detachLoop, makeMedium, type Content } from "./media.ts";

const { values: flags } = parseArgs({
  options: {
    bytes: { type: "string", default: "2e9" },
    rounds: { type: "string", default: "3" },
    dir: { type: "string", default: tmpdir() },
    threads: { type: "string", default: "1,2,4" },
    only: { type: "string", default: "raw,device,e01,compressible,threads,memory" },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const wanted = flags.only.split(",");
const bytes = Math.floor(Number(flags.bytes) / 512) * 512;
const cores = availableParallelism();
const scratch = mkdtempSync(path.join(flags.dir, "vestige-bench-"));
const target = path.join(scratch, "target");

interface Contestant {
  readonly name: string;
  /** Seconds; the folder is emptied before. */
  readonly run: (source: string) => Promise<number>;
}

interface ProductTimes {
  readonly readMs: number;
  readonly verifyMs: number;
  readonly peakBytes: number | null;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The command as an officer gives it. */
async function runProduct(source: string, format: "raw" | "e01", workers: number): Promise<ProductTimes> {
  const args = [path.join(root, "bin", "vestige.mjs"), "acquire", source, "--to", path.join(target, "x")];
  const more = ["--format", format, "--workers", String(workers), "--json"];
  const { stdout, status, stderr, peakBytes } = await measure(process.execPath, [...args, ...more], { keep: true });
  if (status !== 0) throw new Error(`the product failed: ${stderr}`);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  const events = lines.map((line) => JSON.parse(line) as { event: string; speed?: ProductTimes });
  const speed = events.find(({ event }) => event === "acquisition")!.speed!;
  return { ...speed, peakBytes };
}

const verifyRates: number[] = [];

function product(format: "raw" | "e01"): Contestant {
  return {
    name: "vestige",
    async run(source) {
      const { readMs, verifyMs } = await runProduct(source, format, cores);
      verifyRates.push(bytes / 1e3 / verifyMs);
      return readMs / 1000;
    },
  };
}

function peer(name: string, argsOf: (source: string) => readonly string[]): Contestant | null {
  if (!isInstalled(name)) {
    say(`${name} is not installed: no comparison with it`);
    return null;
  }
  return {
    name,
    async run(source) {
      const { seconds, status, stderr } = await measure(name, argsOf(source));
      if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
      const begun = performance.now();
      spawnSync(
        "sync",
        readdirSync(target).map((file) => path.join(target, file)),
      );
      return seconds + (performance.now() - begun) / 1000;
    },
  };
}

async function contest(title: string, source: string, contestants: readonly (Contestant | null)[]): Promise<number> {
  const present = contestants.filter((each) => each !== null);
  const times = present.map((): number[] => []);
  const sizes = present.map(() => 0);
  verifyRates.length = 0;
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (let turn = 0; turn < present.length; turn++) {
      const index = (turn + round) % present.length;
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target);
      warm(source);
      times[index]!.push(await present[index]!.run(source));
      const images = readdirSync(target).filter((name) => /^x\.(E\d\d|raw)$/.test(name));
      sizes[index] = images.reduce((sum, name) => sum + statSync(path.join(target, name)).size, 0);
    }
  }
  say(`\n${title}, ${Math.round(bytes / 1e6)} MB, median of ${flags.rounds}`);
  const rates = times.map((each) => bytes / 1e6 / median(each));
  for (const [index, { name }] of present.entries()) {
    const ratio =
      index === 0
        ? `   verified at ${median(verifyRates).toFixed(0)} MB/s`
        : `   vestige is ${(rates[0]! / rates[index]!).toFixed(2)}x`;
    say(`  ${name.padEnd(12)} ${rates[index]!.toFixed(0).padStart(5)} MB/s   ${sizes[index]} bytes${ratio}`);
  }
  return rates[0]!;
}

/** Warm for everybody alike, without holding it. */
function warm(source: string): void {
  spawnSync("cp", [source, "/dev/null"]);
}

/** MB/s of `openssl dgst` with each of the algorithms at once. */
async function openssl(source: string, algorithms: readonly string[]): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const begun = performance.now();
    await Promise.all(
      algorithms.map((name) => {
        const child = spawn("openssl", ["dgst", `-${name}`, source], { stdio: "ignore" });
        return new Promise((resolve) => child.on("close", resolve));
      }),
    );
    rates.push(bytes / 1e3 / (performance.now() - begun));
  }
  return median(rates);
}

async function deflating(file: string): Promise<number> {
  const entry = new URL("./deflate-thread.ts", import.meta.url);
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: cores }, (_, share) => {
      const worker = new Worker(entry, { workerData: { file, share, of: cores, bytes } });
      return new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
    }),
  );
  return bytes / 1e3 / (performance.now() - begun);
}

const dc3dd = () =>
  peer("dc3dd", (from) => [
    `if=${from}`,
    `of=${target}/x.raw`,
    "hash=md5",
    "hash=sha1",
    "hash=sha256",
    `log=${scratch}/log`,
  ]);
const ewfacquire = () =>
  peer("ewfacquire", (from) => {
    const options = "-u -q -c fast -f encase6 -d sha1 -d sha256 -S 2000MiB -t".split(" ");
    return [...options, path.join(target, "x"), from];
  });

async function rawContest(title: string, source: string): Promise<void> {
  const rate = await contest(`${title} to raw with MD5, SHA-1, SHA-256`, source, [product("raw"), dc3dd()]);
  const three = await openssl(source, ["md5", "sha1", "sha256"]);
  const slowest = await openssl(source, ["md5"]);
  say(
    `  limits: three openssl dgst at once ${three.toFixed(0)} MB/s (vestige is ${(rate / three).toFixed(2)}x), MD5 alone ${slowest.toFixed(0)}`,
  );
}

async function ewfContest(file: string, content: Content): Promise<void> {
  const rate = await contest(`${content} medium to E01 "fast" with MD5, SHA-1, SHA-256`, file, [
    product("e01"),
    ewfacquire(),
  ]);
  const limit = await deflating(file);
  say(
    `  limit: read and deflate on ${cores} cores ${limit.toFixed(0)} MB/s (vestige is ${(rate / limit).toFixed(2)}x)`,
  );
}

async function threads(file: string): Promise<void> {
  say(`\nby number of threads for hashing and compression, on ${cores} cores`);
  for (const workers of flags.threads.split(",").map(Number)) {
    for (const format of ["raw", "e01"] as const) {
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target);
      warm(file);
      const { readMs, peakBytes } = await runProduct(file, format, workers);
      say(
        `  ${format.padEnd(4)} ${String(workers).padStart(2)} threads ${(bytes / 1e3 / readMs).toFixed(0).padStart(5)} MB/s, peak ${Math.round((peakBytes ?? 0) / 1e6)} MB`,
      );
    }
  }
}

async function memory(): Promise<void> {
  const script = fileURLToPath(new URL("./endless.ts", import.meta.url));
  for (const pumped of [2e9, 20e9]) {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    const args = ["--disable-warning=ExperimentalWarning", script, target, String(cores), String(pumped)];
    const { stdout, status, stderr } = await measure(process.execPath, args, { keep: true });
    if (status !== 0) throw new Error(`the product failed: ${stderr}`);
    const { peakBytes } = JSON.parse(stdout) as { peakBytes: number };
    say(`\na medium of 2 TB, ${pumped / 1e9} GB of it read into E01: peak ${Math.round(peakBytes / 1e6)} MB`);
  }
}

const mixed = path.join(scratch, "mixed.img");
const compressible = path.join(scratch, "compressible.img");
let device: string | null = null;
try {
  if (["raw", "device", "e01", "threads"].some((what) => wanted.includes(what))) makeMedium(mixed, bytes, "mixed");
  if (wanted.includes("raw")) await rawContest("a file", mixed);
  if (wanted.includes("device")) {
    device = attachLoop(mixed, say);
    if (device !== null) await rawContest("a loop device", device);
  }
  if (wanted.includes("e01")) await ewfContest(mixed, "mixed");
  if (wanted.includes("threads")) await threads(mixed);
  if (wanted.includes("compressible")) {
    makeMedium(compressible, bytes, "compressible");
    await ewfContest(compressible, "compressible");
  }
  if (wanted.includes("memory")) await memory();
} finally {
  if (device !== null) detachLoop(device);
  rmSync(scratch, { recursive: true, force: true });
}
