/**
 * `npm run bench -- acquire`: imaging by the product and by Debian's tools, in turn, on the same warm file; ratios of one run.
 * Same work on both sides: dc3dd copies with MD5, SHA-1 and SHA-256; ewfacquire writes E01 "fast" with the same digests. The
 * product also reads back what it wrote; its figure for the comparison is that of reading and writing alone.
 *
 *     --bytes N   default 3e8        --rounds N  default 3        --device  a loop device over the file (root)
 *     --dir DIR   where everything is made, default the system's temporary folder; it must hold three times the bytes
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { acquireImage } from "../../../src/acquire/acquire-image.ts";
import type { ImagePlan } from "../../../src/acquire/image-plan.ts";
import { isInstalled, measure, median } from "../folder/measure.ts";

const { values: flags } = parseArgs({
  options: {
    bytes: { type: "string", default: "3e8" },
    rounds: { type: "string", default: "3" },
    dir: { type: "string", default: tmpdir() },
    device: { type: "boolean", default: false },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const sectors = Math.floor(Number(flags.bytes) / 512);
const bytes = sectors * 512;
const scratch = mkdtempSync(path.join(flags.dir, "vestige-bench-"));

/** A third text, a third random, a third zeros, in stretches of 1 MiB: the mixture that evidence is. */
function makeMedium(file: string): void {
  const words = "invoice account transfer office payment date amount customer total order ".repeat(4000);
  const pieces = [
    () => Buffer.from(words.slice(Math.floor(Math.random() * 1000))).subarray(0, 1 << 18),
    () => randomBytes(1 << 18),
    () => Buffer.alloc(1 << 18),
  ];
  const descriptor = openSync(file, "w");
  for (let at = 0; at < bytes;) {
    const piece = pieces[Math.floor(at / (1 << 20)) % 3]!();
    at += writeSync(descriptor, piece, 0, Math.min(piece.length, bytes - at));
  }
  closeSync(descriptor);
}

interface Contestant {
  readonly name: string;
  /** Seconds; the folder is emptied before. */
  readonly run: (source: string, folder: string) => Promise<number>;
}

const said = {
  ...{ caseNumber: "", evidenceNumber: "x", examiner: "", description: "", model: "", serial: "" },
  ...{ physical: false, removable: false },
};

function product(format: ImagePlan["format"]): Contestant {
  return {
    name: "vestige",
    async run(source, folder) {
      const compression = format === "raw" ? "none" : "fast";
      const plan = {
        folder,
        stem: "x",
        format,
        compression,
        segmentBytes: null,
        size: bytes,
        sectorBytes: 512,
        said,
      } as const;
      const signal = new AbortController().signal;
      const workers = availableParallelism();
      const result = await acquireImage({ source, plan, workers, signal, onProgress: () => undefined });
      return result.readMs / 1000;
    },
  };
}

function peer(name: string, argsOf: (source: string, folder: string) => readonly string[]): Contestant | null {
  if (!isInstalled(name)) {
    say(`${name} is not installed: no comparison with it`);
    return null;
  }
  return {
    name,
    async run(source, folder) {
      const { seconds, status, stderr } = await measure(name, argsOf(source, folder));
      if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
      return seconds;
    },
  };
}

async function contest(title: string, source: string, contestants: readonly (Contestant | null)[]): Promise<void> {
  const present = contestants.filter((each) => each !== null);
  const times = present.map((): number[] => []);
  const sizes = present.map(() => 0);
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (let turn = 0; turn < present.length; turn++) {
      const index = (turn + round) % present.length;
      const folder = path.join(scratch, "target");
      mkdirSync(folder);
      // Warm for everybody alike.
      readFileSync(source, { flag: "r" });
      times[index]!.push(await present[index]!.run(source, folder));
      const images = readdirSync(folder).filter((name) => /^x\.(E\d\d|raw)$/.test(name));
      sizes[index] = images.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
      rmSync(folder, { recursive: true });
    }
  }
  say(`\n${title}, ${Math.round(bytes / 1e6)} MB, median of ${flags.rounds}`);
  const rates = times.map((each) => bytes / 1e6 / median(each));
  for (const [index, { name }] of present.entries()) {
    const ratio = index === 0 ? "" : `   vestige is ${(rates[0]! / rates[index]!).toFixed(2)}x`;
    say(`  ${name.padEnd(12)} ${rates[index]!.toFixed(0).padStart(5)} MB/s   ${sizes[index]} bytes${ratio}`);
  }
}

const file = path.join(scratch, "medium.img");
let device: string | null = null;
try {
  makeMedium(file);
  if (flags.device) {
    const made = spawnSync("losetup", ["--find", "--show", "--read-only", file], { encoding: "utf8" });
    device = made.status === 0 ? made.stdout.trim() : null;
    if (device === null) say(`no loop device can be made: ${made.stderr.trim()}`);
  }
  const source = device ?? file;
  const hashes = ["hash=md5", "hash=sha1", "hash=sha256"];
  await contest("raw with MD5, SHA-1, SHA-256", source, [
    product("raw"),
    peer("dc3dd", (from, folder) => [`if=${from}`, `of=${folder}/x.raw`, ...hashes, `log=${folder}/log`]),
  ]);
  await contest('E01 "fast" with MD5, SHA-1, SHA-256', source, [
    product("e01"),
    peer("ewfacquire", (from, folder) => [
      ...[
        "-u",
        "-q",
        "-c",
        "fast",
        "-f",
        "encase6",
        "-d",
        "sha1",
        "-d",
        "sha256",
        "-S",
        "2000MiB",
        "-t",
        `${folder}/x`,
      ],
      from,
    ]),
  ]);
} finally {
  if (device !== null) spawnSync("losetup", ["--detach", device]);
  rmSync(scratch, { recursive: true, force: true });
}
