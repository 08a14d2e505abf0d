import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memberName, memberOfTail, urnTail } from "../../../../native-free/images/aff4l/member-name.ts";
import { nameFromBytes } from "../../../../native-free/model/forensic-path.ts";

const nameOf = (text: string | Uint8Array) => memberName(nameFromBytes(Buffer.from(text as string)));

/** Raw names as a file system may give them: any bytes but zero and the slash. */
const rawName = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text)),
    fc
      .constantFrom("..", ".", "con", "NUL.txt", "a.", "b ", "%2E", "%~", "a\\b", "c:", "x%")
      .map((text) => Buffer.from(text)),
  )
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x41 : byte))));
const rawPath = fc
  .array(rawName, { minLength: 1, maxLength: 5 })
  .map((names) => Buffer.concat(names.flatMap((name, index) => (index === 0 ? [name] : [Buffer.from("/"), name]))));

describe("member names", () => {
  it.each([
    ["report.txt", "files/report.txt"],
    ["Ordner/Größe – 日本 (1).txt", "files/Ordner/Größe – 日本 (1).txt"],
    ["../../etc/passwd", "files/%2E%2E/%2E%2E/etc/passwd"],
    ["/absolute", "files/%~/absolute"],
    ["a\\..\\b", "files/a%5C..%5Cb"],
    ["C:/x", "files/C%3A/x"],
    ["line\nbreak\u202e", "files/line%0Abreak%E2%80%AE"],
    ["100%", "files/100%25"],
    ["con", "files/%63on"],
    ["Lpt1.tar.gz", "files/%4Cpt1.tar.gz"],
    ["end. ", "files/end.%20"],
    ["dots...", "files/dots..%2E"],
    [Buffer.from([0x61, 0xff, 0xc3]), "files/a%FF%C3"],
  ])("writes %j as %s", (path, expected) => {
    expect(nameOf(path)).toBe(expected);
  });

  it("keeps long names and deep paths within what file systems take, and apart", () => {
    const long = "ä".repeat(127) + "x";
    const [one, two] = [nameOf(long), nameOf(`${long}y`)];
    expect(Buffer.byteLength(one.slice("files/".length))).toBeLessThanOrEqual(240);
    expect(one).not.toBe(two);
    const deep = Array.from({ length: 300 }, (_, level) => `level${level}`).join("/");
    expect(Buffer.byteLength(nameOf(`${deep}/a.txt`))).toBeLessThanOrEqual(1000);
    expect(nameOf(`${deep}/a.txt`)).toMatch(/^files\/%~[0-9a-f]{32}\/a\.txt$/);
    expect(nameOf(`${deep}/a.txt`)).not.toBe(nameOf(`other/${deep}/a.txt`));
  });

  it("leads nowhere else, holds no control characters and fits every system, for any path", () => {
    fc.assert(
      fc.property(rawPath, (path) => {
        const name = nameOf(path);
        expect(name.isWellFormed()).toBe(true);
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\\:*?"<>|]/u);
        const parts = name.split("/");
        expect(parts[0]).toBe("files");
        for (const part of parts.slice(1)) {
          expect(part).not.toMatch(/^$|^\.+$|[. ]$/);
          expect(part).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
        }
      }),
    );
  });

  it("gives different paths different names", () => {
    fc.assert(
      fc.property(rawPath, rawPath, (a, b) => {
        expect(nameOf(a) === nameOf(b)).toBe(a.equals(b));
      }),
    );
  });

  it("goes through a URN and back", () => {
    fc.assert(
      fc.property(rawPath, (path) => {
        const name = nameOf(path);
        const tail = urnTail(name);
        expect(tail).not.toMatch(/[\u0000-\u0020<>"{}|^`\\]/);
        expect(memberOfTail(tail)).toBe(name);
      }),
    );
  });
});
