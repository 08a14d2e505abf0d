import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../native-free/model/canonical-json.ts";
import type { Signer } from "../../../../src/custody/signer.ts";
import { documentHash as custodyHash, domains } from "../../../../src/custody/document.ts";
import { makeReport, type MadeReport } from "../../../../src/report/make-report.ts";
import { checkAll } from "../../../../src/report/verify/check-all.ts";
import type { PageFile } from "../../../../src/report/verify/page-file.ts";
import type { Verdict } from "../../../../src/report/verify/verdict.ts";
import { addExhibit, newCase, newSigner, processExhibit, signIn, type SampleCase } from "../sample-case.ts";

const files = ["one", "two", "three", "four"].map((name) => ({ path: `${name}.txt`, content: `words of ${name}` }));

let sample: SampleCase;
let report: MadeReport;
let lines: string[];
let stranger: Signer;

beforeAll(() => {
  sample = newCase();
  stranger = newSigner("Somebody Else");
  addExhibit(sample, "M01", files);
  processExhibit(sample, "M01", files);
  const session = signIn(sample);
  sample.journal.append("search", { query: "words", hits: 4 }, session);
  report = makeReport(sample.theCase, sample.journal, session);
  sample.journal.append("search", { query: "after the report", hits: 0 }, session);
  lines = readFileSync(sample.theCase.paths.journal, "utf8").trimEnd().split("\n");
});
afterAll(() => sample.remove());

const memoryFile = (name: string, content: string | Uint8Array): PageFile => {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { name, size: bytes.length, read: async (start, end) => Uint8Array.from(bytes.subarray(start, end)) };
};
const diskFile = (file: string) => memoryFile(basename(file), readFileSync(file));
const journalOf = (entries: readonly string[]) =>
  memoryFile("journal.jsonl", entries.map((line) => `${line}\n`).join(""));
const check = (given: readonly PageFile[]) => checkAll(given, async () => undefined);
const one = async (given: readonly PageFile[], name: string): Promise<Verdict> => {
  const found = (await check(given)).find(({ file }) => file === name);
  if (!found) throw new Error(`no verdict on ${name}`);
  return found;
};
const exhibit = (name: string) => join(sample.theCase.paths.exhibit("M01"), name);

describe("a case as it was signed", () => {
  it("is unchanged in every part", async () => {
    const checkpoints = sample.theCase.paths.checkpoints;
    const seq = String(report.content.checkpoint.body.seq).padStart(10, "0");
    const given = [
      report.json,
      report.html as string,
      report.items,
      report.verifyPage,
      sample.theCase.paths.caseFile,
    ].concat(["acquisition.json", "files.jsonl", "files.leaves"].map(exhibit), join(checkpoints, `${seq}.json`));
    const verdicts = await check([...given.map(diskFile), journalOf(lines), memoryFile("renamed", files[2].content)]);
    expect(verdicts.filter(({ level }) => level !== "good")).toEqual([]);
    expect(verdicts.length).toBe(11);
    expect(verdicts.find(({ file }) => file === "renamed")?.headline).toContain("three.txt");
    expect(verdicts[0].headline).toContain(`All ${lines.length} entries`);
    expect(verdicts[0].remarks.join()).toContain("Unanchored tail length 3");
  });

  it("does not call a foreign file acquired, nor a lone document proved", async () => {
    const others = ["acquisition.json", "files.jsonl"].map(exhibit).map(diskFile);
    const foreign = await one([journalOf(lines), ...others, memoryFile("foreign.txt", "words of five")], "foreign.txt");
    expect(foreign).toMatchObject({ level: "bad" });
    expect((await check([diskFile(report.json)]))[0].level).toBe("unsure");
    expect((await check([diskFile(exhibit("acquisition.json"))]))[0].level).toBe("unsure");
    expect((await check([diskFile(exhibit("files.jsonl"))]))[0].level).toBe("unsure");
    expect((await check([memoryFile("a.txt", "x")]))[0].level).toBe("unsure");
    expect((await check([diskFile(sample.theCase.paths.caseFile)]))[0].level).toBe("unsure");
  });
});

describe("what cannot be decided", () => {
  const parts = () => ["acquisition.json", "files.jsonl", "files.leaves"].map(exhibit).map(diskFile);

  it("stays undecided for everything that leans on it", async () => {
    const verdicts = await check([
      ...parts(),
      memoryFile("copy", files[0].content),
      memoryFile("foreign", "other words"),
    ]);
    expect(verdicts.map(({ file, level }) => `${file} ${level}`).sort()).toEqual(
      ["acquisition.json", "copy", "files.jsonl", "files.leaves", "foreign"].map((name) => `${name} unsure`),
    );
    for (const name of ["files.jsonl", "files.leaves"]) {
      const { headline, remarks } = verdicts.find(({ file }) => file === name) as Verdict;
      expect(headline).toContain("cannot be decided");
      expect(remarks.join()).toContain("journal.jsonl");
    }
    const changed = memoryFile(
      "files.jsonl",
      readFileSync(exhibit("files.jsonl"), "utf8").replace("one.txt", "two.txt"),
    );
    expect((await one([parts()[0], changed], "files.jsonl")).level).toBe("bad");
  });

  it("is a list of items without its report, and settled with it", async () => {
    const items = diskFile(report.items);
    const text = `${readFileSync(report.items, "utf8")}{"schema":"vestige.report-item/1","path":"x","sha256":null}\n`;
    const changed = memoryFile(basename(report.items), text);
    const second = memoryFile(basename(report.items).replace(".jsonl", " (1).jsonl"), text);
    const renamed = memoryFile("renamed.jsonl", '{"path":"x","schema":"vestige.report-item/1","sha256":null}\n');
    const case_ = [journalOf(lines), ...parts()];
    const given = [...case_, diskFile(report.json)];
    expect(await one([...given, items], items.name)).toMatchObject({ level: "good", remarks: [] });
    expect((await one([...given, items], items.name)).headline).toContain("signed report");
    expect((await check([...given, items])).map(({ level }) => level)).toEqual(Array.from({ length: 6 }, () => "good"));
    expect(await one([...given, changed], items.name)).toMatchObject({ level: "bad" });
    expect(await one([...given, second], second.name)).toMatchObject({ level: "bad" });
    expect(await one([...given, renamed], renamed.name)).toMatchObject({ level: "unsure" });
    // The journal alone records the hash too.
    expect(await one([...case_, items], items.name)).toMatchObject({ level: "good" });
    expect(await one([...case_, changed], items.name)).toMatchObject({ level: "unsure" });
    expect(await one([...parts(), items], items.name)).toMatchObject({ level: "unsure" });
    const unproved = await one([diskFile(report.json), items], items.name);
    expect(unproved.level).toBe("unsure");
    expect(unproved.headline).toContain(basename(report.items));
    expect((await one([diskFile(report.json), changed], items.name)).level).toBe("unsure");
  });
});

/** An entry written anew by `signer`, with the links and hash made to fit. */
function forge(line: string, change: (body: Record<string, unknown>) => void, signer: Signer | null): string {
  const entry = JSON.parse(line) as { body: Record<string, unknown>; hash: string; sig: string };
  change(entry.body);
  const hash = custodyHash(domains.custody, entry.body);
  const sig = signer ? Buffer.from(signer.sign(hash)).toString("base64") : entry.sig;
  return canonicalJson({ body: entry.body, hash: hash.toString("hex"), sig });
}

describe("a journal that was tampered with", () => {
  const at = 4;
  const tampers: readonly (readonly [name: string, make: (all: string[]) => string[], seq: number, words: RegExp])[] = [
    ["a field edited", (all) => all.with(at, all[at].replace('"host":"', '"host":"x')), at, /hash no longer fits/],
    ["white space added", (all) => all.with(at, all[at].replace(",", ", ")), at, /canonical/],
    ["a line deleted", (all) => all.toSpliced(at, 1), at, /wrong number/],
    ["two lines swapped", (all) => all.with(at, all[at + 1]).with(at + 1, all[at]), at, /wrong number/],
    ["a line repeated", (all) => all.toSpliced(at, 0, all[at - 1]), at, /wrong number/],
    [
      "an entry forged with a key of its own",
      (all) => [
        ...all,
        forge(
          all.at(-1) as string,
          (body) => {
            body["seq"] = all.length;
            body["prev"] = (JSON.parse(all.at(-1) as string) as { hash: string }).hash;
            body["delegation"] = null;
            body["key"] = stranger.keyId;
            body["officer"] = stranger.officer;
          },
          stranger,
        ),
      ],
      -1,
      /not one of the case/,
    ],
    [
      "an entry forged in the officer's name",
      (all) => [
        ...all,
        forge(
          all.at(-1) as string,
          (body) => {
            body["seq"] = all.length;
            body["prev"] = (JSON.parse(all.at(-1) as string) as { hash: string }).hash;
          },
          stranger,
        ),
      ],
      -1,
      /signature does not fit/,
    ],
    [
      "an entry rewritten with a fitting hash",
      (all) =>
        all.with(
          at,
          forge(
            all[at],
            (body) => {
              body["host"] = "elsewhere";
            },
            null,
          ),
        ),
      at,
      /signature does not fit/,
    ],
    [
      "the key of the genesis replaced",
      (all) =>
        all.with(
          0,
          forge(
            all[0],
            (body) => {
              (body["details"] as Record<string, unknown>)["keys"] = [
                { officer: stranger.officer, keyId: stranger.keyId, publicKey: stranger.publicKey },
              ];
            },
            stranger,
          ),
        ),
      0,
      /not one of the case/,
    ],
    ["the first line gone", (all) => all.slice(1), 0, /wrong number|not a valid first/],
  ];

  it.each(tampers)("names the entry: %s", async (_, make, seq, words) => {
    const changed = make([...lines]);
    const expected = seq < 0 ? changed.length - 1 : seq;
    const verdict = await one([journalOf(changed)], "journal.jsonl");
    expect(verdict.level).toBe("bad");
    expect(verdict.headline).toContain(`entry ${expected} (line ${expected + 1})`);
    expect(verdict.headline).toMatch(words);
  });

  it("names the entry of an edited detail, wherever it stands", async () => {
    for (let seq = 0; seq < lines.length; seq++) {
      const verdict = await one(
        [journalOf(lines.with(seq, lines[seq].replace(/"pid":(\d+)/, '"pid":1$1')))],
        "journal.jsonl",
      );
      expect(verdict.headline).toContain(`The first bad entry is entry ${seq} (line ${seq + 1})`);
    }
  });

  it("names an entry with a byte that is no UTF-8", async () => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    bytes[bytes.indexOf('"utc"', lines[0].length) + 8] = 0xff;
    const verdict = await one([memoryFile("journal.jsonl", bytes)], "journal.jsonl");
    expect(verdict.headline).toContain("entry 1 (line 2): its bytes are not well-formed UTF-8");
  });

  it("tells a torn tail and a removed tail apart", async () => {
    const whole = lines.map((line) => `${line}\n`).join("");
    expect((await one([memoryFile("journal.jsonl", whole.slice(0, -20))], "journal.jsonl")).headline).toContain(
      "ends inside a line",
    );
    const short = journalOf(lines.slice(0, report.content.checkpoint.body.seq));
    // Cut before the checkpoint's own entry, the journal alone is in order; the report and its checkpoint know better.
    const verdicts = await check([short, diskFile(report.json)]);
    expect(verdicts.map(({ level }) => level)).toEqual(["good", "bad"]);
    expect(verdicts[1].headline).toContain("entries were removed");
  });

  it("contradicts a report when all keys and entries are made anew", async () => {
    const other = newCase();
    try {
      for (let count = 0; count < lines.length; count++)
        other.journal.append("search", { query: "made up" }, other.officer);
      const anew = diskFile(other.theCase.paths.journal);
      const verdicts = await check([anew, diskFile(report.json), diskFile(sample.theCase.paths.caseFile)]);
      expect(verdicts.map(({ level }) => level)).toEqual(["good", "bad", "bad"]);
    } finally {
      other.remove();
    }
  });
});

describe("documents and lists that were tampered with", () => {
  const journal = () => journalOf(lines);

  it("refuses a report whose content, hash or signature was changed", async () => {
    const text = readFileSync(report.json, "utf8");
    for (const changed of [
      text.replace('"number":"2026-0042"', '"number":"2026-0043"'),
      text.replace(`"contentHash":"${report.contentHash}"`, `"contentHash":"${"0".repeat(64)}"`),
      text.replace(/"sig":"(.)/, (_, first: string) => `"sig":"${first === "A" ? "B" : "A"}`),
      text.replace(/"delegation":\{"body":\{"caseId":"./, (start) => `${start.slice(0, -1)}z`),
      text.slice(0, -40),
    ]) {
      expect(changed).not.toBe(text);
      const name = "2026-11-21-custody-9.json";
      expect((await one([journal(), memoryFile(name, changed)], name)).level).toBe("bad");
    }
  });

  it("refuses a changed printed form: nothing names its hash", async () => {
    const page = readFileSync(report.html as string, "utf8").replace("2026-0042", "2026-0043");
    const given = [
      journal(),
      diskFile(exhibit("acquisition.json")),
      diskFile(exhibit("files.jsonl")),
      memoryFile("r.html", page),
    ];
    expect((await one(given, "r.html")).level).toBe("bad");
  });

  it("names the line of a changed list where the leaves are given", async () => {
    const text = readFileSync(exhibit("files.jsonl"), "utf8");
    const manifest = diskFile(exhibit("acquisition.json"));
    const leaves = diskFile(exhibit("files.leaves"));
    const changed = memoryFile("files.jsonl", text.replace("three.txt", "threa.txt"));
    expect((await one([journal(), manifest, leaves, changed], "files.jsonl")).headline).toContain(
      "first line that differs is line 3",
    );
    expect(await one([journal(), manifest, changed], "files.jsonl")).toMatchObject({ level: "bad" });
    const short = memoryFile("files.jsonl", text.split("\n").slice(0, 3).join("\n") + "\n");
    expect((await one([journal(), manifest, leaves, short], "files.jsonl")).headline).toContain("line 4");
  });

  it("does not believe a manifest signed by a stranger", async () => {
    const own = JSON.parse(readFileSync(exhibit("acquisition.json"), "utf8")) as Record<string, unknown>;
    const hash = custodyHash(domains.manifest, own["manifest"]);
    const forged = {
      ...own,
      sig: Buffer.from(stranger.sign(hash)).toString("base64"),
      key: stranger.keyId,
      officer: stranger.officer,
      delegation: null,
    };
    const verdicts = await check([
      journal(),
      memoryFile("acquisition.json", canonicalJson(forged)),
      diskFile(exhibit("files.jsonl")),
    ]);
    expect(verdicts.map(({ level }) => level)).toEqual(["good", "bad", "bad"]);
  });

  it("reads hostile and broken input without failing", async () => {
    const deep = `{"contentHash":${"[".repeat(5000)}${"]".repeat(5000)}}`;
    const verdicts = await check([
      memoryFile("deep.json", deep),
      memoryFile("journal.jsonl", ""),
      memoryFile("files.jsonl", "not json\n\u0000\n"),
      memoryFile("acquisition.json", '{"manifest":1,"manifest":2}'),
      memoryFile("x.leaves", new Uint8Array(33)),
      { name: "gone", size: 5, read: () => Promise.reject(new Error("NotReadableError")) },
    ]);
    expect(verdicts.length).toBe(6);
    expect(verdicts.some(({ level }) => level === "good")).toBe(false);
    expect(verdicts.find(({ file }) => file === "gone")?.headline).toContain("NotReadableError");
  });
});
