import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import { recordOperation } from "../../../src/case/operation.ts";
import { emptyForm } from "../../../src/case/operation-form.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import { checkSteps } from "../../../src/report/check-steps.ts";
import { reportBounds, type SignedReport } from "../../../src/report/content.ts";
import { makeReport, type MadeReport } from "../../../src/report/make-report.ts";
import { renderHtml } from "../../../src/report/render.ts";
import { cssString } from "../../../src/report/report-style.ts";
import {
  addExhibit,
  hostileNames,
  newCase,
  processExhibit,
  signIn,
  type SampleCase,
  type SampleFile,
} from "./sample-case.ts";

const mismatch = { code: "type/extension-mismatch", offset: null, length: null, params: { type: "png" } };
const unreadable = { code: "folder/unreadable", offset: null, length: null, params: { error: "EIO" } };

/** 6 hostile names, 30 files of one class, and one of each state. */
const files: readonly SampleFile[] = [
  ...hostileNames.map((name, index) => ({
    path: `a/${name}`,
    content: `hostile ${index}`,
    item: { findings: [mismatch] },
  })),
  ...Array.from({ length: 30 }, (_, index) => ({
    path: `odd/${index}.txt`,
    content: `odd ${index}`,
    item: { findings: [mismatch] },
  })),
  { path: "plain.txt", content: "plain words" },
  { path: "strange.bin", content: "\u0001\u0002", described: { type: "unknown", mime: "application/octet-stream" } },
  { path: "half.pdf", content: "%PDF half", described: { status: "partial", reason: "damaged" } },
  { path: "gone.doc", content: "gone", item: { status: "failed", reason: "unreadable", findings: [unreadable] } },
  { path: "box.zip", content: "PK" },
  { path: "box.zip!/inner.txt", content: "inner words", item: { depth: 1, origin: "embedded" } },
];
const outer = files.filter(({ item }) => item?.depth === undefined);

let sample: SampleCase;
let made: MadeReport;
let html: string;
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const readReport = (file: string) => JSON.parse(readFileSync(file, "utf8")) as SignedReport;

beforeAll(() => {
  sample = newCase({ number: "2026/42 <b>" });
  recordOperation(sample.theCase, sample.journal, sample.officer, {
    ...emptyForm,
    place: "Antwerp, Kade 12",
    attendees: [{ name: "P. <i>Peeters</i>", role: "lawyer", signature: "refused" }],
    commitments: ["Only the folder Sales is searched"],
    scope: { ...emptyForm.scope, folders: ["Sales"] },
  });
  addExhibit(sample, "M01", outer);
  processExhibit(sample, "M01", files);
  made = makeReport(sample.theCase, sample.journal, signIn(sample));
  html = readFileSync(made.html as string, "utf8");
});
afterAll(() => sample.remove());

describe("a report", () => {
  it("adds up: every file is in exactly one state", () => {
    const { completeness } = made.content;
    const items = (states: typeof completeness.files) =>
      Object.fromEntries(Object.entries(states).map(([state, sum]) => [state, sum.items]));
    expect(items(completeness.files)).toEqual({
      read: 38,
      "not-understood": 1,
      partial: 1,
      failed: 1,
      skipped: 0,
      pending: 0,
    });
    expect(items(completeness.inside)).toMatchObject({ read: 1, partial: 0 });
    const bytes = outer.reduce((sum, { content }) => sum + content.length, 0);
    expect(completeness.filesTotal).toEqual({ items: outer.length, bytes });
    expect(completeness.manifestFiles).toEqual(completeness.filesTotal);
    expect(completeness.addsUp).toBe(true);
    expect(completeness.why.map(({ status, reason, items: count }) => `${status} ${reason} ${count}`)).toEqual([
      "failed unreadable 1",
      "partial damaged 1",
    ]);
    expect(html).toContain("The sum holds");
  });

  it("has one content hash in JSON, HTML and journal, and verifies with the case", () => {
    const document = readReport(made.json);
    expect(sha256(`vestige.report.1\0${canonicalJson(document.content)}`)).toBe(made.contentHash);
    expect(document.contentHash).toBe(made.contentHash);
    expect(html).toContain(made.contentHash);
    expect(html).toContain(document.sig);
    expect(html).toContain(`${document.content.checkpoint.body.seq}:${document.content.checkpoint.body.headHash}`);
    const done = [...sample.journal.entries()].findLast(({ body }) => body.act === "report" && body.phase === "done");
    expect(done?.body.details).toMatchObject({
      contentHash: made.contentHash,
      htmlSha256: sha256(html),
      jsonSha256: sha256(readFileSync(made.json)),
      itemsSha256: sha256(readFileSync(made.items)),
      verifyPageSha256: sha256(readFileSync(made.verifyPage)),
    });
    expect(verifyCase(sample.folder).parts.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("lists every item with findings in the items file, and says in the HTML how many are left out", () => {
    const lines = readFileSync(made.items, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { path: string; findings: { code: string }[] });
    const odd = lines.filter(({ findings }) => findings.some(({ code }) => code === "type/extension-mismatch"));
    expect(odd.length).toBe(36);
    expect(lines.map(({ path }) => path)).toEqual(expect.arrayContaining(["M01/half.pdf", "M01/gone.doc"]));
    const found = made.content.findings.find(({ code }) => code === "type/extension-mismatch");
    expect(found).toMatchObject({ severity: "anomaly", findings: 36, items: 36 });
    expect(found?.first.length).toBe(reportBounds.findingItems);
    expect(html).toContain("11 more items of this class");
    expect(made.content.findings.map(({ severity }) => severity)).toEqual(["loss", "anomaly"]);
    expect(made.content.files[0]).toMatchObject({ lines: lines.length, sha256: sha256(readFileSync(made.items)) });
  });

  it("lets no name act: markup, direction, control characters", () => {
    expect(html).not.toMatch(/<img|<svg onload|<script|<b>|<i>/);
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;.txt");
    expect(html).toContain("&lt;/style&gt;&lt;script&gt;");
    expect(html).toContain("P. &lt;i&gt;Peeters&lt;/i&gt;");
    expect(html).toContain("{{7*7}} ${7*7} &lt;%= 7 %&gt;.txt");
    // eslint-disable-next-line no-control-regex
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    expect(html).toContain('invoice<b class="ctl">U+202E</b>fdp.exe');
  });

  it("needs no script and nothing from outside", () => {
    expect(html).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    expect(html).not.toMatch(/url\(|@import/i);
    for (const [tag] of html.matchAll(/<[a-z][^>]*>/gi)) {
      expect(tag).not.toMatch(
        /^<(?:link|iframe|object|embed|form|script|img|base)\b|\s(?:src\w*|background|action|on\w+)=/i,
      );
    }
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, target]) => target.startsWith("#"))).toBe(true);
  });

  it("says what the operation form and the limitations say", () => {
    for (const words of [
      "Antwerp, Kade 12",
      "refused",
      "Only the folder Sales is searched",
      "Only below folders",
      "NOT ENFORCED",
      "no writable control group",
      "birth-time: the file system keeps none",
      "The clock of the source was not compared",
    ]) {
      expect(html).toContain(words);
    }
    expect(made.content.limitations.map(({ code }) => code)).toEqual([
      "folder-copy",
      "not-recorded",
      "not-enforced",
      "no-source-clock",
      "machine-clock",
      "no-ocr",
      ...(made.content.limitations.some(({ code }) => code === "formats-partial") ? ["formats-partial"] : []),
    ]);
  });

  it("renders the same bytes from the same document", () => {
    expect(renderHtml(readReport(made.json))).toBe(html);
  });

  it("is checked with sha256sum, python3 and openssl by the steps it prints", ({ skip }) => {
    for (const tool of ["sha256sum", "python3", "openssl", "base64"]) {
      if (spawnSync(tool, ["--help"]).error) skip(`${tool} is absent`);
    }
    const cwd = dirname(made.json);
    const say = (report: SignedReport) =>
      checkSteps(report)
        .filter(({ run }) => run !== null && !run.includes("FILE"))
        .map(({ run }) => spawnSync("bash", ["-c", run as string], { cwd, encoding: "utf8" }));
    const results = say(readReport(made.json));
    expect(results.map(({ stdout }) => stdout).join("")).toBe(
      `verify.html: OK\n${made.content.name}-items.jsonl: OK\ncontent hash OK\nSignature Verified Successfully\ncontent hash OK\nSignature Verified Successfully\n`,
    );
    const stranger = { ...readReport(made.json), delegation: null, key: "0000000000000000" };
    expect(say({ ...stranger, content: { ...stranger.content, officers: [] } }).at(-1)?.status).not.toBe(0);
    expect(
      execFileSync(
        "bash",
        ["-c", 'grep -c "$(printf "plain words" | sha256sum | cut -c1-64)" ../exhibits/M01/files.jsonl'],
        { cwd, encoding: "utf8" },
      ),
    ).toBe("1\n");
  });
});

describe("reports of cases in other states", () => {
  it("counts what processing has not reached as pending, and names what was not done", () => {
    const other = newCase({ demonstration: true });
    try {
      addExhibit(other, "M01", outer);
      const report = makeReport(other.theCase, other.journal, other.officer);
      expect(report.content.completeness.files.pending.items).toBe(outer.length);
      expect(report.content.completeness.addsUp).toBe(true);
      const codes = report.content.limitations.map(({ code }) => code);
      expect(codes).toEqual(expect.arrayContaining(["demonstration", "not-processed", "pending", "no-operation-form"]));
      const page = readFileSync(report.html as string, "utf8");
      expect(page).toContain("DEMONSTRATION");
      expect(page).toContain("@top-center");
    } finally {
      other.remove();
    }
  });

  it("counts on page one the exhibits that were acquired, and names the others", () => {
    const other = newCase();
    try {
      const labels = ["M01", "M02", "M03"];
      for (const label of labels) addExhibit(other, label, outer.slice(0, 2));
      for (const label of labels.slice(1)) rmSync(join(other.theCase.paths.exhibit(label), "acquisition.json"));
      for (const label of labels.slice(1)) rmSync(other.theCase.paths.manifest(label));
      const report = makeReport(other.theCase, other.journal, other.officer);
      const page = readFileSync(report.html as string, "utf8");
      const lead = /<p class="lead">([^<]*)<\/p>/.exec(page)?.[1];
      expect(lead).toMatch(
        /^2 files with .* were seen in 1 acquired exhibit; 0 of them were wholly read\. Not acquired: M02, M03\.$/,
      );
    } finally {
      other.remove();
    }
  });

  it("says when the sum does not hold: a work file with files that no manifest lists", () => {
    const other = newCase();
    try {
      addExhibit(other, "M01", outer.slice(0, 3));
      processExhibit(other, "M01", outer.slice(0, 5));
      const report = makeReport(other.theCase, other.journal, other.officer);
      expect(report.content.completeness.addsUp).toBe(false);
      expect(readFileSync(report.html as string, "utf8")).toContain("THE SUM DOES NOT HOLD");
    } finally {
      other.remove();
    }
  });

  it("says what changed when the case was tampered with, and is still made", () => {
    const other = newCase();
    try {
      addExhibit(other, "M01", outer);
      const list = other.theCase.paths.manifest("M01");
      writeFileSync(list, readFileSync(list, "utf8").replace("plain.txt", "plaim.txt"));
      const report = makeReport(other.theCase, other.journal, other.officer, { format: "json" });
      expect(report.html).toBeNull();
      expect(report.content.verification.ok).toBe(false);
      const bad = report.content.verification.parts.find(({ ok }) => !ok);
      expect(bad).toMatchObject({ part: "exhibit", name: "M01", line: 37 });
    } finally {
      other.remove();
    }
  });

  it("records a report that was stopped as failed and leaves no half of it", () => {
    const other = newCase();
    try {
      addExhibit(other, "M01", outer);
      processExhibit(other, "M01", outer);
      const signal = AbortSignal.abort();
      expect(() => makeReport(other.theCase, other.journal, other.officer, { signal })).toThrow(/Stopped/);
      const last = [...other.journal.entries()].at(-1);
      expect(last?.body).toMatchObject({ act: "report", phase: "failed" });
      expect(execFileSync("ls", [other.theCase.paths.reports], { encoding: "utf8" })).toBe("");
    } finally {
      other.remove();
    }
  });

  it("writes any case number into the running header as a string and nothing else", () => {
    expect(cssString('a"; } body { display: none } \\ </style>\n')).toMatch(/^"[A-Za-z0-9 ._:,()…\\-]*"$/);
  });
});
