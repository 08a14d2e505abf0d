/** The page in a real browser, opened from the disk, without network. Needs Debian's chromium. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage, pageFile } from "../../../../scripts/build-verify-page.ts";
import { proofText } from "../../../../src/custody/prove-document.ts";
import { proveFile } from "../../../../src/custody/prove.ts";
import { makeReport, type MadeReport } from "../../../../src/report/make-report.ts";
import { addExhibit, hostileNames, newCase, processExhibit, signIn, type SampleCase } from "../sample-case.ts";

const executablePath = "/usr/bin/chromium";
const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

describe("the committed page", () => {
  const page = readFileSync(pageFile, "utf8");

  it("is what its sources build", () => {
    expect(page === buildPage(), "run: npm run verify-page").toBe(true);
  });

  it("lets nothing but its own script run and nothing be fetched", () => {
    const script = page.slice(page.indexOf("<script>") + 8, page.indexOf("</script>"));
    const hash = createHash("sha256").update(script).digest("base64");
    expect(page).toContain(`default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'`);
    expect(script).not.toMatch(/\b(?:fetch|XMLHttpRequest|WebSocket|import\s*\(|eval|innerHTML|crypto\.subtle)\b/);
    expect(page).not.toMatch(/https?:/);
  });
});

const files = [
  ...hostileNames.map((name, index) => ({ path: `a/${name}`, content: `hostile ${index}` })),
  { path: "plain.txt", content: "plain words" },
];

describe("the page in a browser", () => {
  let browser: Browser | null = null;
  let sample: SampleCase;
  let report: MadeReport;
  const folder = mkdtempSync(join(tmpdir(), "vestige-page-"));

  beforeAll(async () => {
    sample = newCase();
    addExhibit(sample, "M01", files);
    processExhibit(sample, "M01", files);
    report = makeReport(sample.theCase, sample.journal, signIn(sample));
    if (existsSync(executablePath)) browser = await chromium.launch({ executablePath, args: flags.split(" ") });
  }, 30_000);
  afterAll(async () => {
    await browser?.close();
    sample.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page of ours, refuses and notes every request but the page itself, notes errors. */
  async function open(file: string): Promise<{ page: Page; requests: string[]; errors: string[] }> {
    const page = await (browser as Browser).newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => errors.push(message.text()));
    page.on("dialog", (dialog) => errors.push(`dialog ${dialog.message()}`));
    await page.goto(pathToFileURL(file).href);
    return { page, requests, errors };
  }

  /** Gives files to the page; the verdicts as `level file: headline`. */
  async function verdicts(page: Page, given: readonly string[]): Promise<string[]> {
    const before = await page.textContent("#status");
    await page.setInputFiles("#chooser", [...given]);
    const done = (old: string | null) => {
      const status = (globalThis as unknown as { document: { getElementById(id: string): { textContent: string } } })
        .document;
      const text = status.getElementById("status").textContent;
      return text !== old && text.includes("undecided");
    };
    await page.waitForFunction(done, before, { timeout: 45_000 });
    const articles = await page.locator("#verdicts article").all();
    return Promise.all(
      articles.map(async (article) => {
        const level = (await article.getAttribute("class"))?.replace("verdict ", "");
        return `${level} ${await article.locator("h3").textContent()}: ${await article.locator(".headline").textContent()}`;
      }),
    );
  }

  const exhibit = (name: string) => join(sample.theCase.paths.exhibit("M01"), name);
  const tampered = (name: string, file: string, change: (text: string) => string) => {
    const target = join(folder, name);
    const text = readFileSync(file, "utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    writeFileSync(target, changed);
    return target;
  };

  it("finds a sound case unchanged, without a request or a complaint of the policy", async ({ skip }) => {
    if (!browser) skip("chromium is absent");
    const { page, requests, errors } = await open(report.verifyPage);
    const given = [
      sample.theCase.paths.journal,
      sample.theCase.paths.caseFile,
      report.json,
      report.html as string,
      report.verifyPage,
    ];
    const found = await verdicts(page, [...given, ...["acquisition.json", "files.jsonl", "files.leaves"].map(exhibit)]);
    expect(found.length).toBe(8);
    expect(found.filter((line) => !line.startsWith("good "))).toEqual([]);
    expect(await page.textContent("#verdicts")).toContain(sample.officer.keyId);
    expect(requests).toEqual([pathToFileURL(report.verifyPage).href]);
    expect(errors).toEqual([]);
    await page.close();
  }, 30_000);

  it("names the first bad entry of a changed journal, a changed manifest line and a changed report", async ({
    skip,
  }) => {
    if (!browser) skip("chromium is absent");
    const { page, requests } = await open(report.verifyPage);
    const journal = tampered("journal.jsonl", sample.theCase.paths.journal, (text) =>
      text.replace('"act":"intake"', '"act":"intakE"'),
    );
    expect((await verdicts(page, [journal]))[0]).toContain(
      "bad journal.jsonl: The first bad entry is entry 1 (line 2)",
    );
    await page.click("#clear");
    await page.waitForSelector("#verdicts article", { state: "detached" });
    const list = tampered("files.jsonl", exhibit("files.jsonl"), (text) => text.replace("plain.txt", "plaim.txt"));
    const changed = tampered("2026-11-21-custody-1.json", report.json, (text) =>
      text.replace("2026-0042", "2026-0043"),
    );
    const given = [sample.theCase.paths.journal, exhibit("acquisition.json"), exhibit("files.leaves"), list, changed];
    const found = await verdicts(page, given);
    expect(found.map((line) => line.slice(0, line.indexOf(":")))).toEqual([
      "good journal.jsonl",
      "good acquisition.json",
      "bad 2026-11-21-custody-1.json",
      "good files.leaves",
      "bad files.jsonl",
    ]);
    expect(found[4]).toContain(`line ${files.length}`);
    expect(requests.length).toBe(1);
    await page.close();
  }, 30_000);

  it("checks a proof and the bytes given with it", async ({ skip }) => {
    if (!browser) skip("chromium is absent");
    const { theCase, journal } = sample;
    const proof = proveFile({ theCase, label: "M01", journal }, { path: "plain.txt", line: null });
    const { page, requests, errors } = await open(report.verifyPage);
    const write = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const good = write("proof-M01-1.json", proofText(proof));
    const data = write("plain.txt", "plain words");
    const found = await verdicts(page, [theCase.paths.journal, good, data]);
    expect(found.slice(1)).toEqual([
      "good proof-M01-1.json: The entry plain.txt of exhibit M01 is proved: its line leads to the root in the signed manifest.",
      "good plain.txt: It is the file plain.txt that a proof is about: the hashes are the same. Shown by proof-M01-1.json.",
    ]);
    const again = async (...given: string[]) => {
      await page.click("#clear");
      await page.waitForSelector("#verdicts article", { state: "detached" });
      const levels = await verdicts(page, [theCase.paths.journal, ...given]);
      return levels.slice(1).map((line) => line.slice(0, line.indexOf(" ")));
    };
    const path = write("proof-M01-2.json", proofText({ ...proof, path: proof.path.toReversed() }));
    expect(await again(path, data)).toEqual(["bad", "unsure"]);
    expect(await again(good, write("other.txt", "plain wordz"))).toEqual(["good", "bad"]);
    const manifest = { ...(proof.document["manifest"] as object), source: "/elsewhere" };
    const document = { ...proof.document, manifest };
    expect(await again(write("proof-M01-3.json", proofText({ ...proof, document })))).toEqual(["bad"]);
    expect(requests).toEqual([pathToFileURL(report.verifyPage).href]);
    expect(errors).toEqual([]);
    await page.close();
  }, 30_000);

  it("lets no name of a file act: neither the file's own nor one in the manifest", async ({ skip }) => {
    if (!browser) skip("chromium is absent");
    const { page, errors } = await open(report.verifyPage);
    const given = files.slice(0, 2).map(({ content }, index) => {
      const file = join(folder, `<img src=x onerror=alert(${index})>\u202e.txt`);
      writeFileSync(file, content);
      return file;
    });
    const found = await verdicts(page, [
      exhibit("acquisition.json"),
      exhibit("files.jsonl"),
      sample.theCase.paths.journal,
      ...given,
    ]);
    expect(found.at(-2)).toBe(
      "good <img src=x onerror=alert(0)>[U+202E].txt: It is in the manifest, as a/<img src=x onerror=alert(1)>.txt.",
    );
    expect(await page.locator("img, svg").count()).toBe(0);
    expect(errors).toEqual([]);
    await page.close();
  }, 30_000);

  it("shows and prints a report of hostile names without a request, a script or an error", async ({ skip }) => {
    if (!browser) skip("chromium is absent");
    const { page, requests, errors } = await open(report.html as string);
    expect(await page.locator("h1").textContent()).toBe("2026-0042");
    expect(await page.locator("script, img, iframe").count()).toBe(0);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(requests).toEqual([pathToFileURL(report.html as string).href]);
    expect(errors).toEqual([]);
    await page.close();
  }, 30_000);
});
