/**
 * recoll and ripgrep on the same texts. A slice of the items is written as files, which the product acquires and processes and
 * recoll indexes, in turn; the answers of both must agree. ripgrep reads these files, and for regular expressions all texts of the
 * case as zstd files of some megabytes (one process each would be the measure of starting processes).
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { openCase } from "../../../src/case/case-folder.ts";
import { isInstalled, measure, median } from "../folder/measure.ts";
import { indexPeer, recollEnvironment } from "../folder/peers.ts";
import { Product } from "../folder/product.ts";
import { Asker, pageLimit } from "./asking.ts";
import { percentile, timed, type Figures } from "./figures.ts";
import { regexSource } from "./measures.ts";
import { contentOf, contentsBefore, countOf, holds, plantedIdentifiers, plantedWords, type Plan } from "./plan.ts";
import type { Questions } from "./questions.ts";
import type { TextMaker } from "./text-maker.ts";

const mega = 1e6;

export interface Slice {
  readonly folder: string;
  readonly files: number;
  readonly textBytes: number;
}

/** The first items of the plan as text files. */
export function writeSlice(folder: string, plan: Plan, maker: TextMaker, items: number): Slice {
  let [files, textBytes] = [0, 0];
  for (let item = 0; item < Math.min(items, plan.items); item++) {
    const content = contentOf(plan, item);
    if (content === null) continue;
    const inside = path.join(folder, `folder ${Math.floor(item / 500)}`);
    if (item % 500 === 0) mkdirSync(inside, { recursive: true });
    const text = maker.utf8(content);
    writeFileSync(path.join(inside, `note-${item}.txt`), text);
    files += 1;
    textBytes += text.length;
  }
  return { folder, files, textBytes };
}

export interface Indexed {
  readonly product: Product;
  readonly asker: Asker;
}

/** Builds both indexes `rounds` times, in turn. */
export async function addIndexing(figures: Figures, slice: Slice, scratch: string, rounds: number): Promise<Indexed> {
  const times = { vestige: [] as number[], recoll: [] as number[] };
  const hasPeer = isInstalled(indexPeer.program);
  let product = new Product(scratch, "slice");
  for (let round = 0; round < rounds; round++) {
    product = new Product(scratch, "slice");
    await product.open();
    await product.acquire(slice.folder);
    const turns: (() => Promise<void>)[] = [
      async () => void times.vestige.push((await product.process()).seconds),
      async () => {
        if (hasPeer) times.recoll.push((await indexPeer.run(slice.folder, scratch)).seconds);
      },
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  figures.begin(
    `The same ${slice.files} text files, ${(slice.textBytes / mega).toFixed(0)} MB: vestige process and recollindex`,
  );
  figures.add("vestige process, whole program", median(times.vestige), "s");
  if (hasPeer) {
    figures.add("recollindex, whole program", median(times.recoll), "s");
    const ratio = median(times.recoll) / median(times.vestige);
    figures.add("times as fast as recollindex", ratio, "x", { atLeast: 3 });
  } else figures.say(`recoll is absent (Debian package ${indexPeer.from}): not compared`);
  return { product, asker: new Asker(openCase(product.caseFolder)) };
}

async function recollCount(word: string, slice: Slice, scratch: string): Promise<{ items: number; ms: number }> {
  const env = recollEnvironment(slice.folder, scratch);
  // `l`: no other forms of the word, as the product searches.
  const done = await measure("recollq", ["-n", `0-${pageLimit}`, `"${word}"l`], { env, keep: true });
  const match = /^(\d+) results?/m.exec(done.stdout);
  return { items: match ? Number(match[1]) : 0, ms: done.seconds * 1000 };
}

/** Words in turn, on both sides with the start of a process, and in this process. */
export async function addWords(
  figures: Figures,
  { product, asker }: Indexed,
  slice: Slice,
  scratch: string,
  questions: Questions,
): Promise<void> {
  const planted = plantedWords.map(({ word }) => word);
  const drawn = (["frequent", "middle"] as const).flatMap((each) => questions.words(each, 12));
  const words = [...planted, ...drawn.map((word) => word.replaceAll('"', ""))];
  const hasPeer = isInstalled("recollq");
  const ms = { inside: [] as number[], recoll: [] as number[], vestige: [] as number[] };
  const differences: string[] = [];
  for (const word of words) {
    const query = `text:"${word}"`;
    ms.inside.push(timed(() => asker.page(query)).ms);
    ms.vestige.push((await product.ask(query, pageLimit)).seconds * 1000);
    if (!hasPeer) continue;
    const theirs = await recollCount(word, slice, scratch);
    ms.recoll.push(theirs.ms);
    const own = asker.count(query).items;
    if (own !== theirs.items) differences.push(`${word}: vestige ${own}, recoll ${theirs.items}`);
  }
  figures.begin(`${words.length} words over these files, first page of ${pageLimit}`);
  figures.add("vestige, in this process, p50", percentile(ms.inside, 50), "ms");
  figures.add("vestige search, whole program, p50", percentile(ms.vestige, 50), "ms");
  if (!hasPeer) return;
  figures.add("recollq, whole program, p50", percentile(ms.recoll, 50), "ms");
  figures.add("recollq takes so many times what vestige takes in process", median(ms.recoll) / median(ms.inside), "x");
  figures.add("words with the same number of files in both", words.length - differences.length, `of ${words.length}`);
  for (const line of differences.slice(0, 12)) figures.say(`   ${line}`);
}

/** A planted word in the files, as a reader of files finds it. */
export async function addFileSearch(figures: Figures, { asker }: Indexed, slice: Slice): Promise<void> {
  figures.begin("Literal search over these files");
  if (!isInstalled("rg")) return figures.say("ripgrep is absent (Debian package ripgrep): not compared");
  for (const { word } of plantedWords.slice(2, 4)) {
    const found = await measure("rg", ["-i", "-w", "-l", word, slice.folder], { keep: true });
    const files = found.stdout.split("\n").filter(Boolean).length;
    const own = timed(() => asker.count(word));
    figures.check(`files with ${word}, ripgrep beside vestige`, own.result.items, files);
    figures.add(`rg -l ${word}, whole program`, found.seconds * 1000, "ms");
    figures.add(`vestige count, in this process`, own.ms, "ms");
  }
}

const groupBytes = 8e6;

/** Every text once, some megabytes to a zstd file, at the level the product stores at; made once per folder. */
export function writeCompressed(folder: string, plan: Plan, maker: TextMaker): void {
  if (existsSync(folder)) return;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  let group: Buffer[] = [];
  let [bytes, files] = [0, 0];
  const write = (): void => {
    const packed = zstdCompressSync(Buffer.concat(group), { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    writeFileSync(path.join(making, `texts-${String((files += 1)).padStart(5, "0")}.zst`), packed);
    group = [];
    bytes = 0;
  };
  const contents = contentsBefore(plan.items);
  for (let content = 0; content < contents; content++) {
    const text = Buffer.concat([maker.utf8(content), Buffer.from("\n")]);
    group.push(text);
    if ((bytes += text.length) >= groupBytes) write();
  }
  if (bytes > 0) write();
  renameSync(making, folder);
}

/** `own`: seconds of the product for the same expression. */
export async function addCompressedSearch(figures: Figures, folder: string, plan: Plan, own: number): Promise<void> {
  if (!isInstalled("rg") || !isInstalled("zstd")) {
    return figures.say("ripgrep or zstd is absent (Debian packages ripgrep, zstd): not compared");
  }
  const args = ["-z", "-i", "-o", "--no-filename", "--no-line-number", `(?-u:${regexSource})`, folder];
  const found = await measure("rg", args, { keep: true });
  const matches = found.stdout.split("\n").filter(Boolean).length;
  const { contents } = countOf(plan, (content) => holds(plantedIdentifiers[1], content));
  figures.check("places that ripgrep finds", matches, contents);
  figures.add(`rg -z over ${readdirSync(folder).length} zstd files of the same texts`, found.seconds, "s");
  figures.add("times as fast as rg -z (which uses every core)", found.seconds / own, "x", { atLeast: 1 });
}
