/**
 * `npm run bench -- folder`: the product and other tools on the same generated folder, in turn, as ratios of one run.
 *
 *     --files N   default 30000        --bytes N   default 1.5e9       --seed N   default 1
 *     --rounds N  default 3            --words N   default 200 (of each sort)
 *     --dir DIR   where everything is made, default the system's temporary folder; it must hold three times the bytes
 *     --keep      leaves folder and cases there
 *     --only PART hashing, index, words or memory; may be given several times
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { checkOrdinary, checkPlanted, type Accuracy } from "./accuracy.ts";
import { makeFolder, type MadeFolder } from "./make-folder.ts";
import { isInstalled, measure, median, type Measured } from "./measure.ts";
import { hashPeers, indexPeer, recollHits, type Peer } from "./peers.ts";
import { Product } from "./product.ts";

const { values: flags } = parseArgs({
  options: {
    files: { type: "string", default: "30000" },
    bytes: { type: "string", default: "1.5e9" },
    seed: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    words: { type: "string", default: "200" },
    dir: { type: "string", default: tmpdir() },
    keep: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: ["hashing", "index", "words", "memory"] },
  },
});

const rounds = Number(flags.rounds);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number | null): string => (bytes === null ? "unknown" : `${Math.round(bytes / 1e6)} MB`);

interface Place {
  readonly scratch: string;
  readonly folder: string;
  readonly made: MadeFolder;
}

function makePlace(files: number, bytes: number): Place {
  const scratch = mkdtempSync(path.join(flags.dir, "vestige-bench-"));
  const folder = path.join(scratch, "folder");
  mkdirSync(folder);
  const made = makeFolder(folder, { files, bytes, seed: Number(flags.seed), plantedWords: Number(flags.words) });
  say(`${made.files} files, ${megabytes(made.bytes)}, of which text ${megabytes(made.textBytes)}`);
  return { scratch, folder, made };
}

/** Runs each contestant once a round, in an order that turns, after one reading of the folder that warms the cache. */
async function contest(
  place: Place,
  title: string,
  bytes: number,
  product: (round: number) => Promise<Measured>,
  peers: readonly Peer[],
): Promise<void> {
  const present = peers.filter(({ program }) => isInstalled(program));
  for (const peer of peers)
    if (!present.includes(peer)) say(`${peer.name} is absent (Debian package ${peer.from}): not compared`);
  await measure("sh", ["-c", 'find "$0" -type f -exec cat {} + >/dev/null', place.folder]);
  const runs = new Map<string, Measured[]>([
    ["vestige", []],
    ...present.map(({ name }) => [name, []] as [string, Measured[]]),
  ]);
  for (let round = 0; round < rounds; round++) {
    const contestants: [string, () => Promise<Measured>][] = [
      ["vestige", () => product(round)],
      ...present.map((peer): [string, () => Promise<Measured>] => [
        peer.name,
        () => peer.run(place.folder, place.scratch),
      ]),
    ];
    for (let turn = 0; turn < contestants.length; turn++) {
      const [name, run] = contestants[(turn + round) % contestants.length]!;
      const done = await run();
      if (name !== "vestige" && done.status !== 0) throw new Error(`${name} ended with ${done.status}: ${done.stderr}`);
      runs.get(name)?.push(done);
    }
  }
  printTable(title, bytes, runs);
}

function printTable(title: string, bytes: number, runs: ReadonlyMap<string, readonly Measured[]>): void {
  const seconds = (list: readonly Measured[]) => median(list.map((run) => run.seconds));
  const own = seconds(runs.get("vestige") ?? []);
  say(`\n${title} (medians of ${rounds})`);
  say(`${"tool".padEnd(12)} ${"s".padStart(8)} ${"MB/s".padStart(8)} ${"peak".padStart(9)}  vestige is`);
  for (const [name, list] of runs) {
    const time = seconds(list);
    const peak = Math.max(...list.map((run) => run.peakBytes ?? 0));
    const ratio = name === "vestige" ? "" : `${(time / own).toFixed(2)} times as fast`;
    say(
      `${name.padEnd(12)} ${time.toFixed(2).padStart(8)} ${(bytes / 1e6 / time).toFixed(1).padStart(8)} ${megabytes(peak).padStart(9)}  ${ratio}`,
    );
  }
}

async function hashing(place: Place): Promise<void> {
  const run = async (round: number) => {
    const product = new Product(place.scratch, `hashing-${round}`);
    await product.open();
    return product.acquire(place.folder);
  };
  await contest(place, "MD5 + SHA-1 + SHA-256", place.made.bytes, run, hashPeers);
}

const indexedCase = (place: Place): Product => new Product(place.scratch, "indexed");

async function index(place: Place): Promise<Product> {
  let product = indexedCase(place);
  const run = async () => {
    product = indexedCase(place);
    await product.open();
    await product.acquire(place.folder);
    return product.process();
  };
  await contest(place, "text and index", place.made.textBytes, run, [indexPeer]);
  if (isInstalled(indexPeer.program)) await compareHits(place, product);
  return product;
}

/** That the peer read the same types: planted words lie in all of them. */
async function compareHits(place: Place, product: Product): Promise<void> {
  const sample = [...place.made.planted].slice(0, 20);
  let [own, theirs, planted] = [0, 0, 0];
  for (const [word, files] of sample) {
    planted += files.length;
    own += (await product.search(word)).length;
    theirs += (await recollHits(word, place.folder, place.scratch)) ?? 0;
  }
  say(`of ${planted} files that hold one of ${sample.length} planted words, vestige names ${own}, recoll ${theirs}`);
}

async function words(place: Place, indexed: Product | null): Promise<boolean> {
  const product = indexed ?? indexedCase(place);
  if (!indexed) {
    await product.open();
    await product.acquire(place.folder);
    await product.process();
  }
  const planted = await checkPlanted(product, place.made);
  const ordinary = await checkOrdinary(product, place.made, Number(flags.words));
  return [printAccuracy("planted", planted), printAccuracy("ordinary", ordinary)].every(Boolean);
}

function printAccuracy(title: string, { words: count, hits, wrong }: Accuracy): boolean {
  say(
    `${count} ${title} words, ${hits} hits: ${wrong.length === 0 ? "all exactly as a reader of the text says" : `${wrong.length} WRONG`}`,
  );
  for (const line of wrong.slice(0, 20)) say(`   ${line}`);
  return wrong.length === 0;
}

/** Peak memory at a tenth of the files and at all of them. */
async function memory(): Promise<void> {
  say("\npeak memory (sum over all processes of the most that each held)");
  for (const part of [0.1, 1]) {
    const place = makePlace(Math.round(Number(flags.files) * part), Number(flags.bytes) * part);
    const product = new Product(place.scratch, "memory");
    await product.open();
    const acquired = await product.acquire(place.folder);
    const processed = await product.process();
    say(
      `${place.made.files} files: acquire ${megabytes(acquired.peakBytes)}, process ${megabytes(processed.peakBytes)}`,
    );
    leave(place);
  }
}

function leave(place: Place): void {
  if (flags.keep) say(`kept: ${place.scratch}`);
  else rmSync(place.scratch, { recursive: true, force: true });
}

async function main(): Promise<number> {
  let right = true;
  if (flags.only.some((part) => part !== "memory")) {
    const place = makePlace(Number(flags.files), Number(flags.bytes));
    try {
      if (flags.only.includes("hashing")) await hashing(place);
      const indexed = flags.only.includes("index") ? await index(place) : null;
      if (flags.only.includes("words")) right = await words(place, indexed);
    } finally {
      leave(place);
    }
  }
  if (flags.only.includes("memory")) await memory();
  return right ? 0 : 1;
}

process.exitCode = await main();
