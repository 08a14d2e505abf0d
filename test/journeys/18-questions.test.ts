/**
 * An officer asks what officers ask: of a broker's files, the samples, a stick, and files that other projects published. Each question has its
 * query, the hits that it must give and no others, and why they are right: found by other programs that read the same files. The transcript is
 * 18-questions.md beside this file; `VESTIGE_RECORD=1` writes it. Without ../shared/data the published files and their questions are left out.
 */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { caseFlags, jsonLines, vestige } from "../fixtures/command.ts";
import { compileCache } from "../fixtures/compile-cache.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import {
  filesBelow,
  hasPublished,
  layPublished,
  pictureFile,
  publishedAt,
  stick,
  writeShare,
} from "../fixtures/string-search/broker-evidence.ts";
import { missingTools } from "../fixtures/string-search/independent-reading.ts";
import { questions, type Evidence, type Question } from "../fixtures/string-search/questions.ts";

const base = freshFolder("questions");
const home = `${base}/home`;
const folder = `${base}/case`;
const share = `${base}/share`;
const transcript = new URL("18-questions.md", import.meta.url);
const options = { home, passphrase: null, env: compileCache };
const missing = missingTools();
const picture = readFileSync(pictureFile);
let evidence: Evidence;

async function run(...args: string[]): Promise<void> {
  const result = await vestige(args, args[0] === "init" || args[0] === "login" ? { home, env: compileCache } : options);
  expect(result.exit, result.stderr).toBeLessThanOrEqual(1);
}

beforeAll(async () => {
  writeShare(share, picture);
  const origins = hasPublished ? layPublished(share) : new Map<string, string>();
  writeFileSync(`${base}/stick.dd`, stick(picture));
  await run("init", folder, ...caseFlags);
  // A list of the product, and no recognition of text in pictures, of which there is none to be read here.
  const profile = { format: 1, lists: ["drug-precursors"], ocr: { enabled: false } };
  writeFileSync(`${folder}/profile.json`, JSON.stringify(profile));
  await run("login", folder);
  await run("intake", folder, "M01");
  await run("acquire", folder, "M01", share);
  await run("intake", folder, "M02");
  await run("acquire", folder, "M02", `${base}/stick.dd`, "--format", "raw");
  await run("process", folder, "--workers", "2");
  evidence = { share, stick: `${base}/stick.dd`, files: filesBelow(share), picture, origins, publishedAt };
}, 300_000);

afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Answer {
  readonly hits: readonly Record<string, unknown>[];
  readonly told: Record<string, unknown>;
}

async function ask({ query }: Question): Promise<Answer> {
  const text = typeof query === "string" ? query : query(picture);
  const result = await vestige(["search", folder, "--json", "--limit", "500", text], options);
  expect(result.exit, result.stderr).toBe(0);
  const lines = jsonLines(result);
  const told = lines.find(({ event }) => event === "answer") ?? {};
  return { hits: lines.filter(({ event }) => event === "hit"), told };
}

const askable = questions.filter(({ needsPublished }) => hasPublished || !needsPublished);
const answers = new Map<Question, Answer>();

describe.each(askable)("$title", (question) => {
  it("gives exactly these hits, each with its rule and place", async () => {
    const answer = await ask(question);
    answers.set(question, answer);
    const paths = answer.hits.map(({ path }) => String(path));
    const expected = [...question.hits, ...(hasPublished ? (question.published ?? []) : [])].sort();
    expect([...paths].sort()).toEqual(expected);
    expect(answer.told).toMatchObject({ items: paths.length });
    const told = { rule: expect.stringMatching(/./), field: expect.stringMatching(/./) };
    expect(answer.hits).toEqual(answer.hits.map(() => expect.objectContaining(told)));
    question.check?.(answer.hits);
  });

  it("and other programs find the same files", ({ skip }) => {
    skip(missing.length > 0, `needs ${missing.join(", ")}`);
    const hits = answers.get(question)?.hits ?? [];
    const found = hits.map(({ path }) => question.fileOf?.(String(path)) ?? String(path).replace("M01/folder:/", ""));
    expect([...new Set(found)].sort()).toEqual([...question.read(evidence)].sort());
  });
});

describe("the published files", () => {
  it("are there", ({ skip }) => {
    skip(!hasPublished, "needs ../shared/data");
    expect(evidence.origins.size).toBeGreaterThan(50);
    for (const [path, origin] of evidence.origins)
      expect(statSync(join(share, path)).size, path).toBe(statSync(publishedAt(origin)).size);
  });
});

function snippetOf(hit: Record<string, unknown>): string {
  const snippet = hit["snippet"] as { before: string; match: string; after: string } | null;
  // Words of published files stay where they are.
  if (snippet === null || String(hit["path"]).includes("/Published/")) return "";
  const flat = (text: string): string => text.replaceAll(/\s+/g, " ");
  return `: ${flat(snippet.before).slice(-40)}**${flat(snippet.match)}**${flat(snippet.after).slice(0, 40)}`.trimEnd();
}

function hitLine(hit: Record<string, unknown>): string {
  const place = hit["place"] as { label: string | null } | null;
  const where = [String(hit["field"]), place?.label ?? ""].filter((part) => part !== "").join(", ");
  return `- \`${String(hit["path"])}\` (${where})${snippetOf(hit)}`;
}

const countOf = (count: unknown, noun: string): string => `${String(count)} ${noun}${count === 1 ? "" : "s"}`;

function transcriptText(): string {
  const parts = askable.map((question, at) => {
    const { hits = [], told = {} } = answers.get(question) ?? {};
    const query = typeof question.query === "string" ? question.query : question.query(picture);
    const shown = hits.slice(0, 20).map(hitLine);
    const more =
      hits.length > shown.length ? [`- and ${hits.length - shown.length} more, each asserted by the test`] : [];
    const counts = `${countOf(told["items"], "item")}, ${countOf(told["contents"], "different content")}`;
    return [
      `## ${at + 1}. ${question.title}`,
      question.asked,
      `\`${query}\``,
      `${counts}:`,
      [...shown, ...more].join("\n"),
      `Why: ${question.why}`,
    ].join("\n\n");
  });
  const left = answers.values().next().value?.told["notSearched"] as Record<string, unknown> | undefined;
  const words = `Every answer says as well what could not be searched: ${String(left?.["failed"])} items failed, ${String(left?.["partial"])} read in part, ${String(left?.["skipped"])} left out.`;
  return `# Questions of an investigator

Written by 18-questions.test.ts, which asserts every hit. Exhibit M01 is a share: files of an invented broker, the samples of this project, and
published files of other projects. M02 is a stick. The officer's words stand above each query; below it the hits, each with the field or place that
matched, and why they are right, which the test finds out with other programs (unzip, pdftotext, The Sleuth Kit, Python's mail library).
${words}

${parts.join("\n\n")}
`;
}

describe("the transcript", () => {
  it("says what was asked and answered", ({ skip }) => {
    skip(!hasPublished, "needs ../shared/data: the transcript has questions about it");
    expect(answers.size).toBe(askable.length);
    const text = transcriptText();
    expect(text).not.toContain(base);
    if (process.env.VESTIGE_RECORD === "1") writeFileSync(transcript, text);
    expect(existsSync(transcript)).toBe(true);
    expect(readFileSync(transcript, "utf8")).toBe(text);
  });
});
