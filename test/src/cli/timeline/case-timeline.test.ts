/** `vestige timeline CASE` as an officer uses it, over the product's samples. */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FlagValues } from "../../../../src/cli/command.ts";
import { markCommand } from "../../../../src/cli/commands/review-acts.ts";
import { timelineCommand } from "../../../../src/cli/commands/timeline.ts";
import { capturedOutput, runHere } from "../../../fixtures/captured-output.ts";
import { caseFlags, vestige } from "../../../fixtures/command.ts";
import { journalBodies } from "../../../fixtures/journal-bodies.ts";

const folder = mkdtempSync(join(tmpdir(), "vestige-timeline-"));
const samples = fileURLToPath(new URL("../../../../samples/folder/", import.meta.url));
const place = join(folder, "case");
const card = join(folder, "seized", "card.vcf");

beforeAll(async () => {
  for (const part of ["mail", "accounts", "pictures", "backup"]) {
    cpSync(join(samples, part), join(folder, "seized", part), { recursive: true });
  }
  writeFileSync(card, "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:N\r\nREV:2019\r\nEND:VCARD\r\n");
  const far = new Date("2300-01-01T00:00:00Z");
  utimesSync(card, far, far);
  const made = await vestige(["run", join(folder, "seized"), "--case", place, ...caseFlags], { home: folder });
  expect([made.exit, made.stderr]).toEqual([0, expect.not.stringContaining("Expected")]);
  vi.stubEnv("VESTIGE_HOME", folder);
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  vi.stubEnv("VESTIGE_PASSPHRASE", "passphrase");
}, 60_000);

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

interface Said {
  readonly exit: number;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

async function timeline(args: readonly string[], flags: FlagValues = {}): Promise<Said> {
  const said = capturedOutput();
  let raw = "";
  const output = {
    ...said,
    raw: (text: string) => void (raw += text),
    line: (text: string) => void (raw += `${text}\n`),
  };
  const signal = new AbortController().signal;
  const exit = await timelineCommand.run({ args: [place, ...args], flags, output, signal });
  return { exit, stdout: raw, stderr: said.notes.join("\n") };
}

/** The JSON lines that a command wrote as rows, and its answer. */
async function timelineJson(args: readonly string[], flags: FlagValues = {}) {
  const said = capturedOutput();
  let raw = "";
  const output = { ...said, json: true, raw: (text: string) => void (raw += text) };
  const signal = new AbortController().signal;
  await timelineCommand.run({ args: [place, ...args], flags, output, signal });
  const rows = raw.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
  return { rows, answer: said.events.find(({ event }) => event === "answer")! };
}

const entries = () => journalBodies(place);

describe("vestige timeline CASE", () => {
  it("shows what was sent, taken and written, with the zone that is known, on record first", async () => {
    const { exit, stdout } = await timeline([], { kind: "sent,taken,created", to: "2026-02-28" });
    expect(exit).toBe(0);
    const lines = stdout.split("\n").map((line) => line.replace(/ {2,}/g, "  "));
    expect(lines[0]).toBe("TIME IN UTC  WHAT (READ FROM)  ITEM");
    expect(lines).toContain(
      "2026-01-19 09:30:00  created (docProps/core.xml)  M01/folder:/accounts/Invoices 2026.xlsx",
    );
    expect(lines).toContain("2026-01-28 14:03:22  taken (exif)  M01/folder:/pictures/quay.jpg  (local time)");
    expect(lines).toContain(
      "2026-02-03 07:12:00  sent (Date)  M01/folder:/mail/Lieferung.eml  (recorded 2026-02-03T08:12:00+01:00)",
    );
    expect(stdout).toMatch(/1 of them is a local time whose zone the evidence does not record: taken as UTC/);
    const { act, details } = entries().at(-1)!;
    expect(act).toBe("timeline");
    expect(details).toMatchObject({ query: "*", kinds: ["sent", "taken", "created"], output: "table", limit: 100 });
    expect(details).toMatchObject({ from: null, to: "2026-02-28T23:59:59.999Z" });
  });

  it("pages to the end of what one answer holds, and CSV, body file and histogram agree with it", async () => {
    const query = ["ext:xlsx OR ext:eml"];
    const whole = await timelineJson(query, { limit: "all" });
    expect(whole.rows.length).toBe(whole.answer["events"]);
    expect(whole.answer["next"]).toBeNull();
    const keys = "schema event utc time zone kind source exhibit path item itemKind state size type sha256 cursor";
    expect(Object.keys(whole.rows[0]!).join(" ")).toBe(keys);
    const limit = String(Math.ceil(whole.rows.length / 2));
    const first = await timelineJson(query, { limit });
    const second = await timelineJson(query, { limit, after: String(first.answer["next"]) });
    expect([...first.rows, ...second.rows]).toEqual(whole.rows);
    expect(second.answer["next"]).toBeNull();
    const csv = await timeline(query, { csv: true });
    expect(csv.stdout.split("\r\n").length).toBe(whole.rows.length + 2);
    expect(csv.stderr).toContain(`${whole.rows.length} events of 2 items`);
    const body = await timeline(query, { format: "body" });
    const bodyLines = body.stdout.trimEnd().split("\n");
    expect(new Set(bodyLines.map((line) => line.split("|").length))).toEqual(new Set([11]));
    const { rows: buckets } = await timelineJson(query, { histogram: "month" });
    expect(buckets.reduce((sum, bucket) => sum + (bucket["events"] as number), 0)).toBe(whole.rows.length);
    const shown = await timeline(query, { histogram: "month" });
    expect(shown.stdout).toMatch(/^2026-01 +\d+ {2}#+$/m);
    expect(shown.stdout).toMatch(/\(\d+ months? without\)/);
  });

  it("keeps all dates of an item at one instant in one line, which no page divides", async () => {
    const { rows } = await timelineJson(["ext:jpg"], { limit: "all" });
    const instants = [...new Set(rows.map(({ utc }) => utc))];
    expect(instants.length).toBeLessThan(rows.length);
    const lines: string[] = [];
    let shown = 0;
    for (let after: string | null = null; ;) {
      const { stdout } = await timeline(["ext:jpg"], { limit: "1", ...(after === null ? {} : { after }) });
      lines.push(stdout.split("\n")[1]!);
      shown += Number(/ (\d+) shown/.exec(stdout)![1]);
      after = / --after (\S+)/.exec(stdout)?.[1] ?? null;
      if (after === null) break;
    }
    expect(shown).toBe(rows.length);
    expect(lines[0]).toMatch(/^2026-01-28 14:03:22 +modified \(ifd0\); taken \(exif\) +M01/);
    expect(lines).toHaveLength(instants.length);
  });

  it("takes dates told from today and lists of words, and records what they meant and the SHA-256 of the list", async () => {
    const words = "Lieferung\n";
    mkdirSync(join(place, "lists", "search"), { recursive: true });
    writeFileSync(join(place, "lists", "search", "goods.txt"), words);
    const { exit } = await timeline(["terms:goods", "date:..last-1d"], { kind: "sent" });
    expect(exit).toBe(0);
    const { details } = entries().at(-1)!;
    expect(details["query"]).toMatch(/^terms:.goods. AND date:\.\.20\d\d-\d\d-\d\dT23:59:59\.999Z$/);
    const sha256 = createHash("sha256").update(words).digest("hex");
    expect(details["lists"]).toEqual([expect.objectContaining({ name: "goods", sha256, lines: 1 })]);
  });

  it("leaves out what officers marked and says so", async () => {
    const { exit } = await runHere(markCommand, [place], { query: "ext:eml", as: "privileged" });
    expect(exit).toBe(0);
    const without = await timeline([], { kind: "sent" });
    expect(without.stdout).not.toContain("Lieferung.eml");
    expect(without.stdout).toContain("Marked by officers and not shown: 1 privileged");
    expect((await timeline([], { kind: "sent", "with-marked": true })).stdout).toContain("Lieferung.eml");
    expect(entries().at(-1)!.details).toMatchObject({ marked: { privileged: 0, shown: true } });
  });

  it("lists what has no place in time", async ({ skip }) => {
    if (statSync(card).mtime.getUTCFullYear() !== 2300) skip("this file system does not keep the year 2300");
    const { stdout } = await timeline(["ext:vcf"], { kind: "m,modified" });
    expect(stdout).toMatch(/^2019-01-01 00:00:00 +modified \(REV\) +M01\/folder:\/card\.vcf {2}\(local 2019\)$/m);
    expect(stdout).toContain(
      "1 date has no place in time (no date, before 1601 or after 2200); --not-placed lists it.",
    );
    const listed = await timeline(["ext:vcf"], { kind: "m", "not-placed": true });
    expect(listed.stdout).toMatch(/^- +m\.\.\. \(stat\) +M01\/folder:\/card\.vcf {2}\(recorded: "2300-01-01T00:00:00/m);
  });

  it("refuses in a sentence what it cannot do, and then records nothing", async () => {
    const count = entries().length;
    const refusals: readonly (readonly [FlagValues, RegExp])[] = [
      [{ kind: "mailed" }, /Expected --kind to be one of m a c b created/],
      [{ from: "2026-02-30" }, /Expected --from with a date/],
      [{ from: "2026-02-02", to: "2026-02-01" }, /Expected --from before --to/],
      [{ limit: "0" }, /Expected --limit to be a number from 1/],
      [{ after: "x" }, /Expected a cursor/],
      [{ hash: true }, /Expected --hash with an image or device/],
    ];
    for (const [flags, words] of refusals) await expect(timeline([], flags)).rejects.toThrow(words);
    await expect(timeline(["x AND"])).rejects.toThrow(/The query is wrong at character/);
    expect(entries().length).toBe(count);
    const run = (args: readonly string[], flags: FlagValues) => runHere(timelineCommand, args, flags);
    await expect(run([card], { kind: "sent" })).rejects.toThrow(/Expected a case folder with --kind, found none at/);
    await expect(run([card, "word"], {})).rejects.toThrow(/Expected a case folder in front of a query/);
  });
});
