/**
 * Two officers work on the same case: tags, marks, comments, saved searches. Nobody overwrites anybody, a kill loses nothing
 * that was acknowledged, a changed line is named, and processing again changes nothing of it.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { caseFlags, jsonLines, vestige, type CommandResult } from "../fixtures/command.ts";
import { commandsHere } from "../fixtures/command-here.ts";
import { freshFolder, writeTree } from "../fixtures/evidence-folder.ts";

const base = freshFolder("review-journey");
const home = join(base, "home");
const folder = join(base, "case");
const second = "B. Officer";
const run = commandsHere({ home });
const asFirst = (...args: string[]) => run(...args, "--officer", "A. Officer");
const asSecond = (...args: string[]) => run(...args, "--officer", second);

async function good(result: Promise<CommandResult>): Promise<CommandResult> {
  const ended = await result;
  expect(ended.exit, ended.stderr).toBe(0);
  return ended;
}

const event = (result: CommandResult, name: string) => jsonLines(result).find((line) => line.event === name);
const all = (result: CommandResult, name: string) => jsonLines(result).filter((line) => line.event === name);
const names = (result: CommandResult) => all(result, "hit").map(({ path }) => String(path).replace("M01/folder:/", ""));
const search = (...args: string[]) => good(asFirst("search", folder, ...args, "--json"));

beforeAll(async () => {
  writeTree(join(base, "source"), {
    "offer.txt": "An offer for container freight.",
    "reply.txt": "The reply to the offer.",
    "lawyer.txt": "Advice of the lawyer on the offer.",
    "holiday.txt": "Pictures of the sea.",
  });
  await good(vestige(["run", join(base, "source"), "--case", folder, "--label", "M01", ...caseFlags], { home }));
  await good(run("custody", "key", "--officer", second));
  await good(asFirst("custody", "add-officer", folder, second));
  // Their passphrases, made slow on purpose, are asked for once.
  await good(asFirst("login", folder));
  await good(asSecond("login", folder));
}, 300_000);

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("two officers", () => {
  it("tag by path, by id and by query, and see each other's tags", async () => {
    const id = String(all(await search("name:reply.txt"), "hit")[0]?.item);
    await good(asFirst("tag", folder, "M01/folder:/offer.txt", `M01/${id}`, "--tag", "Ofertas"));
    const tagged = await good(asSecond("tag", folder, "--query", "offer", "--tag", "Ofertas", "--json"));
    expect(event(tagged, "acted")).toMatchObject({ act: "tag", chosen: 3, changed: 3, officer: second });
    const again = await good(asSecond("tag", folder, id, "--tag", "Ofertas", "--json"));
    expect(event(again, "acted")).toMatchObject({ chosen: 1, changed: 0, entry: null });
    const removed = await good(asFirst("tag", folder, "folder:/offer.txt", "--tag", "Ofertas", "--remove"));
    expect(removed.stdout).toContain(`still has it from ${second}`);
    expect(names(await search("tag:ofertas"))).toEqual(["lawyer.txt", "offer.txt", "reply.txt"]);
    const items = all(await good(run("tags", folder, "--json")), "item");
    const officers = Object.fromEntries(
      items.map(({ path, tags }) => [String(path).slice(12), (tags as { officers: string[] }[])[0]?.officers]),
    );
    expect(officers).toEqual({
      "lawyer.txt": [second],
      "offer.txt": [second],
      "reply.txt": ["A. Officer", second],
    });
    const history = all(await good(run("tags", folder, "--history", "--json")), "act");
    expect(history.map(({ act }) => act)).toEqual(["tag", "tag", "tag", "tag", "tag", "untag"]);
    expect(readdirSync(join(folder, "review")).filter((name) => name.endsWith(".jsonl"))).toHaveLength(2);
  }, 300_000);

  it("mark, and every search leaves that out before it counts and says so", async () => {
    await good(asFirst("mark", folder, "--query", "lawyer", "--as", "privileged"));
    await good(asSecond("mark", folder, "folder:/lawyer.txt", "--as", "hidden"));
    await good(asSecond("mark", folder, "folder:/holiday.txt", "--as", "out-of-scope"));
    const without = await search("name:*.txt");
    expect(names(without)).toEqual(["offer.txt", "reply.txt"]);
    const counts = { items: 2, contents: 2, privileged: 1, hidden: 0, markedOutOfScope: 1, outOfScope: 0 };
    expect(event(without, "answer")).toMatchObject(counts);
    const told = await good(asFirst("search", folder, "name:*.txt"));
    expect(told.stdout).toContain("Marked by officers and not shown: 1 privileged, 1 out of scope");
    expect(names(await search("mark:*", "--with-marked"))).toEqual(["holiday.txt", "lawyer.txt"]);
    // Taken back by one officer, it stays out by the other's mark.
    await good(asFirst("mark", folder, "--query", "mark:privileged", "--as", "privileged", "--remove"));
    expect(event(await search("name:*.txt"), "answer")).toMatchObject({ items: 2, privileged: 0, hidden: 1 });
    await good(asSecond("mark", folder, "folder:/lawyer.txt", "--as", "hidden", "--remove"));
    expect(names(await search("name:*.txt"))).toEqual(["lawyer.txt", "offer.txt", "reply.txt"]);
  }, 300_000);

  it("bookmark and comment", async () => {
    await good(asFirst("bookmark", folder, "folder:/offer.txt"));
    await good(asSecond("comment", folder, "folder:/offer.txt", "Sum differs\u001b[31m"));
    const told = await good(run("bookmarks", folder));
    expect(told.stdout).toContain("offer.txt  (A. Officer)");
    expect(told.stdout).toContain(`${second}: Sum differs\\x1b[31m`);
    const absent = await asFirst("bookmark", folder, "folder:/nowhere.txt");
    expect([absent.exit, absent.stderr.trim().split("\n").length]).toEqual([2, 1]);
  }, 300_000);

  it("save a search, repeat it to the same hits, and hear when they are others", async () => {
    const saved = event(await search("offer", "--save", "offers"), "saved");
    expect(saved).toMatchObject({ name: "offers", query: "offer", items: 3 });
    const same = await good(asSecond("search", folder, "--saved", "offers", "--json"));
    expect(event(same, "replayed")).toMatchObject({ same: true, officer: "A. Officer" });
    expect(names(same)).toEqual(["lawyer.txt", "offer.txt", "reply.txt"]);
    await good(asSecond("mark", folder, "folder:/reply.txt", "--as", "hidden"));
    const other = event(await search("--saved", "offers"), "replayed");
    expect(other).toMatchObject({ same: false, saved: { items: 3 }, now: { items: 2 } });
    await good(asSecond("mark", folder, "folder:/reply.txt", "--as", "hidden", "--remove"));
    expect(event(await search("--saved", "offers"), "replayed")).toMatchObject({ same: true });
    expect((await asSecond("search", folder, "--forget", "offers")).exit).toBe(2);
    expect((await good(run("searches", folder))).stdout).toContain("offers  offer  (A. Officer");
  }, 300_000);

  it("keep their work when the work file is made again", async () => {
    rmSync(join(folder, "work", "M01"), { recursive: true });
    await good(asFirst("process", folder));
    expect(names(await search("tag:ofertas"))).toEqual(["lawyer.txt", "offer.txt", "reply.txt"]);
    expect(event(await search("--saved", "offers"), "replayed")).toMatchObject({ same: true });
    expect((await good(run("verify", folder))).stdout).toMatch(
      /review .*unchanged \(\d+ acts, as the journal records them\)/,
    );
  }, 300_000);
});

describe("an interrupted command", () => {
  it("loses nothing that was acknowledged, wherever it is killed", async () => {
    const journal = join(folder, "custody", "journal.jsonl");
    for (const delayMs of [0, 3]) {
      const before = statSync(journal).size;
      const killed = await vestige(["tag", folder, "--query", "*", "--tag", `killed-${delayMs}`, "--officer", second], {
        home,
        onStart: (child) => {
          const timer = setInterval(() => {
            if (!existsSync(journal) || statSync(journal).size === before) return;
            clearInterval(timer);
            setTimeout(() => child.kill("SIGKILL"), delayMs);
          }, 1);
          child.once("close", () => clearInterval(timer));
        },
      });
      expect([null, 0]).toContain(killed.exit);
      await good(asSecond("tag", folder, "folder:/offer.txt", "--tag", `after-${delayMs}`));
      expect(names(await search(`tag:after-${delayMs}`))).toEqual(["offer.txt"]);
      expect(names(await search("tag:ofertas"))).toHaveLength(3);
      const verified = await good(run("verify", folder, "--json"));
      expect(event(verified, "summary")).toMatchObject({ counts: { ok: true, openIntents: 0 } });
    }
  }, 300_000);
});

describe("a line that was changed", () => {
  it("is named by verification, and every search refuses in one sentence", async () => {
    const [name] = readdirSync(join(folder, "review")).filter((each) => each.endsWith(".jsonl"));
    const file = join(folder, "review", name ?? "");
    const sound = readFileSync(file, "utf8");
    writeFileSync(file, sound.replace("Ofertas", "Oferta!"));
    const verified = await run("verify", folder);
    expect(verified.exit).toBe(1);
    expect(verified.stdout).toMatch(/review .*CHANGED: line 1: its content is not what its hash says/);
    const refused = await asFirst("search", folder, "offer");
    expect([refused.exit, refused.stderr.trim().split("\n").length]).toEqual([2, 1]);
    writeFileSync(file, sound);
    expect((await run("verify", folder)).exit).toBe(0);
  }, 300_000);
});
