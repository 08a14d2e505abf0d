/**
 * `npm run bench -- search`: a made-up case of many items in 24 languages, written through the product's own writer, questions over it, and
 * recoll and ripgrep on the same texts. Counts that are known by how the case was made must be exact, or it fails.
 *
 *     --items N    default 100000     --text BYTES  of all texts, default 10000 an item; 10g is 10^10     --seed N  default 1
 *     --no-text    rows alone: the variant for 10 million items
 *     --data DIR   uses the case in DIR, which is made there if there is none, and leaves it
 *     --keep DIR   makes the case in DIR, which must not hold one yet, and leaves it
 *     --dir DIR    where everything else is made, default the system's temporary folder
 *     --queries N  different questions of each kind, default 200     --threads N  that make rows, default 2
 *     --slice N    items that the peers get as files, default 2000   --rounds N  of indexing with peers, default 1
 *     --only PART  room, known, queries, facets, sort, first, memory, paging, regex or peers; may be given several times
 *     --json       one object with every figure, at the end
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { Asker } from "./asking.ts";
import { Figures } from "./figures.ts";
import { makeCase, readMadeCase, type MadeCase } from "./make-case.ts";
import {
  addFacets,
  addFirst,
  addMachine,
  addMaking,
  addMemory,
  addPaging,
  addQueries,
  addRegex,
  addSorting,
  checkKnown,
} from "./measures.ts";
import { addCompressedSearch, addFileSearch, addIndexing, addWords, writeCompressed, writeSlice } from "./peers.ts";
import { countOf, holds, plantedWords, type Plan } from "./plan.ts";
import { Questions } from "./questions.ts";
import { addRoom } from "./room.ts";
import { TextMaker } from "./text-maker.ts";

const parts = ["room", "known", "queries", "facets", "sort", "first", "memory", "paging", "regex", "peers"];

const { values: flags } = parseArgs({
  options: {
    items: { type: "string", default: "100000" },
    text: { type: "string" },
    "no-text": { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    data: { type: "string" },
    keep: { type: "string" },
    dir: { type: "string", default: tmpdir() },
    queries: { type: "string", default: "200" },
    threads: { type: "string", default: "2" },
    slice: { type: "string", default: "2000" },
    rounds: { type: "string", default: "1" },
    only: { type: "string", multiple: true, default: parts },
    json: { type: "boolean", default: false },
  },
});

/** `10g`, `500m`, `2e9`. */
function bytesOf(text: string): number {
  const match = /^([\d.e]+)([kmg]?)$/i.exec(text);
  if (!match) throw new Error(`expected a number of bytes such as 10g, found ${text}`);
  return Math.round(Number(match[1]) * { "": 1, k: 1e3, m: 1e6, g: 1e9 }[(match[2] ?? "").toLowerCase() as "k"]);
}

const bytesPerItem = 10_000;

function planWanted(): Plan {
  const items = Math.round(Number(flags.items));
  const textBytes = flags["no-text"] ? 0 : bytesOf(flags.text ?? String(items * bytesPerItem));
  return { seed: Number(flags.seed), items, textBytes };
}

async function theCase(folder: string): Promise<MadeCase> {
  const made = flags.data === undefined ? null : readMadeCase(folder);
  if (made) return made;
  let told = 0;
  return makeCase(folder, planWanted(), Number(flags.threads), (items) => {
    if (process.stderr.isTTY !== true || items - told < 5000) return;
    told = items;
    process.stderr.write(`\r${items} items`);
  });
}

interface Bench {
  readonly figures: Figures;
  readonly made: MadeCase;
  readonly maker: TextMaker;
  readonly questions: Questions;
  readonly asker: Asker;
  readonly scratch: string;
}

const isWanted = (part: string): boolean => flags.only.includes(part);

async function measureCase({ figures, made, maker, questions, asker }: Bench): Promise<void> {
  const count = Number(flags.queries);
  const hasText = made.plan.textBytes > 0;
  if (isWanted("first")) addFirst(figures, made, hasText ? "xqthird" : "ext:pdf");
  if (isWanted("room")) addRoom(figures, made.workFile, made.making.textBytes);
  if (isWanted("known")) checkKnown(figures, made, asker);
  if (hasText && isWanted("queries")) addQueries(figures, asker, questions, count);
  if (isWanted("facets")) addFacets(figures, asker, questions, count);
  if (isWanted("sort")) addSorting(figures, asker, questions, count);
  if (hasText && isWanted("memory")) addMemory(figures, made, questions);
  if (isWanted("paging")) {
    // A tenth of a large case is a large answer, too.
    const planted = made.plan.items > 50_000 ? plantedWords[2] : plantedWords[0];
    const { items } = hasText ? countOf(made.plan, (content) => holds(planted, content)) : made.plan;
    addPaging(figures, made, hasText ? planted.word : "*", items);
  }
  if (hasText && isWanted("regex")) {
    const own = addRegex(figures, made, asker);
    const folder = path.join(made.folder, "compressed");
    writeCompressed(folder, made.plan, maker);
    await addCompressedSearch(figures, folder, made.plan, own);
  }
}

async function measurePeers({ figures, made, maker, questions, scratch }: Bench): Promise<void> {
  if (!isWanted("peers") || made.plan.textBytes === 0) return;
  const folder = path.join(scratch, "files");
  mkdirSync(folder);
  const slice = writeSlice(folder, made.plan, maker, Number(flags.slice));
  const indexed = await addIndexing(figures, slice, scratch, Number(flags.rounds));
  try {
    await addWords(figures, indexed, slice, scratch, questions);
    await addFileSearch(figures, indexed, slice);
  } finally {
    indexed.asker.close();
  }
}

/** What fails is a reason to fail, and what was measured before is told all the same. */
async function attempt(figures: Figures, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    figures.fail(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

async function main(): Promise<number> {
  const scratch = mkdtempSync(path.join(flags.dir, "vestige-bench-search-"));
  const folder = flags.data ?? flags.keep ?? path.join(scratch, "data");
  const figures = new Figures(flags.json);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      rmSync(scratch, { recursive: true, force: true });
      process.exit(130);
    });
  }
  try {
    const made = await theCase(folder);
    addMachine(figures);
    addMaking(figures, made.making);
    const maker = new TextMaker(made.plan);
    const asker = new Asker(made.theCase);
    try {
      const bench = { figures, made, maker, questions: new Questions(made.plan, maker), asker, scratch };
      await attempt(figures, "the case", () => measureCase(bench));
      await attempt(figures, "the peers", () => measurePeers(bench));
    } finally {
      asker.close();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const { list, wrong } = figures;
  if (flags.json) process.stdout.write(`${JSON.stringify({ figures: list, wrong })}\n`);
  figures.say(wrong.length === 0 ? "\nEvery count that is known was exact." : `\n${wrong.length} counts are WRONG.`);
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main();
