import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import {
  encodingTextExtractor,
  extractText,
  textTypeIds,
} from "../../../native-free/extractors/text/text-extractor.ts";
import { context, gather, sourceOf } from "./gather.ts";

const words = "Größe, Αθήνα, Москва, łódź, 日本語, 😀 and plain words.\n";

const read = (bytes: Uint8Array | string, windowBytes?: number): ReturnType<typeof gather> =>
  gather(extractText(sourceOf(bytes), context, windowBytes));

describe("plain text", () => {
  it.each(["utf-8", "utf-16le", "utf-16be", "utf-32le"])(
    "%s with mark, characters cut by every window size",
    async (encoding) => {
      const bytes = iconv.encode(words.repeat(5), encoding, { addBOM: true });
      for (const windowBytes of [1, 2, 3, 5, 7, 64, 1 << 18]) {
        const { text, charset, findings } = await read(bytes, windowBytes);
        expect(text).toBe(words.repeat(5));
        expect(charset).toBe(encoding);
        expect(findings).toEqual([]);
      }
    },
  );

  it("legacy double bytes cut by windows", async () => {
    const text = "海关申报单昨天已经提交。请检查货物的重量和价格。我们在这里等你的回答。\n".repeat(3);
    const bytes = iconv.encode(text, "gb18030");
    for (const windowBytes of [1, 3, 10, 1 << 18]) expect((await read(bytes, windowBytes)).text).toBe(text);
  });

  it("settles the encoding at the first byte above ASCII, however late it comes", async () => {
    const late = `${"plain line\n".repeat(20_000)}`;
    const polish = "Zgłoszenie celne zostało złożone wczoraj. Proszę sprawdzić źródło.\n".repeat(4);
    const bytes = Buffer.concat([Buffer.from(late), iconv.encode(polish, "windows-1250")]);
    for (const windowBytes of [4096, 65_536, 1 << 18]) {
      const { text, charset } = await read(bytes, windowBytes);
      expect(text).toBe(late + polish);
      expect(charset).toBe("windows-1250");
    }
  });

  it("keeps bytes that break UTF-8 as Windows-1252 letters, and counts them", async () => {
    const bytes = Buffer.concat([
      Buffer.from("Ελλάδα τώρα και πάντα\n".repeat(3000)),
      Buffer.from("M\xfcller, Stra\xdfe\n", "latin1"),
      Buffer.from("τέλος\n"),
    ]);
    for (const windowBytes of [1000, 4097, 1 << 18]) {
      const { text, findings } = await read(bytes, windowBytes);
      expect(text.endsWith("Müller, Straße\nτέλος\n")).toBe(true);
      expect(findings).toEqual([["text/invalid-bytes", { count: 2, charset: "utf-8" }]]);
    }
  });

  it("loses no byte of any input: windows do not matter", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 64 }),
        async (tail, windowBytes) => {
          const bytes = Buffer.concat([Buffer.from("Some text in front. Ελλάδα. "), tail]);
          const [small, large] = [await read(bytes, windowBytes), await read(bytes)];
          expect(small.text).toBe(large.text);
          expect(small.findings).toEqual(large.findings);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("stops when the text is longer than anybody wants", async () => {
    const pieces = await gather(extractText(sourceOf("a".repeat(1000)), { ...context, textLimitChars: 100 }, 50));
    expect(pieces.text.length).toBeGreaterThanOrEqual(100);
    expect(pieces.text.length).toBeLessThanOrEqual(150);
  });

  it("reads logs, tables and source code", () => {
    expect(textTypeIds).toEqual(expect.arrayContaining(["text", "csv", "python", "sql"]));
    for (const other of ["html", "xml", "svg", "json", "pgp-armor", "eml"]) expect(textTypeIds).not.toContain(other);
  });

  it("reads encoded files as they stand, and says that its encoded parts were not read", async () => {
    const mail = "Subject: x\nContent-Transfer-Encoding: base64\n\nSGlkZGVu\n";
    const pieces = await gather(encodingTextExtractor.extract(sourceOf(mail), context));
    expect(pieces.text).toContain("SGlkZGVu");
    expect(encodingTextExtractor.types).toEqual(expect.arrayContaining(["uuencode", "binhex", "yenc"]));
    const all = [];
    for await (const piece of encodingTextExtractor.extract(sourceOf(mail), context)) all.push(piece);
    expect(all.at(-1)).toEqual({ what: "status", status: "partial", reason: "unsupported" });
    expect(all.at(-2)).toMatchObject({ finding: { code: "text/not-decoded" } });
  });
});
