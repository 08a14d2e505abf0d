/** Methods of ZIP beside deflate, ciphers and archives in several files. */
import { Buffer } from "node:buffer";
import { execFileSync, spawnSync } from "node:child_process";
import { createCipheriv, createHmac, pbkdf2Sync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { deflateRawSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { zipContainer } from "../../../../native-free/containers/zip/container.ts";
import type { Beside } from "../../../../native-free/model/extraction.ts";
import { implode, reduce, shrink } from "../../../fixtures/archive-writer.ts";
import { codesOf, readWith } from "../../../fixtures/extraction-reader.ts";
import { packedAs, packedText } from "../../../fixtures/packed-streams.ts";
import { zip } from "../../../fixtures/zip-writer.ts";

const folder = mkdtempSync(path.join(tmpdir(), "vestige-zip-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasProgram = (name: string): boolean => spawnSync("which", [name]).status === 0;

/** The only entry of an archive whose data were packed elsewhere. */
async function unpack(method: number, packed: Uint8Array, data: Uint8Array = packedText, flags = 0) {
  const { children } = await readWith(zipContainer, zip([{ name: "a", data, method, packed, flags }]));
  return children[0]!;
}

/** Repeats, runs and noise. */
const texts = fc
  .array(
    fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("abcabcabcabcabcabc", "\0".repeat(50), "\u0090\u0090x")),
    {
      maxLength: 60,
    },
  )
  .map((parts) => Buffer.from(parts.join("").repeat(3), "latin1"));

describe("methods", () => {
  it.each([
    ["Deflate64", 9, packedAs("deflate64"), 0],
    ["bzip2", 12, packedAs("bzip2"), 0],
    ["LZMA", 14, packedAs("lzmaZip"), 2],
    ["Zstandard", 93, zstdCompressSync(packedText), 0],
    ["Zstandard by its first number", 20, zstdCompressSync(packedText), 0],
    ["xz", 95, packedAs("xz"), 0],
    ["PPMd", 98, packedAs("ppmd"), 0],
    ["shrunk", 1, shrink(packedText), 0],
    ["reduced", 3, reduce(packedText, 2), 0],
    ["imploded", 6, implode(packedText, 4), 4],
  ])("decodes %s", async (_name, method, packed, flags) => {
    const { bytes, ended } = await unpack(method, packed, packedText, flags);
    expect(ended).toBeNull();
    expect(bytes.equals(packedText)).toBe(true);
  });

  it("decodes what is shrunk, reduced and imploded, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0, 2, 4, 6),
        async (data, factor, flags) => {
          for (const [method, packed] of [
            [1, shrink(data)],
            [1, shrink(data, 300)],
            [factor + 1, reduce(data, factor)],
            [6, implode(data, flags)],
          ] as const) {
            const { bytes, ended } = await unpack(method, packed, data, method === 6 ? flags : 0);
            expect([method, ended]).toEqual([method, null]);
            expect(bytes.equals(data)).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keeps what comes before damage", async () => {
    for (const [method, packed] of [
      [1, shrink(packedText)],
      [12, packedAs("bzip2")],
      [14, packedAs("lzmaZip")],
      [98, packedAs("ppmd")],
    ] as const) {
      const { bytes, ended } = await unpack(
        method,
        packed.subarray(0, packed.length >> 1),
        packedText,
        method === 14 ? 2 : 0,
      );
      expect([method, ended]).toEqual([method, "zip/data-damaged"]);
      expect(packedText.subarray(0, bytes.length).equals(bytes)).toBe(true);
    }
  });
});

// Other programs read what the writers of these tests make: the two do not agree on a mistake.
describe.each([
  ["unzip", ["-p"], [1]],
  ["7z", ["e", "-so"], [1, 6]],
] as const)("%s", (program, flags, methods) => {
  it("agrees on the old methods", (context) => {
    if (!hasProgram(program)) return context.skip(`${program} is not installed`);
    const text = Buffer.concat([packedText, packedText]);
    for (const method of methods) {
      const packed = method === 1 ? shrink(text, 600) : implode(text, 6);
      const file = path.join(folder, `old-${method}.zip`);
      writeFileSync(file, zip([{ name: "a", data: text, method, packed, flags: method === 6 ? 6 : 0 }]));
      expect(execFileSync(program, [...flags, file]).equals(text)).toBe(true);
    }
    return undefined;
  });
});

/** An entry as WinZip encrypts it, version 1 or 2. */
function aesEntry(data: Buffer, password: string, version: number, strength: number, spoil = false) {
  const keyBytes = 8 + strength * 8;
  const salt = Buffer.alloc(keyBytes / 2, 7);
  const keys = pbkdf2Sync(password, salt, 1000, keyBytes * 2 + 2, "sha1");
  const packed = deflateRawSync(data);
  const cipher = createCipheriv(`aes-${keyBytes * 8}-ecb`, keys.subarray(0, keyBytes), null).setAutoPadding(false);
  const counters = Buffer.alloc(Math.ceil(packed.length / 16) * 16);
  for (let block = 0; block * 16 < counters.length; block++) counters.writeUInt32LE(block + 1, block * 16);
  const stream = cipher.update(counters);
  const hidden = packed.map((byte, at) => byte ^ stream[at]!);
  const sum = createHmac("sha1", keys.subarray(keyBytes, keyBytes * 2))
    .update(hidden)
    .digest()
    .subarray(0, 10);
  if (spoil) sum[0]! ^= 1;
  const extra = Buffer.from([0x01, 0x99, 7, 0, version, 0, 0x41, 0x45, strength, 8, 0]);
  const whole = Buffer.concat([salt, keys.subarray(keyBytes * 2), hidden, sum]);
  return { name: "a", data, method: 99, flags: 1, packed: whole, extra, ...(version === 2 ? { crc: 0 } : {}) };
}

describe("ciphers", () => {
  const passwords = ["wrong", "secret", "other"];

  it.each([
    [1, 1],
    [2, 3],
    [1, 2],
  ])("opens AES, version %i, strength %i", async (version, strength) => {
    const bytes = zip([
      aesEntry(packedText, "secret", version, strength),
      aesEntry(packedText, "secret", version, strength),
    ]);
    const { children, findings } = await readWith(zipContainer, bytes, { passwords });
    expect(children.map(({ ended, bytes: data }) => [ended, data.equals(packedText)])).toEqual([
      [null, true],
      [null, true],
    ]);
    expect(findings.filter(({ code }) => code.startsWith("crypto"))).toMatchObject([
      { code: "crypto/unlocked", params: { number: 2, method: "aes" } },
    ]);
    expect(codesOf(children[0]!.child.findings)).not.toContain("zip/encrypted");
  });

  it("says that no password fits, or that none was given", async () => {
    const bytes = zip([aesEntry(packedText, "secret", 2, 3)]);
    const none = await readWith(zipContainer, bytes, { passwords: ["a", "b"] });
    expect(none.children[0]!.ended).toBe("missing:encrypted");
    expect(none.findings).toMatchObject([{ code: "crypto/no-password-fits", params: { tried: 2, method: "aes" } }]);
    expect((await readWith(zipContainer, bytes)).findings).toEqual([]);
  });

  it("says that what was encrypted is not authentic", async () => {
    const { children } = await readWith(zipContainer, zip([aesEntry(packedText, "secret", 2, 3, true)]), { passwords });
    expect(children[0]!.bytes.equals(packedText)).toBe(true);
    expect(children[0]!.ended).toBe("zip/not-authentic");
  });

  it.each([
    ["zip", ["-q", "-P", "secret"], "zipcrypto"],
    ["7z", ["a", "-tzip", "-mem=AES256", "-psecret"], "aes"],
    ["7z", ["a", "-tzip", "-mem=ZipCrypto", "-mm=LZMA", "-psecret"], "zipcrypto"],
    ["7z", ["a", "-tzip", "-mem=AES128", "-mm=PPMd", "-psecret"], "aes"],
  ])("opens what %s %j encrypts", async (program, flags, method) => {
    if (!hasProgram(program)) return;
    const file = path.join(folder, `locked-${flags.length}-${method}-${program}.zip`);
    // Longer than what is decrypted at once, so that the keys between are needed.
    const large = Buffer.concat(Array.from({ length: 200 }, (_, part) => Buffer.from(`${part}${packedText}`)));
    writeFileSync(path.join(folder, "large"), large);
    execFileSync(program, [...flags, file, "large"], { cwd: folder });
    // Many passwords, so that some fit the weak check of the cipher by chance.
    const many = [...Array.from({ length: 600 }, (_, number) => `try ${number}`), "secret"];
    const list = method === "aes" ? passwords : many;
    const { children, findings } = await readWith(zipContainer, readFileSync(file), { passwords: list });
    expect(findings).toMatchObject([
      { code: "crypto/unlocked", params: { number: list.indexOf("secret") + 1, method } },
    ]);
    expect(children[0]!.ended).toBeNull();
    expect(children[0]!.bytes.equals(large)).toBe(true);
  });
});

/** The folder's files that begin with a name, as beside one of them. */
function besideIn(prefix: string, self: string): { bytes: Buffer; beside: Beside } {
  const names = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .sort();
  const open = (name: string): MemorySource | null =>
    names.includes(name) ? new MemorySource(readFileSync(path.join(folder, name))) : null;
  return { bytes: readFileSync(path.join(folder, self)), beside: { self, names: () => names, open } };
}

describe("archives in several files", () => {
  const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (Math.imul(at, 2_654_435_761) >>> 13) & 0xff));

  it("joins files that were cut by size", async () => {
    const whole = Buffer.from(
      zip([
        { name: "a", data: noise, method: 0 },
        { name: "b", data: "b" },
      ]),
    );
    for (let part = 0; part < 3; part++) {
      writeFileSync(
        path.join(folder, `cut.zip.00${part + 1}`),
        whole.subarray(part * 100_000, part === 2 ? undefined : (part + 1) * 100_000),
      );
    }
    const first = besideIn("cut", "cut.zip.001");
    const { children, findings, statuses } = await readWith(zipContainer, first.bytes, { beside: first.beside });
    expect(findings).toMatchObject([{ code: "zip/joined", params: { parts: 3 } }]);
    expect(statuses).toEqual([]);
    expect(children.map(({ bytes }) => bytes.length)).toEqual([300_000, 1]);
    expect(children[0]!.bytes.equals(noise)).toBe(true);
    const later = besideIn("cut", "cut.zip.002");
    expect(codesOf((await readWith(zipContainer, later.bytes, { beside: later.beside })).findings)).toEqual([
      "zip/part",
    ]);
    rmSync(path.join(folder, "cut.zip.002"));
    const alone = besideIn("cut", "cut.zip.001");
    const short = await readWith(zipContainer, alone.bytes, { beside: alone.beside });
    expect(codesOf(short.findings)).toContain("zip/part-missing");
    expect(short.statuses).toContain("partial:absent");
  });

  it("takes whole archives with numbered names for what they are", async () => {
    const files = ["a", "b"].map((name) => zip([{ name, data: name }]));
    files.forEach((bytes, index) => writeFileSync(path.join(folder, `copy.zip.00${index + 1}`), bytes));
    for (const [index, name] of ["a", "b"].entries()) {
      const { bytes, beside } = besideIn("copy", `copy.zip.00${index + 1}`);
      const { children, findings } = await readWith(zipContainer, bytes, { beside });
      expect(children.map(({ child }) => child.name.text)).toEqual([name]);
      expect(findings).toEqual([]);
    }
  });

  it("joins segments of Info-ZIP", async (context) => {
    if (!hasProgram("zip")) return context.skip("zip is not installed");
    writeFileSync(path.join(folder, "noise"), noise);
    writeFileSync(path.join(folder, "small"), "small");
    execFileSync("zip", ["-q", "-0", "-s", "100k", "seg.zip", "small", "noise"], { cwd: folder });
    const last = besideIn("seg", "seg.zip");
    const { children, findings, statuses } = await readWith(zipContainer, last.bytes, { beside: last.beside });
    expect(findings).toMatchObject([{ code: "zip/joined" }]);
    expect(statuses).toEqual([]);
    expect(children.map(({ child, ended }) => [child.name.text, ended])).toEqual([
      ["small", null],
      ["noise", null],
    ]);
    expect(children[1]!.bytes.equals(noise)).toBe(true);
    const segment = besideIn("seg", "seg.z01");
    expect(codesOf((await readWith(zipContainer, segment.bytes, { beside: segment.beside })).findings)).toEqual([
      "zip/part",
    ]);
    rmSync(path.join(folder, "seg.z02"));
    const gap = besideIn("seg", "seg.zip");
    expect(codesOf((await readWith(zipContainer, gap.bytes, { beside: gap.beside })).findings)).toContain(
      "zip/part-missing",
    );
    return undefined;
  });
});
