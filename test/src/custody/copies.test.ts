import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copiesDue, copiesOf, dayAfter, nextCopyName } from "../../../src/custody/copies.ts";
import { runHere } from "../../fixtures/captured-output.ts";
import { caseFlags, jsonLines, vestige } from "../../fixtures/command.ts";
import { freshFolder } from "../../fixtures/evidence-folder.ts";
import { openSmallCase, putImageExhibit, type SmallDesk } from "../../fixtures/image-exhibit.ts";
import { copyCommand } from "../../../src/cli/commands/copy.ts";
import { custodyCommand } from "../../../src/cli/commands/custody.ts";
import { openCase } from "../../../src/case/case-folder.ts";
import { openJournal } from "../../../src/custody/journal.ts";
import { unlockOfficerKey } from "../../../src/custody/officer-key.ts";

const base = freshFolder("copies");
let desk: SmallDesk;
beforeAll(async () => {
  desk = await openSmallCase(base);
});
afterAll(() => {
  desk.journal.close();
  rmSync(base, { recursive: true, force: true });
});

const files = [{ file: "M01.E01", size: 5, sha256: "0".repeat(64) }];

function record(copy: string, nextCheck: string | null, ok = true): void {
  const details = { copy, exhibit: "M01", place: `/mnt/${copy}`, location: "vault", medium: null };
  const act = desk.journal.begin("copy", details, desk.signer, { exhibit: "M01" });
  const outcome = { ...details, files, ok, nextCheck };
  if (ok) act.done(outcome);
  else act.failed(outcome);
}

describe("copies as the journal records them", () => {
  it("are numbered on, and due ones come first", () => {
    record("M01-c1", "2027-06-01");
    record("M01-c2", "2027-01-01");
    record("M01-c3", null);
    record("M01-c4", null, false);
    desk.journal.begin("copy", { copy: "M01-c5", exhibit: "M01", place: "/mnt/c5" }, desk.signer, { exhibit: "M01" });
    desk.journal.append("note", { copy: "M01-c1" }, desk.signer, { exhibit: "M01" });
    const copies = copiesOf(desk.journal.entries());
    expect(copies.map(({ copy, state }) => [copy, state])).toEqual([
      ["M01-c1", "sound"],
      ["M01-c2", "sound"],
      ["M01-c3", "sound"],
      ["M01-c4", "failed"],
      ["M01-c5", "unfinished"],
    ]);
    expect(nextCopyName(copies, "M01")).toBe("M01-c6");
    expect(nextCopyName(copies, "M02")).toBe("M02-c1");
    const dueOn = (day: string) => copiesDue(copies, day).map(({ copy, due }) => `${copy}${due ? "!" : ""}`);
    expect(dueOn("2026-12-31")).toEqual(["M01-c5!", "M01-c2", "M01-c1", "M01-c3"]);
    expect(dueOn("2027-01-01")).toEqual(["M01-c2!", "M01-c5!", "M01-c1", "M01-c3"]);
    expect(dueOn("2027-06-02")).toEqual(["M01-c2!", "M01-c1!", "M01-c5!", "M01-c3"]);
  });

  it("a check and a move count from then on", () => {
    const verify = { copy: "M01-c2", exhibit: "M01", place: "/media/b" };
    desk.journal
      .begin("copy-verify", verify, desk.signer, { exhibit: "M01" })
      .done({ ...verify, ok: false, problems: [] });
    desk.journal.append("copy-moved", { copy: "M01-c2", location: "court" }, desk.signer, { exhibit: "M01" });
    const moved = copiesOf(desk.journal.entries()).find(({ copy }) => copy === "M01-c2");
    expect(moved).toMatchObject({ state: "changed", place: "/media/b", location: "court", files });
    const again = { ...verify, ok: true, nextCheck: "2030-01-01" };
    desk.journal.begin("copy-verify", verify, desk.signer, { exhibit: "M01" }).done(again);
    const sound = copiesOf(desk.journal.entries()).find(({ copy }) => copy === "M01-c2");
    expect(sound).toMatchObject({ state: "sound", nextCheck: "2030-01-01" });
    expect(dayAfter(Date.UTC(2026, 11, 31), 60)).toBe("2027-03-01");
  });
});

describe("vestige copy and custody due", () => {
  const home = join(base, "cli-home");
  const folder = join(base, "cli-case");
  const run = (...args: string[]) => vestige([...args, "--json"], { home });
  beforeAll(async () => {
    const made = await vestige(["init", folder, ...caseFlags], { home });
    expect(made.exit, made.stderr).toBe(0);
    const [theCase, journal] = [openCase(folder), openJournal(folder)];
    const signer = unlockOfficerKey("A. Officer", "passphrase", { home });
    putImageExhibit({ theCase, journal, signer }, "M01", { segments: [Buffer.from("evidence")] });
    journal.close();
  });

  const due = (flags: Record<string, string> = {}) => runHere(custodyCommand, ["due", folder], flags);

  it("makes, lists, checks and moves a copy", async () => {
    const none = await due();
    expect([none.exit, none.said.notes]).toEqual([0, [expect.stringContaining("no preservation copies")]]);
    const to = join(base, "cli-copy");
    const made = await run("copy", folder, "M01", "--to", to, "--location", "vault 2", "--check-every", "10");
    expect(made.exit, made.stderr).toBe(0);
    expect(jsonLines(made).find(({ event }) => event === "copied")).toMatchObject({
      ...{ copy: "M01-c1", ok: true, place: to },
    });
    expect((await due()).exit).toBe(0);
    const later = await due({ on: "2099-01-01" });
    expect(later.exit).toBe(1);
    expect(later.said.events[0]).toMatchObject({ event: "copy", copy: "M01-c1", due: true, files: 4 });
    const moved = await run(
      "copy",
      folder,
      "M01",
      "--moved",
      "M01-c1",
      "--location",
      "court",
      "--handed-to",
      "B. Clerk",
    );
    expect(moved.exit, moved.stderr).toBe(0);
    const checked = await run("copy", folder, "M01", "--verify", "M01-c1");
    expect(checked.exit, checked.stderr).toBe(0);
    const text = await vestige(["custody", "due", folder, "--on", "2099-01-01"], { home });
    expect(text.exit).toBe(1);
    expect(text.stdout).toMatch(/M01-c1 +next check \d{4}-\d\d-\d\d DUE, last read .*, sound, court, /);
  });

  it("says what it expects", async () => {
    const refused = (flags: Record<string, string>) => runHere(copyCommand, [folder, "M01"], flags);
    await expect(refused({})).rejects.toThrow("one of --to FOLDER");
    await expect(refused({ to: "/x/y", verify: "M01-c1" })).rejects.toThrow("one of --to FOLDER");
    await expect(refused({ to: "/x/y", "check-every": "0" })).rejects.toThrow("whole days");
    await expect(refused({ moved: "M01-c1" })).rejects.toThrow("--moved");
    await expect(due({ on: "tomorrow" })).rejects.toThrow("like 2027-11-21");
  });
});
