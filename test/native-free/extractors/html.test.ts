import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { extractHtml } from "../../../native-free/extractors/html/html-extractor.ts";
import { context, gather, sourceOf } from "./gather.ts";

const read = (bytes: Uint8Array | string, windowBytes?: number): ReturnType<typeof gather> =>
  gather(extractHtml(sourceOf(bytes), context, windowBytes));

const page = `<!doctype html><html lang="de-AT"><head><title> Rechnung
 42 </title><meta name="author" content="Eva M&uuml;ller"><meta name="Keywords" content="Zoll, Fracht">
<meta name="dcterms.created" content="2024-03-01T10:00:00+01:00"><meta name="date" content="31.31.2024"><style>p { color: red }</style></head>
<body><!-- gelöscht: IBAN --><h1>Über<b>schrift</b></h1><p>Erster&nbsp;Absatz<br>zweite Zeile</p><table><tr><td>A</td><td>B</td></tr></table>
<a href="https://example.org/konto?x=1">Konto</a><img src="foto.jpg" alt="ein Foto"><input type="hidden" value="geheim">
<script>var pin = "1234";</script></body></html>`;

describe("HTML", () => {
  it("gives text with blocks apart, words whole", async () => {
    const { text } = await read(page);
    expect(text).toContain("\nÜberschrift\n");
    expect(text).toContain("Erster\u00a0Absatz\nzweite Zeile\n");
    expect(text).toMatch(/\tA\s+\tB/);
    expect(text).toContain("ein Foto");
    expect(text).not.toContain("pin");
    expect(text).not.toContain("IBAN");
  });

  it("gives title and meta data as fields, dates only where they are dates", async () => {
    const { fields, language } = await read(page);
    expect(fields).toEqual(
      [
        ["author", "Eva Müller"],
        ["keywords", "Zoll, Fracht"],
        ["created", "2024-03-01T10:00:00+01:00"],
        ["title", "Rechnung 42"],
      ].sort(
        (a, b) =>
          ["title", "author", "keywords", "created"].indexOf(a[0]!) -
          ["title", "author", "keywords", "created"].indexOf(b[0]!),
      ),
    );
    expect(language).toBe("de");
  });

  it("keeps what is not shown under its own label", async () => {
    const { labelled } = await read(page);
    expect(labelled.comment).toContain("gelöscht: IBAN");
    expect(labelled.script).toContain('pin = "1234"');
    expect(labelled.style).toContain("color: red");
    expect(labelled.link).toBe("https://example.org/konto?x=1\nfoto.jpg\n");
    expect(labelled.value).toBe("geheim\n");
    expect(labelled.meta).toContain("31.31.2024");
  });

  it("says the same in windows of any size", async () => {
    const whole = await read(page);
    for (const windowBytes of [1, 7, 100]) expect(await read(page, windowBytes)).toEqual(whole);
  });

  it.each([
    ["windows-1251", '<html><head><meta charset="windows-1251"></head><body>Да</body></html>', "Да"],
    [
      "iso-8859-7",
      '<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-7"></head>Ναι</html>',
      "Ναι",
    ],
    ["shift_jis", "<html><head><meta charset=Shift_JIS></head>日本</html>", "日本"],
  ])("believes the page's own %s", async (encoding, html, word) => {
    const { text } = await read(iconv.encode(html, encoding));
    expect(text).toContain(word);
  });

  it("believes UTF-8 bytes more than a wrong declaration", async () => {
    const { text, charset } = await read('<html><head><meta charset="iso-8859-1"></head>Αθήνα</html>');
    expect(text).toContain("Αθήνα");
    expect(charset).toBe("utf-8");
  });

  it("reads what is broken", async () => {
    const { text } = await read("<html><body><p>one<p>two</b></i><div>three <a href='x");
    expect(text).toContain("one\n");
    expect(text).toContain("two\n");
    expect(text).toContain("three");
  });
});
