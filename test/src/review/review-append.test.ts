/** An officer's file: appends, what kills and full disks leave, changed lines, and what verification says of each. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCase, type Case } from "../../../src/case/case-folder.ts";
import { diskFiles, type JournalFiles } from "../../../src/custody/journal-files.ts";
import { openJournal } from "../../../src/custody/journal.ts";
import type { Signer } from "../../../src/custody/signer.ts";
import { verifyCase } from "../../../src/custody/verify-case.ts";
import { isOperatorError } from "../../../src/messages/operator-error.ts";
import { appendReview, type ReviewDesk } from "../../../src/review/review-append.ts";
import type { ReviewAct } from "../../../src/review/review-line.ts";
import { reviewFileName } from "../../../src/review/review-log.ts";
import { readReview } from "../../../src/review/review-state.ts";
import { openTestCase } from "../../fixtures/case-desk.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";

const base = freshFolder("review");
const pristine = join(base, "case");
let signer: Signer;
let cases = 0;

beforeAll(async () => {
  const desk = await openTestCase(base);
  signer = desk.signer;
  desk.journal.close();
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

const tag = (item: string, value = "t"): ReviewAct => ({ act: "tag", exhibit: "M01", item, value });
const name = reviewFileName("Test Officer");

/** A copy of the case, with a journal of its own. */
function freshDesk(): ReviewDesk & { readonly theCase: Case; readonly file: string } {
  const folder = join(base, `copy-${(cases += 1)}`);
  cpSync(pristine, folder, { recursive: true });
  const theCase = openCase(folder);
  return { theCase, journal: openJournal(folder), signer, file: join(theCase.paths.review, name) };
}

const verdictOf = ({ theCase }: ReviewDesk) =>
  verifyCase(theCase.paths.root)
    .parts.filter(({ part }) => part === "review")
    .map(({ ok, problem, line, count }) => ({ ok, problem, line, count }));
const sound = (count: number) => [{ ok: true, problem: null, line: null, count }];
const acts = (desk: ReviewDesk) =>
  [...openJournal(desk.theCase.paths.root).entries()]
    .filter(({ body }) => body.act === "review")
    .map(({ body }) => body);

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!isOperatorError(error)) throw error;
    return error.code;
  }
}

/** File operations of which the append dies after so many bytes, with what it wrote left behind. */
function dyingFiles(bytesWritten: number): JournalFiles {
  const die = () => {
    throw new Error("killed");
  };
  return {
    ...diskFiles,
    append: (file, bytes) => {
      diskFiles.append(file, bytes.subarray(0, bytesWritten));
      die();
    },
    size: die,
  };
}

describe("an officer's file", () => {
  it("is announced, appended and ended in the journal, with counts and the hash of the lines", () => {
    const desk = freshDesk();
    const first = appendReview(desk, () => [tag("a"), tag("b")], { query: "x" });
    const before = readFileSync(desk.file).length;
    appendReview(desk, (own) =>
      own.map(({ item }) => ({ act: "untag", exhibit: "M01", item: item ?? "", value: "t" })),
    );
    expect(readFileSync(desk.file, "utf8").trim().split("\n")).toHaveLength(4);
    expect(before).toBeGreaterThan(0);
    const [intent, done] = acts(desk);
    expect(intent).toMatchObject({ phase: "intent", details: { file: name, first: 0, lines: 2, acts: { tag: 2 } } });
    expect(done).toMatchObject({ phase: "done", seq: first.entry?.seq, details: { query: "x" } });
    expect(verdictOf(desk)).toEqual(sound(4));
    expect(openJournal(desk.theCase.paths.root).openIntents()).toEqual([]);
  });

  it("stays as it is where nothing is to be added", () => {
    const desk = freshDesk();
    expect(appendReview(desk, () => [])).toEqual({ acts: 0, entry: null, findings: [] });
    expect(existsSync(desk.file)).toBe(false);
    expect(acts(desk)).toEqual([]);
  });

  it("keeps what a kill at any byte left whole, names and cuts what is torn, and goes on", () => {
    const desk = freshDesk();
    appendReview(desk, () => [tag("a")]);
    const one = readFileSync(desk.file);
    for (const cut of [0, 1, one.length - 1, one.length, one.length + 40]) {
      const torn = freshDesk();
      appendReview(torn, () => [tag("a")]);
      expect(() => appendReview({ ...torn, files: dyingFiles(cut) }, () => [tag("b"), tag("c")])).toThrow("killed");
      const left = readFileSync(torn.file).length - one.length;
      expect(left).toBe(cut);
      expect(readReview(torn.theCase).item("M01", "a")).not.toBeNull();
      const verdict = verdictOf(torn);
      const { findings } = appendReview(torn, () => [tag("d")]);
      expect(findings).toHaveLength(1);
      const kept = readReview(torn.theCase).item("M01", "b") === null ? 0 : 1;
      expect(findings[0]).toContain(`${kept} of its 2 acts`);
      const isTorn = findings[0]?.includes("torn line") ?? false;
      expect(verdict[0]?.problem).toBe(isTorn ? "torn-tail" : null);
      expect(readdirSync(torn.theCase.paths.review).some((file) => file.includes(".torn-"))).toBe(isTorn);
      expect(verdictOf(torn)).toEqual(sound(kept + 2));
    }
  });

  it("ends an act as done whose lines are all there", () => {
    const desk = freshDesk();
    expect(() => appendReview({ ...desk, files: dyingFiles(10_000) }, () => [tag("a")])).toThrow("killed");
    expect(verdictOf(desk)).toEqual(sound(1));
    appendReview(desk, () => []);
    expect(acts(desk).map(({ phase }) => phase)).toEqual(["intent", "done"]);
    expect(verdictOf(desk)).toEqual(sound(1));
  });

  it("takes back what a full disk left, and says that nothing was added", () => {
    const desk = freshDesk();
    appendReview(desk, () => [tag("a")]);
    const before = readFileSync(desk.file);
    const full: JournalFiles = {
      ...diskFiles,
      append: (file, bytes) => {
        diskFiles.append(file, bytes.subarray(0, 5));
        throw Object.assign(new Error("full"), { code: "ENOSPC", syscall: "write" });
      },
    };
    expect(codeOf(() => appendReview({ ...desk, files: full }, () => [tag("b")]))).toBe("case/disk-full");
    expect(readFileSync(desk.file)).toEqual(before);
    expect(acts(desk).at(-1)).toMatchObject({ phase: "failed", details: { lines: 0 } });
    expect(appendReview(desk, () => [tag("c")]).findings).toEqual([]);
    expect(verdictOf(desk)).toEqual(sound(2));
  });
});

describe("a changed file", () => {
  const made = () => {
    const desk = freshDesk();
    appendReview(desk, () => [tag("a", "first"), tag("b", "second"), tag("c", "third")]);
    return desk;
  };

  it.each([0, 1, 2])("is refused by reading and appending, and named by verification: line %i", (at) => {
    const desk = made();
    const lines = readFileSync(desk.file, "utf8").split("\n");
    lines[at] = (lines[at] as string).replace(/first|second|third/, "other");
    writeFileSync(desk.file, lines.join("\n"));
    expect(codeOf(() => readReview(desk.theCase))).toBe("review/damaged");
    expect(codeOf(() => appendReview(desk, () => [tag("d")]))).toBe("review/damaged");
    expect(verdictOf(desk)).toEqual([{ ok: false, problem: "hash-mismatch", line: at + 1, count: at }]);
  });

  it("is named where lines were removed, exchanged, doubled or cut off", () => {
    const changes: readonly [(lines: string[]) => string[], string][] = [
      [([a, , c]) => [a, c] as string[], "wrong-seq"],
      [([a, b, c]) => [b, a, c] as string[], "wrong-seq"],
      [([a, b, c]) => [a, b, b, c] as string[], "wrong-seq"],
      [([a, b]) => [a, b] as string[], "line-count"],
      [() => [], "line-count"],
    ];
    for (const [change, problem] of changes) {
      const desk = made();
      const lines = change(readFileSync(desk.file, "utf8").trim().split("\n"));
      writeFileSync(desk.file, lines.map((line) => `${line}\n`).join(""));
      expect(verdictOf(desk)[0]).toMatchObject({ ok: false, problem });
    }
    const gone = made();
    rmSync(gone.file);
    expect(verdictOf(gone)[0]).toMatchObject({ ok: false, problem: "missing" });
  });

  it("is named where the last line was shortened, or lines were added that the journal does not know", () => {
    const short = made();
    truncateSync(short.file, readFileSync(short.file).length - 5);
    expect(verdictOf(short)[0]).toMatchObject({ ok: false, line: 3 });
    expect(codeOf(() => appendReview(short, () => [tag("d")]))).toBe("review/damaged");
    // Lines that fit in every other way, made with another journal of the same case.
    const [forged, real] = [made(), made()];
    writeFileSync(forged.file, readFileSync(real.file));
    expect(verdictOf(forged)[0]).toMatchObject({ ok: false, problem: "line-changed", line: 3 });
    const longer = made();
    const grown = freshDesk();
    cpSync(longer.theCase.paths.root, grown.theCase.paths.root, { recursive: true });
    appendReview({ ...grown, journal: openJournal(grown.theCase.paths.root) }, () => [tag("d")]);
    writeFileSync(longer.file, readFileSync(grown.file));
    expect(verdictOf(longer)[0]).toMatchObject({ ok: false, problem: "not-recorded", line: 4 });
  });

  it("is refused under another officer's name, of another case, and with what rides along", () => {
    const desk = made();
    cpSync(desk.file, join(desk.theCase.paths.review, reviewFileName("B. Officer")));
    expect(codeOf(() => readReview(desk.theCase))).toBe("review/damaged");
    const foreign = made();
    const other = { ...foreign.theCase, file: { ...foreign.theCase.file, id: "another" } };
    expect(codeOf(() => readReview(other))).toBe("review/damaged");
    const spaced = made();
    writeFileSync(spaced.file, readFileSync(spaced.file, "utf8").replace('{"act"', '{ "act"'));
    expect(verdictOf(spaced)[0]).toMatchObject({ problem: "not-canonical", line: 1 });
    const newer = made();
    writeFileSync(newer.file, readFileSync(newer.file, "utf8").replace('"format":1', '"format":2'));
    expect(verdictOf(newer)[0]).toMatchObject({ problem: "newer-version", line: 1 });
    const zeros = made();
    appendFileSync(zeros.file, Buffer.alloc(20));
    expect(verdictOf(zeros)[0]).toMatchObject({ ok: false, line: 4 });
  });
});
