/** Archives that 7-Zip reads: names, times, contents, passwords, damage, volumes beside. */
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../../../native-free/containers/index.ts";
import { packedSeeds } from "../../../fixtures/reader-seeds/packed.ts";
import { readWith } from "../../../fixtures/extraction-reader.ts";

const reader = containerFor("7z")!;
const seed = async (name: string): Promise<Uint8Array> => (await packedSeeds()).find(([own]) => own === name)![1];
const texts = ["a first text of some length, and again: a first text of some length\n", "the second text\n"];

describe("archives that 7-Zip reads", () => {
  it.each(["two.7z", "two.wim", "two.cramfs"])("%s", async (name) => {
    const { children, statuses, thrown } = await readWith(reader, await seed(name));
    expect([thrown, statuses]).toEqual([null, []]);
    const files = children.filter(({ child }) => child.kind === "file");
    expect(files.map(({ bytes }) => bytes.toString())).toEqual(texts);
    expect(files.map(({ child }) => child.name.text.replace("d/", ""))).toEqual(["first.txt", "second.txt"]);
  });

  it("keeps times as the archive has them, and the exit status as it was", async () => {
    const before = process.exitCode;
    const { children } = await readWith(reader, await seed("two.7z"));
    expect(children[1]!.child.times).toEqual([
      { kind: "m", value: "2024-03-01T10:00:00.0000000Z", zone: "utc", source: "7z" },
    ]);
    await readWith(reader, (await seed("two.7z")).slice(0, 100));
    expect(process.exitCode).toBe(before);
  });

  it("needs the password for an encrypted list", async () => {
    const bytes = await seed("locked-list.7z");
    const closed = await readWith(reader, bytes);
    expect(closed.statuses).toEqual(["failed:encrypted"]);
    expect(closed.findings.map(({ code }) => code)).toEqual(["packed/locked"]);
    const wrong = await readWith(reader, bytes, { passwords: ["x", "y"] });
    expect(wrong.findings).toMatchObject([{ code: "crypto/no-password-fits", params: { tried: 2, method: "7z-aes" } }]);
    const open = await readWith(reader, bytes, { passwords: ["x", "secret"] });
    expect(open.findings).toMatchObject([{ code: "crypto/unlocked", params: { number: 2, method: "7z-aes" } }]);
    expect(open.children.slice(1).map(({ bytes: own }) => own.toString())).toEqual(texts);
  });

  it("joins an archive that was cut, and leaves its other parts to the first", async () => {
    const whole = await seed("two.7z");
    const parts = new Map([
      ["two.7z.001", new MemorySource(whole.slice(0, 90))],
      ["two.7z.002", new MemorySource(whole.slice(90))],
    ]);
    const names = (): string[] => [...parts.keys()];
    const open = (name: string): MemorySource | null => parts.get(name) ?? null;
    const first = await readWith(reader, whole.slice(0, 90), { beside: { self: "two.7z.001", names, open } });
    expect(first.findings).toMatchObject([{ code: "packed/joined", params: { parts: 2 } }]);
    expect(first.children.slice(1).map(({ bytes }) => bytes.toString())).toEqual(texts);
    const second = await readWith(reader, whole.slice(90), { beside: { self: "two.7z.002", names, open } });
    expect(second.findings.map(({ code }) => code)).toEqual(["packed/part"]);
  });

  it("names entries that are too large for the memory allowed", async () => {
    const { children } = await readWith(reader, await seed("two.7z"), { wholeLimitBytes: 20 });
    expect(children.map(({ ended }) => ended)).toEqual(["missing:none", "missing:budget", null]);
    expect(children[1]!.child.findings.map(({ code }) => code)).toEqual(["packed/too-large"]);
  });
});
