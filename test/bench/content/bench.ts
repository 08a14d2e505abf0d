/**
 * `npm run bench -- content`: what is read out of contents, against the tool that does the same, in turn, as ratios of one run.
 *
 *     --only PART  archives, metadata, ocr or folder; may be given several times (default: all)
 *     --files N    default 30000: files of the folder (text and index); a thirtieth as many for metadata
 *     --bytes N    default 1.5e9: bytes of the folder; a fifth of it in archives, 200 MB at most
 *     --rounds N   default 3
 *
 * The folder is the one of `npm run bench -- folder`, which that benchmark makes, has read by both (its part `index`), and removes.
 */
import { spawnSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchArchives } from "./archives.ts";
import { benchMetadata } from "./metadata.ts";
import { benchOcr } from "./ocr.ts";

const parts = { archives, metadata, ocr, folder } as const;
type Part = keyof typeof parts;
const isPart = (name: string): name is Part => Object.hasOwn(parts, name);

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: Object.keys(parts) },
    files: { type: "string", default: "30000" },
    bytes: { type: "string", default: "1.5e9" },
    rounds: { type: "string", default: "3" },
  },
});

const files = Number(flags.files);
const bytes = Number(flags.bytes);
const rounds = Number(flags.rounds);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Whether the part came to its end. */
type Ran = Promise<boolean>;

async function archives(): Ran {
  const figures = await benchArchives(Math.min(2e8, bytes / 5), rounds);
  const ratios = figures.flatMap(({ product, sevenZip }) => (sevenZip === null ? [] : [product / sevenZip]));
  if (ratios.length > 0)
    say(`the slowest takes ${Math.max(...ratios).toFixed(2)} times as long as 7z t (wanted: 3 at most)`);
  return figures.length > 0;
}

async function metadata(): Ran {
  const ratio = await benchMetadata({ files: Math.max(30, Math.round(files / 30)), rounds, say });
  if (ratio !== null) say("(wanted: 5 times faster)");
  return true;
}

async function ocr(): Ran {
  const { product, tesseract, tesseractJs } = await benchOcr(rounds);
  const native = tesseract === null ? "tesseract is not there" : `tesseract ${tesseract.toFixed(2)} s`;
  say(`a page: vestige ${product.toFixed(2)} s, ${native}, tesseract.js ${tesseractJs.toFixed(2)} s`);
  return true;
}

/** A process of its own: the other benchmark reads its flags and ends with a status. */
function folder(): Ran {
  const bench = fileURLToPath(new URL("../folder/bench.ts", import.meta.url));
  const args = [`--files=${files}`, `--bytes=${bytes}`, `--rounds=${rounds}`, "--only=index"];
  const { status } = spawnSync(process.execPath, [...process.execArgv, bench, ...args], { stdio: "inherit" });
  if (status === 0) say("(wanted: 3 times as fast as recollindex)");
  return Promise.resolve(status === 0);
}

async function main(): Promise<number> {
  const unknown = flags.only.filter((name) => !isPart(name));
  if (unknown.length > 0) {
    process.stderr.write(
      `Expected parts out of ${Object.keys(parts).join(", ")} behind --only, found ${unknown.join(", ")}.\n`,
    );
    return 2;
  }
  say(`${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(2)}; medians of ${rounds}`);
  let isWhole = true;
  for (const name of flags.only.filter(isPart)) {
    say(`\n${name}`);
    isWhole = (await parts[name]()) && isWhole;
  }
  return isWhole ? 0 : 1;
}

process.exitCode = await main();
