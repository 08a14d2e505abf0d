import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { vestigeHome, sessionsFolder } from "../../../src/custody/home.ts";
import { openJournal } from "../../../src/custody/journal.ts";
import {
  createOfficerKey,
  hasOfficerKey,
  listOfficerKeys,
  officerKeyFile,
  readOfficerKey,
  scryptFloor,
  unlockOfficerKey,
} from "../../../src/custody/officer-key.ts";
import { currentSession, login, logout } from "../../../src/custody/session.ts";
import { verifyJournal } from "../../../src/custody/verify-journal.ts";
import { ana, ben, makeJournal, startMs, temporaryFolder } from "./fixture.ts";

const cheap = { cost: 1024 };
const weak = { allowWeak: true };
const onPosix = process.platform !== "win32";

describe("an officer's key", () => {
  it("opens with its passphrase alone, at full cost", () => {
    const home = join(temporaryFolder(), "home");
    const made = createOfficerKey("Ána Nováková", "correct horse", { home });
    const file = JSON.parse(readFileSync(made.file, "utf8")) as { kdf: { n: number } };
    expect(file.kdf).toMatchObject({ name: "scrypt", n: scryptFloor, r: 8, p: 1 });
    if (onPosix) {
      expect(statSync(made.file).mode & 0o777).toBe(0o600);
      expect(statSync(home).mode & 0o777).toBe(0o700);
    }
    const signer = unlockOfficerKey("Ána Nováková", "correct horse", { home });
    expect(signer).toMatchObject({ officer: "Ána Nováková", keyId: made.keyId, publicKey: made.publicKey });
    expect(() => unlockOfficerKey("Ána Nováková", "correct hors", { home })).toThrow(
      "The passphrase of officer Ána Nováková is wrong; try again.",
    );
    // The same letters, decomposed: another keyboard, the same officer and the same passphrase.
    expect(unlockOfficerKey("A\u0301na Nova\u0301kova\u0301", "correct horse", { home }).keyId).toBe(made.keyId);
  });

  it("does not open when any field of its file was changed", () => {
    const home = temporaryFolder();
    const { file } = createOfficerKey("A", "pw", { home, ...cheap });
    const content = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const other = createOfficerKey("B", "pw", { home, ...cheap });
    const changes: Record<string, unknown>[] = [
      { name: "Z" },
      { created: "2020-01-01T00:00:00.000Z" },
      { keyId: other.keyId, publicKey: other.publicKey },
      { publicKey: other.publicKey },
      { kdf: { ...(content["kdf"] as object), n: 2048 } },
      { kdf: { ...(content["kdf"] as object), salt: "AAAAAAAAAAAAAAAAAAAAAA==" } },
      { kdf: { ...(content["kdf"] as object), n: 2 ** 30 } },
      { kdf: { ...(content["kdf"] as object), n: 1000 } },
      { cipher: { ...(content["cipher"] as object), tag: "AAAA" } },
      { schema: "vestige.officer-key/2" },
    ];
    for (const change of changes) {
      writeFileSync(file, JSON.stringify({ ...content, ...change }));
      expect(() => unlockOfficerKey("A", "pw", { home, ...weak }), JSON.stringify(change)).toThrow(/wrong|found/);
    }
    writeFileSync(file, JSON.stringify(content));
    expect(unlockOfficerKey("A", "pw", { home, ...weak }).officer).toBe("A");
    writeFileSync(file, "{");
    expect(() => unlockOfficerKey("A", "pw", { home, ...weak })).toThrow("not a key file");
  });

  it("with a cost below the floor is refused outside tests", () => {
    const home = temporaryFolder();
    createOfficerKey("A", "pw", { home, ...cheap });
    expect(() => unlockOfficerKey("A", "pw", { home })).toThrow(/weakened/);
  });

  it("is never overwritten, never made without passphrase, and missed in one sentence", () => {
    const home = temporaryFolder();
    createOfficerKey("Ana", "pw", { home, ...cheap });
    expect(() => createOfficerKey("Ana", "pw2", { home, ...cheap })).toThrow(/already has a key/);
    expect(() => createOfficerKey("Ben", "", { home })).toThrow(/empty/);
    expect(() => readOfficerKey("Nobody", home)).toThrow(/found none/);
    expect(hasOfficerKey("Ana", home)).toBe(true);
    expect(hasOfficerKey("Ben", home)).toBe(false);
  });

  it("has its own file for every name", () => {
    const names = ["Ana", "ana", "A-na", "Αθήνα", "Ñandú", "../../etc", "🔑", "a".repeat(300)];
    const files = names.map((name) => officerKeyFile(name, "/h"));
    expect(new Set(files).size).toBe(names.length);
    for (const file of files) expect(file).toMatch(/^\/h\/officers\/[a-z0-9-]+-[0-9a-f]{8}\.key\.json$/);
    const home = temporaryFolder();
    for (const name of ["Ben", "Αθήνα"]) createOfficerKey(name, "pw", { home, ...cheap });
    expect(listOfficerKeys(home).map((key) => key.officer)).toEqual(["Ben", "Αθήνα"]);
    expect(listOfficerKeys(join(home, "none"))).toEqual([]);
  });

  it("lives where the environment says", () => {
    expect(vestigeHome({ VESTIGE_HOME: "/k" })).toBe("/k");
    expect(vestigeHome({})).toMatch(/\.vestige$/);
    expect(sessionsFolder({ VESTIGE_HOME: "/k" })).toBe(join("/k", "sessions"));
    expect(sessionsFolder({ VESTIGE_HOME: "/k", XDG_RUNTIME_DIR: "/run/u" })).toBe("/run/u/vestige");
  });
});

describe("a session", () => {
  let folder: string;
  beforeAll(() => {
    folder = temporaryFolder();
  });
  const fresh = () => ({ ...makeJournal(0), options: { folder: join(folder, String(Math.random())), nowMs: startMs } });

  it("signs for the officer until it is signed out, and both ends are in the journal", () => {
    const { dir, journal, options } = fresh();
    const session = login(journal, ana, 2, options);
    expect(session.until).toBe("2026-11-21T11:00:00.000Z");
    const file = join(options.folder, readdirSync(options.folder)[0] as string);
    if (onPosix) expect(statSync(file).mode & 0o777).toBe(0o600);
    const found = currentSession("case-1", { ...options, keys: journal.keys() });
    if (!found) throw new Error("no session");
    journal.append("search", { query: "x" }, found);
    expect(logout(journal, options)).toEqual({ officer: ana.officer });
    expect(currentSession("case-1", options)).toBeNull();
    expect(() => journal.append("search", { query: "y" }, found)).toThrow(/signed in/);
    expect(() => logout(journal, options)).toThrow(/Nobody/);
    const acts = [...openJournal(dir).entries()].map(({ body }) => [body.act, body.delegation === null]);
    expect(acts).toEqual([
      ["genesis", true],
      ["login", true],
      ["search", false],
      ["logout", false],
    ]);
    expect(verifyJournal(dir).ok).toBe(true);
  });

  it("ends at its time, also for who holds it already", () => {
    const { journal, clock, options } = fresh();
    const session = login(journal, ana, 1, options);
    expect(() => currentSession("case-1", { ...options, nowMs: startMs + 3_600_001 })).toThrow(
      /ended at 2026-11-21T10:00/,
    );
    clock.jump(3_600_001);
    expect(() => journal.append("search", {}, session)).toThrow(/ended at/);
    for (const hours of [0, -1, 12.1, NaN]) expect(() => login(journal, ana, hours, options)).toThrow(/--hours/);
  });

  it("of another case, of another officer, or changed is refused", () => {
    const { journal, options } = fresh();
    login(journal, ana, 1, options);
    const name = readdirSync(options.folder)[0] as string;
    const file = join(options.folder, name);
    const text = readFileSync(file, "utf8");
    expect(currentSession("case-2", options)).toBeNull();
    expect(currentSession("case-1", { ...options, officer: ben.officer })).toBeNull();
    const session = JSON.parse(text) as { delegation: { body: Record<string, string> }; privateKey: string };
    const refused = (change: (copy: typeof session) => void) => {
      const copy = structuredClone(session);
      change(copy);
      writeFileSync(file, JSON.stringify(copy), { mode: 0o600 });
      expect(() => currentSession("case-1", { ...options, keys: journal.keys() })).toThrow(/cannot be used/);
    };
    refused((copy) => (copy.delegation.body["until"] = "2027-01-01T00:00:00.000Z"));
    refused((copy) => (copy.delegation.body["officer"] = ben.officer));
    refused((copy) => (copy.delegation.body["caseId"] = "case-2"));
    refused((copy) => (copy.privateKey = "AAAA"));
    writeFileSync(file, "{", { mode: 0o600 });
    expect(() => currentSession("case-1", options)).toThrow(/damaged/);
    writeFileSync(file, text, { mode: 0o600 });
    expect(currentSession("case-1", { ...options, keys: journal.keys() })?.officer).toBe(ana.officer);
  });

  it("that others can read is refused", ({ skip }) => {
    skip(!onPosix, "needs the permissions of POSIX");
    const { journal, options } = fresh();
    login(journal, ana, 1, options);
    const file = join(options.folder, readdirSync(options.folder)[0] as string);
    chmodSync(file, 0o644);
    expect(() => currentSession("case-1", options)).toThrow(/others can read it/);
  });

  it("that the journal saw signed out is refused even when its file came back", () => {
    const { journal, options } = fresh();
    login(journal, ana, 1, options);
    const kept = join(folder, "kept");
    mkdirSync(kept);
    cpSync(options.folder, kept, { recursive: true });
    logout(journal, options);
    cpSync(kept, options.folder, { recursive: true });
    expect(() => currentSession("case-1", { ...options, keys: journal.keys() })).toThrow(/signed out/);
  });
});
