import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetPassphrase, readPassphrase, type PassphraseTerminal } from "../../../src/cli/passphrase.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vestige-pass-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A terminal on which each answer is typed when it is asked for. */
function terminalTyping(...answers: string[]) {
  const raw: boolean[] = [];
  const written: string[] = [];
  const input = Object.assign(new EventEmitter(), {
    setRawMode: (on: boolean) => raw.push(on),
    setEncoding: () => undefined,
    pause: () => undefined,
    resume: () => {
      const answer = answers.shift() ?? "";
      queueMicrotask(() => {
        for (const key of answer) input.emit("data", key);
      });
    },
  });
  const output = { write: (text: string) => written.push(text) };
  return { terminal: { input, output } as unknown as PassphraseTerminal, raw, written };
}

let officers = 0;
const someone = () => `Officer ${officers++}`;

describe("a passphrase", () => {
  it("comes from the first line of a file", async () => {
    const file = join(folder, "p");
    writeFileSync(file, "sécret word \r\nmore\n");
    expect(await readPassphrase({ officer: someone(), file })).toBe("sécret word ");
    writeFileSync(file, "\n");
    await expect(readPassphrase({ officer: someone(), file })).rejects.toThrow(/empty/);
    await expect(readPassphrase({ officer: someone(), file: join(folder, "none") })).rejects.toThrow(/ENOENT/);
  });

  it("is typed without echo, corrected, and asked for once per officer", async () => {
    const officer = someone();
    const { terminal, raw, written } = terminalTyping("wrong\u0015abx\u007fc\u0001\r");
    expect(await readPassphrase({ officer, file: null, terminal, environment: {} })).toBe("abc");
    expect(raw).toEqual([true, false]);
    expect(written.join("")).toBe(`Passphrase of ${officer}: \n`);
    expect(await readPassphrase({ officer, file: null, terminal: null, environment: {} })).toBe("abc");
    forgetPassphrase(officer);
    await expect(readPassphrase({ officer, file: null, terminal: null, environment: {} })).rejects.toThrow(
      /no terminal/,
    );
  });

  it("for a new key is asked twice and must agree", async () => {
    const ask = (...answers: string[]) =>
      readPassphrase({
        officer: someone(),
        file: null,
        confirm: true,
        terminal: terminalTyping(...answers).terminal,
        environment: {},
      });
    expect(await ask("one\r", "one\r")).toBe("one");
    await expect(ask("one\r", "two\r")).rejects.toThrow(/differ/);
    await expect(ask("\u0003")).rejects.toThrow(/nothing was done/);
    await expect(ask("\r", "\r")).rejects.toThrow(/empty/);
  });

  it("from the environment is taken out of it, so that no child inherits it", async () => {
    const environment: Record<string, string | undefined> = { VESTIGE_PASSPHRASE: "from env", OTHER: "x" };
    expect(await readPassphrase({ officer: someone(), file: null, terminal: null, environment })).toBe("from env");
    expect(environment).toEqual({ OTHER: "x" });
    expect(await readPassphrase({ officer: someone(), file: null, terminal: null, environment })).toBe("from env");
  });
});
