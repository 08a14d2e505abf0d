/** The reports on acquisitions, seals and copies: content, printed form, and what the commands record for them. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { recordOperation } from "../../../src/case/operation.ts";
import { emptyForm } from "../../../src/case/operation-form.ts";
import type { FlagValues } from "../../../src/cli/command.ts";
import { custodyCommand } from "../../../src/cli/commands/custody.ts";
import { reportCommand } from "../../../src/cli/commands/report.ts";
import { sealsOf } from "../../../src/custody/seals.ts";
import { login } from "../../../src/custody/session.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import { localTime } from "../../../src/messages/en-report-kinds.ts";
import type { AcquisitionContent, ReportKind, SignedReport } from "../../../src/report/content.ts";
import { makeReport, type MadeReport } from "../../../src/report/make-report.ts";
import { renderHtml } from "../../../src/report/render.ts";
import { checkAll } from "../../../src/report/verify/check-all.ts";
import { runCommand } from "../../fixtures/run-command.ts";
import { addExhibit, newCase, type SampleCase } from "./sample-case.ts";
import { addImage, mediumBytes } from "./sample-image.ts";

const hash = (digit: string) => digit.repeat(64);
const medium = mediumBytes(70_000);
let sample: SampleCase;
let runtime: string;

beforeAll(() => {
  runtime = mkdtempSync(join(tmpdir(), "vestige-runtime-"));
  vi.stubEnv("XDG_RUNTIME_DIR", runtime);
  sample = newCase({ number: "2026/42 <b>" });
  recordOperation(sample.theCase, sample.journal, sample.officer, {
    ...emptyForm,
    number: "OF/2026/0117/B",
    clocks: [{ source: "M01", offsetSeconds: "95", method: "BIOS <screen>", reference: "DCF77 clock", at: null }],
  });
  addImage(sample, "M01", medium, {
    body: {
      badSectors: 9,
      badRanges: [
        { first: 12, count: 8 },
        { first: 99, count: 1 },
      ],
      retriedReads: 27,
      unstable: [{ sector: 40, sha256: [hash("a"), hash("b")] }],
      overridden: ["source/mounted"],
      notes: ["Slower <i>after</i> sector 90."],
      resumptions: [{ utc: "2026-11-21T09:02:00.000Z", at: 32_768 }],
      triage: {
        table: { scheme: "GPT", volumes: [{ at: 1_048_576, bytes: 5000, type: "0x07", name: "<b>\u202edata" }] },
        fileSystems: [{ at: 1_048_576, kind: "NTFS", label: null }],
        blocks: { emptyShare: 0.4118 },
      },
    },
  });
  const override = { code: "source/mounted", source: "/dev/sdb" };
  sample.journal.append("override", override, sample.officer, { exhibit: "M01" });
  addExhibit(sample, "M02", [{ path: "a.txt", content: "words" }]);
  login(sample.journal, sample.officer, 1);
});
afterAll(() => {
  sample.remove();
  rmSync(runtime, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

function made<K extends ReportKind>(kind: K, labels?: readonly string[]): MadeReport<K> & { page: string } {
  const report = makeReport(sample.theCase, sample.journal, sample.officer, labels ? { kind, labels } : { kind });
  return { ...report, page: readFileSync(report.html as string, "utf8") };
}

/** The page's text, tags taken out, white space joined. */
const textOf = (page: string) =>
  page
    .slice(page.indexOf("<body>"))
    .replaceAll("\u202f", "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("every kind of report", () => {
  it.each(["custody", "acquisition", "seals", "copies"] as const)("has the common block and is sound: %s", (kind) => {
    const { page, content, contentHash, json, items } = made(kind);
    const text = textOf(page);
    const { seq, headHash } = content.checkpoint.body;
    for (const part of [
      "2026/42 &lt;b&gt;",
      "OF/2026/0117/B",
      "Decision OF/2026/0117",
      contentHash,
      `${seq}:${headHash}`,
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain(`${content.made} (UTC)`);
    expect(text).toContain(localTime(content.made, content.zone));
    expect(text).toContain(`build ${content.tool.build}`);
    expect(text).toContain("Signatures by hand");
    expect(page).toContain("counter(pages)");
    expect(page).not.toMatch(/<b>\S|<i>|<script/);
    expect(items === null).toBe(kind !== "custody");
    const signed = JSON.parse(readFileSync(json, "utf8")) as SignedReport;
    expect(renderHtml(signed)).toBe(page);
    expect(verifyCase(sample.folder).parts.filter(({ ok }) => !ok)).toEqual([]);
  });

  it.each(["acquisition", "seals", "copies"] as const)("is checked by the page: %s", async (kind) => {
    const { json, html } = made(kind);
    const given = [json, html as string, sample.theCase.paths.journal].map((file) => {
      const bytes = readFileSync(file);
      return {
        name: basename(file),
        size: bytes.length,
        read: async (from: number, to: number) => Uint8Array.from(bytes.subarray(from, to)),
      };
    });
    const verdicts = await checkAll(given, async () => undefined);
    expect(verdicts.map(({ level }) => level)).toEqual(["good", "good", "good"]);
  });

  it("gives the local time with its offset", () => {
    expect(localTime("2026-11-21T23:30:00.000Z", "+01:00 Europe/Brussels")).toBe(
      "2026-11-22 00:30:00 +01:00 (Europe/Brussels)",
    );
    expect(localTime("2026-11-21T01:00:00.000Z", "-03:30 America/St_Johns")).toBe(
      "2026-11-20 21:30:00 -03:30 (America/St_Johns)",
    );
    expect(localTime("2026-11-21T01:00:00.000Z", "?")).toBe("2026-11-21T01:00:00.000Z (?)");
  });
});

describe("the acquisition report", () => {
  it("states device, protection, clock, hashes, files, checks, errors and first look of a medium", () => {
    const { page, content } = made("acquisition");
    const text = textOf(page);
    for (const part of [
      "2 items recorded, 2 of them acquired",
      "9 sectors could not be read; every check agreed",
      "Serial number WCC6Y5PZ1234",
      "WD-WCC6Y5PZ1234",
      "Interface sata",
      "Firmware 1A02",
      "Logical sector (bytes) 512",
      "Physical sector (bytes) 4096",
      "Sectors in all 137",
      "Host protected area (HPA) not determinable",
      "set read-only in the system by the program",
      "95 s fast; BIOS &lt;screen&gt;; DCF77 clock",
      "the source was mounted for writing (source/mounted): Ines Ørsted, entry",
      "1 start recorded, 0 failures",
      "Throughput while reading 118.4 MB/s",
      "the first 32768 bytes were read again from the image",
      "ewfverify 20140816",
      "sectors 12 to 19",
      "sector 99",
      "Filled with zeros",
      "Repeated reads 27",
      "sector 40",
      "Slower &lt;i&gt;after&lt;/i&gt; sector 90.",
      "Partition table GPT",
      "NTFS at byte 1048576",
      "41.2 %",
      "U+202E",
      "M01.raw 70000",
      "Digital evidence specialist",
    ]) {
      expect(text).toContain(part);
    }
    const [image, folder] = content.media;
    expect(image).toMatchObject({ clocks: [{ source: "M01" }], attempts: { begun: 1, failed: 0 } });
    expect(image?.recorded).not.toBeNull();
    expect(image?.overrides).toMatchObject([{ code: "source/mounted" }]);
    expect(image?.acquisition?.["hashes"]).toMatchObject({ sha1: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(text).toContain(createHash("sha1").update(medium).digest("hex"));
    expect(folder?.clocks).toEqual([]);
    expect(content.limitations.map(({ code }) => code)).toEqual([
      ...["machine-clock", "image-not-examined", "image-not-read-again", "hidden-sectors", "bad-sectors"],
      ...["unstable-sectors", "folder-copy", "not-recorded", "no-clock-of"],
    ]);
  });

  it("is about the exhibits that are named, and says what is not recorded", () => {
    const { page, content } = made("acquisition", ["M02"]);
    expect(content.media.map(({ intake }) => intake.label)).toEqual(["M02"]);
    expect(textOf(page)).toContain("Clock of the source against a reference not recorded");
    expect(() => made("acquisition", ["M09"])).toThrow(/M09/);
  });

  it("states the container of a folder that was copied into one", () => {
    const { page, json } = made("acquisition", ["M02"]);
    expect(textOf(page)).not.toContain("AFF4-L");
    const report = JSON.parse(readFileSync(json, "utf8")) as SignedReport;
    const [medium] = (report.content as AcquisitionContent).media as unknown as [
      { acquisition: Record<string, unknown> },
    ];
    const facts = { file: "M02.aff4", size: 4711, sha256: hash("e"), urn: "aff4://0f2c", contents: 3, duplicates: 2 };
    medium.acquisition["container"] = { format: "aff4-l", ...facts };
    const text = textOf(renderHtml(report));
    for (const value of Object.values(facts)) expect(text).toContain(String(value));
  });

  it("says loudly that a check did not agree, and that a device was not protected", () => {
    const other = newCase();
    try {
      const check = {
        tool: { name: "ewfverify", version: "1" },
        ok: false,
        readFrom: "unknown",
        md5: null,
        sha256: hash("c"),
      } as const;
      addImage(other, "M01", medium, {
        target: { checks: [check] },
        body: { protection: { method: "not-set", reason: "no permission", set: [] } },
      });
      const report = makeReport(other.theCase, other.journal, other.officer, { kind: "acquisition" });
      const text = textOf(readFileSync(report.html as string, "utf8"));
      for (const part of ["A CHECK DID NOT AGREE", "DOES NOT AGREE", "NOT SET: no permission", "No first look"]) {
        expect(text).toContain(part);
      }
      expect(report.content.limitations.map(({ code }) => code)).toContain("not-protected");
    } finally {
      other.remove();
    }
  });
});

describe("the record of seals", () => {
  const custody = (args: readonly string[], flags: FlagValues) =>
    runCommand(custodyCommand, [args[0] as string, sample.folder, ...args.slice(1)], flags);
  const opening = { seal: "SE-0101", reason: "Imaging <continued>", present: ["P. Peeters; lawyer", "K. Maes"] };

  it("follows a seal from intake over its opening to the new one", async () => {
    const photo = join(runtime, "seal.jpg");
    writeFileSync(photo, "a picture");
    const flags = { ...opening, "new-seal": "SE-0102", at: "2026-11-22T09:00+01:00", photo: [photo] };
    const { exit, text, events } = await custody(["seal-open", "M01"], flags);
    expect(exit).toBe(0);
    expect(text).toContain("the new seal is SE-0102");
    expect(events[0]).toMatchObject({ schema: "vestige.seal/1", exhibit: "M01", newSeal: "SE-0102" });
    await custody(["seal-close", "M01"], { ...opening, seal: "SE-0103" });
    const seals = sealsOf(sample.journal.entries()).filter(({ exhibit }) => exhibit === "M01");
    expect(seals.map(({ seal, opened }) => [seal, opened?.newSeal ?? null])).toEqual([
      ["SE-0101", "SE-0102"],
      ["SE-0102", null],
      ["SE-0103", null],
    ]);
    expect(seals[0]).toMatchObject({
      closedBy: "Ines Ørsted",
      closed: { at: "2026-11-20T10:00:00+01:00" },
      opened: {
        present: [
          { name: "P. Peeters", role: "lawyer" },
          { name: "K. Maes", role: null },
        ],
      },
    });
    const { page, content } = made("seals", ["M01"]);
    expect(content.seals).toEqual(seals);
    const shown = textOf(page);
    for (const part of [
      "3 seals recorded, 1 of them opened",
      "Seal SE-0101 on exhibit M01",
      "Imaging &lt;continued&gt;",
      "P. Peeters, lawyer",
      "New seal SE-0102",
      "not opened according to the journal",
      "seal.jpg , SHA-256",
      "Person concerned or representative",
    ]) {
      expect(shown).toContain(part);
    }
  });

  it.each([
    [["seal-open", "M01"], { ...opening, seal: "SE-0999" }, /found SE-0999/],
    [["seal-open", "M01"], opening, /closed seal of exhibit M01 \(SE-0102, SE-0103\), found SE-0101/],
    [["seal-open", "M01"], { ...opening, seal: "SE-0102", "new-seal": "SE-0103" }, /recorded already/],
    [["seal-close", "M01"], { ...opening, seal: "SE-0102" }, /recorded already/],
    [["seal-open", "M01"], { ...opening, present: [] }, /Expected --present/],
    [["seal-open", "M01"], { seal: "SE-0102", present: ["A"] }, /Expected --reason/],
    [["seal-open", "M01"], { ...opening, present: ["; lawyer"] }, /NAME; ROLE/],
    [["seal-open", "M01"], { ...opening, at: "yesterday" }, /--at as a time/],
    [["seal-open", "M01"], { ...opening, photo: ["/nowhere.jpg"] }, /photograph at \/nowhere\.jpg/],
    [["seal-open", "M09"], opening, /M09/],
    [["seal-open"], opening, /Expected LABEL/],
  ] as [string[], FlagValues, RegExp][])("refuses %j %j", async (args, flags, words) => {
    await expect(custody(args, flags)).rejects.toThrow(words);
  });
});

describe("the record of copies", () => {
  it("follows a copy from its making over its hands to its next check", () => {
    const files = [{ file: "M01.raw", size: 70_000, sha256: hash("d") }];
    const kept = { copy: "M01-c1", place: "/mnt/archive", location: "vault <2>", medium: "LTO-0042" };
    const act = sample.journal.begin("copy", kept, sample.officer, { exhibit: "M01" });
    act.done({ ...kept, nextCheck: "2027-11-21", checkEvery: 365, ok: true, files, problems: [] });
    const moved = { copy: "M01-c1", location: "court registry", handedFrom: "Ines Ørsted", handedTo: "B. Clerk" };
    sample.journal.append("copy-moved", moved, sample.officer, { exhibit: "M01" });
    const problems = [{ file: "M01.raw", problem: "sha256" }];
    const check = sample.journal.begin("copy-verify", { copy: "M01-c1" }, sample.officer, { exhibit: "M01" });
    check.done({ copy: "M01-c1", ok: false, problems, nextCheck: null });
    const { page, content } = made("copies");
    expect(content.copies).toMatchObject([{ copy: "M01-c1", exhibit: "M01", state: "changed", files }]);
    const text = textOf(page);
    for (const part of [
      "1 copy recorded, 0 of them sound when read last",
      "CHANGED: a check found a difference",
      "LTO-0042",
      "vault &lt;2&gt;",
      "Ines Ørsted / B. Clerk",
      "every hash agrees",
      "1 file differs",
      hash("d"),
      "Handed over by",
      "Received by",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("says that there are none", () => {
    expect(textOf(made("copies", ["M02"]).page)).toContain("No copy is recorded in this case.");
  });
});

describe("vestige report KIND", () => {
  const report = (...args: string[]) => runCommand(reportCommand, [sample.folder, ...args]);

  it("writes each kind, and takes labels", async () => {
    for (const kind of ["acquisition", "seals", "copies"]) {
      const { exit, text, events } = await report(kind, "M01");
      expect(exit).toBe(0);
      expect(text).toMatch(new RegExp(`Report: .*-${kind}-\\d+\\.html`));
      expect(events[0]).toMatchObject({ schema: "vestige.report/1", kind, items: null, unchanged: true });
    }
    const entries = [...sample.journal.entries()].filter(({ body }) => body.act === "report");
    expect(entries.at(-2)?.body.details).toEqual({ kind: "copies", format: "html", labels: ["M01"] });
    await expect(report("custody", "M01")).rejects.toThrow(/no labels/);
    await expect(report("nonsense")).rejects.toThrow(/custody, acquisition, seals, copies/);
    await expect(report("seals", "M09")).rejects.toThrow(/M09/);
  });

  it("exits 1 where something was changed", async () => {
    const file = sample.theCase.paths.exhibitFile("M02");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("K. Maes", "K. Maas"));
    try {
      const { exit, text: said } = await report("seals");
      expect(exit).toBe(1);
      expect(said).toContain("changed after it was signed");
    } finally {
      writeFileSync(file, text);
    }
  });
});
