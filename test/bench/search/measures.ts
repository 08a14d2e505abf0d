/** What is measured on a made case. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { availableParallelism, loadavg } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { entryUrl } from "../../../workers/entry-url.ts";
import type { ChildAnswer, ChildTask } from "./ask-child.ts";
import { facetNames, pageLimit, type Asker } from "./asking.ts";
import { knownAnswers } from "./expected.ts";
import { timed, type Figures } from "./figures.ts";
import type { MadeCase, Making } from "./make-case.ts";
import { countOf, holds, plantedIdentifiers } from "./plan.ts";
import { frequencies, type Questions } from "./questions.ts";

const mega = 1e6;
const slowestStatements = 10;

const hashedBytes = 64e6;

/** How fast the machine is now, since others may be at work on it: of one figure the speed on an idle machine is well known. */
export function addMachine(figures: Figures): void {
  figures.begin("The machine");
  const { ms } = timed(() => createHash("sha256").update(Buffer.alloc(hashedBytes)).digest());
  figures.add("SHA-256 in one thread, by the clock", hashedBytes / mega / (ms / 1000), "MB/s");
  figures.add(`runnable threads in the last minute, for ${availableParallelism()} cores`, loadavg()[0] ?? 0, "");
}

export function addMaking(figures: Figures, making: Making): void {
  const rate = (seconds: number): number => making.textBytes / mega / seconds;
  figures.begin(
    `Making: ${making.items} items, ${making.contents} contents, ${Math.round(making.textBytes / mega)} MB of text`,
  );
  const writing = making.written + making.closed;
  if (making.textBytes > 0) {
    figures.add("index build: writer to the end, text per processor second", rate(writing), "MB/s", { atLeast: 40 });
    figures.add("   of which while rows come", rate(making.written), "MB/s");
    figures.add("   by the clock, waiting for rows left out", rate(making.writtenWall + making.closedWall), "MB/s");
    figures.add("fold, hash, sketch, compress, per processor second", rate(making.prepared), "MB/s");
    figures.add("both, text per processor second", rate(writing + making.prepared), "MB/s");
  }
  figures.add("items written per processor second", making.items / writing, "/s");
  figures.add("writer: processor time while rows come", making.written, "s");
  figures.add("writer: processor time of close", making.closed, "s");
  figures.add("all of it, by the clock (text made up meanwhile)", making.seconds, "s");
  figures.add("most memory held (with the threads that make rows)", making.peakRss / mega, "MB");
  for (const { name, seconds, runs } of making.statements.slice(0, slowestStatements)) {
    figures.add(`   of the writer: ${name} (${runs} times)`, (seconds / writing) * 100, "%");
  }
}

/** Every count must be exactly what the case was made with. */
export function checkKnown(figures: Figures, { plan }: MadeCase, asker: Asker): void {
  const { known, tallies } = knownAnswers(plan);
  let right = 0;
  for (const { query, items, contents } of known) {
    const found = asker.count(query);
    const both = [
      figures.check(`items of ${query}`, found.items, items),
      figures.check(`contents of ${query}`, found.contents, contents),
    ];
    if (both.every(Boolean)) right += 1;
  }
  figures.begin("Known answers");
  figures.add("questions with exactly the items and contents made", right, `of ${known.length}`);
  const names = Object.keys(tallies) as (keyof typeof tallies)[];
  const found = asker.facets("*", names);
  let values = 0;
  for (const name of names) {
    for (const [value, items] of tallies[name]) {
      if (figures.check(`facet ${name} ${value}`, found.get(name)?.get(value) ?? 0, items)) values += 1;
    }
  }
  figures.add("values of facets with exactly the items made", values, "");
}

/** Times of each; the first of all is asked once before, so that files are open. */
function ask(texts: readonly string[], work: (text: string) => void): number[] {
  return texts.map((text) => timed(() => work(text)).ms);
}

export function addQueries(figures: Figures, asker: Asker, questions: Questions, count: number): void {
  figures.begin(`Questions, each asked once, first page of ${pageLimit}`);
  asker.page("xqrare");
  const page = (text: string): void => void asker.page(text);
  const words = frequencies.map((frequency) => [frequency, questions.words(frequency, count)] as const);
  for (const [frequency, texts] of words) {
    figures.times(`word, ${frequency}`, ask(texts, page), { p50: 10, p95: 50 });
  }
  const ands = questions.ands(count);
  figures.times("AND of three words", ask(ands, page), { p50: 20, p95: 80 });
  const phrases = questions.phrases(count);
  figures.times("phrase that stands in a text", ask(phrases, page), { p50: 50, p95: 150 });
  for (const phrase of phrases.slice(0, 20)) {
    if (asker.count(phrase).items === 0) figures.check(`items of ${phrase}`, 0, 1);
  }
  const counted = [...words.flatMap(([, texts]) => texts.slice(0, count / 4)), ...ands.slice(0, count / 4)];
  figures.begin("Exact count of contents and items");
  figures.times(
    "count",
    ask(counted, (text) => void asker.count(text)),
    { p95: 1000 },
  );
  figures.times(
    "count of everything",
    ask(["*"], (text) => void asker.count(text)),
    { p95: 1000 },
  );
}

/** Questions with large answers, small ones, and everything. */
export function addFacets(figures: Figures, asker: Asker, questions: Questions, count: number): void {
  figures.begin(`Facets: ${facetNames.join(", ")} at once`);
  const texts = frequencies.flatMap((frequency) => questions.words(frequency, Math.ceil(count / 3)));
  figures.times(
    "facets of a word",
    ask(texts, (text) => void asker.facets(text, facetNames)),
    { p95: 300 },
  );
  const large = ["*", "xqhalf", "xqthird", "state:deleted", "ext:pdf", "date:2019"];
  figures.times(
    "facets of large answers",
    ask(large, (text) => void asker.facets(text, facetNames)),
    { p95: 300 },
  );
}

export function addSorting(figures: Figures, asker: Asker, questions: Questions, count: number): void {
  figures.begin("First page, sorted");
  for (const by of ["size", "modified", "name"] as const) {
    const sort = { by, descending: by !== "name" };
    const texts = questions.words("frequent", count);
    figures.times(
      `frequent word by ${by}`,
      ask(texts, (text) => void asker.page(text, { sort })),
    );
    figures.times(
      `everything by ${by}`,
      ask(["*"], (text) => void asker.page(text, { sort })),
    );
  }
}

/** Runs `ask-child` on the same case; null, which is a reason to fail, where that ends in an error. */
function askAlone(figures: Figures, made: MadeCase, task: Omit<ChildTask, "folder">): ChildAnswer | null {
  const entry = fileURLToPath(entryUrl(import.meta.url, "./ask-child"));
  const text = JSON.stringify({ ...task, folder: made.folder });
  const flags = ["--disable-warning=ExperimentalWarning", "--expose-gc", entry, text];
  const done = spawnSync(process.execPath, flags, { encoding: "utf8", maxBuffer: 64 * 2 ** 20 });
  if (done.status === 0) return JSON.parse(done.stdout) as ChildAnswer;
  figures.fail(
    `a question alone ended with ${done.status}: ${/^\w*Error: .*$/m.exec(done.stderr)?.[0] ?? done.stderr}`,
  );
  return null;
}

/** Removes the pages of a file from the system's memory, where that is possible without being its administrator. */
function forgetPages(file: string): boolean {
  return spawnSync("dd", [`if=${file}`, "iflag=nocache", "count=0"], { stdio: "ignore" }).status === 0;
}

export function addFirst(figures: Figures, made: MadeCase, query: string): void {
  figures.begin("First question of a new process");
  const cold = forgetPages(made.workFile);
  const [first, second] = askAlone(figures, made, { what: "first", query, limit: pageLimit })?.ms ?? [];
  figures.add(`first page of a word, ${cold ? "file not in memory" : "file perhaps in memory"}`, first ?? 0, "ms");
  figures.add("the same again", second ?? 0, "ms");
}

const longTerms = 1000;

export function addMemory(figures: Figures, made: MadeCase, questions: Questions): void {
  figures.begin(`OR of ${longTerms} words, in a process of its own`);
  const long = askAlone(figures, made, { what: "memory", query: questions.longOr(longTerms), limit: pageLimit });
  if (!long) return;
  figures.add(`page and count (${long.hits} items)`, long.ms[0] ?? 0, "ms", { atMost: 1000 });
  figures.add("memory it took beyond that of the process", (long.most - long.before) / mega, "MB", { atMost: 300 });
}

/** How much memory may grow between a tenth of the way and the end: what collecting garbage late makes of it. */
const flatMegabytes = 40;
const largePage = 1000;

export function addPaging(figures: Figures, made: MadeCase, query: string, expected: number): void {
  figures.begin(`Paging through ${query} to the last hit, ${largePage} a page`);
  const paging = askAlone(figures, made, { what: "paging", query, limit: largePage });
  if (!paging) return;
  figures.check(`hits of all pages of ${query}`, paging.hits, expected);
  figures.add(`all ${paging.hits} hits`, paging.ms.reduce((sum, ms) => sum + ms, 0) / 1000, "s");
  const tenth = Math.max(1, Math.floor(paging.ms.length / 10));
  const mean = (list: readonly number[]): number => list.reduce((sum, ms) => sum + ms, 0) / list.length;
  figures.add("a page, in the first tenth", mean(paging.ms.slice(0, tenth)), "ms");
  figures.add("a page, in the last tenth", mean(paging.ms.slice(-tenth)), "ms");
  const growth = (paging.late - paging.early) / mega;
  figures.add("memory at most, beyond that of the first tenth", growth, "MB", { atMost: flatMegabytes });
}

/** A container number: what no word of the index answers. */
export const regexSource = String.raw`\b[A-Z]{4}[0-9]{7}\b`;

/** Returns seconds. */
export function addRegex(figures: Figures, made: MadeCase, asker: Asker): number {
  const container = plantedIdentifiers[1];
  const expected = countOf(made.plan, (content) => holds(container, content));
  const { ms, result } = timed(() => asker.count(`/${regexSource}/`));
  figures.begin("Regular expression over all text");
  figures.check("items of the expression", result.items, expected.items);
  figures.add(`count of /${regexSource}/`, ms / 1000, "s");
  figures.add("text per second", made.making.textBytes / mega / (ms / 1000), "MB/s");
  return ms / 1000;
}
