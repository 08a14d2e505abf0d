/** PDF documents: what is read besides text, damage, encryption, and a reader that breaks. */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeAscii85 } from "../../../native-free/extractors/pdf/ascii85.ts";
import { damagedStreams } from "../../../native-free/extractors/pdf/damaged-streams.ts";
import { pdfExtractor } from "../../../native-free/extractors/pdf/extractor.ts";
import { isoDate } from "../../../native-free/extractors/pdf/pdf-fields.ts";
import { PdfiumDocument } from "../../../native-free/extractors/pdf/pdfium.ts";
import { cpuMs } from "../../fixtures/cpu-time.ts";
import { codesOf, readWith, sharedData, textUnder } from "../../fixtures/extraction-reader.ts";

/** A one-page PDF without a cross-reference table, as after a careless repair: readers rebuild it. */
function pdf(content: string, more = "", catalog = "", kids = "3 0 R"): Uint8Array {
  const objects = [
    `1 0 obj<</Type/Catalog/Pages 2 0 R${catalog}>>endobj`,
    `2 0 obj<</Type/Pages/Kids[${kids}]/Count ${kids.split("R").length - 1}>>endobj`,
    `3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj`,
    `4 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj`,
    `5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj`,
    more,
    `trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n`,
  ];
  return Buffer.from(`%PDF-1.4\n${objects.join("\n")}`, "latin1");
}

/** Pages with compressed content in objects 10, 11 …; 20 bytes of the `damaged` ones are changed, counted from `from`. */
function packed(pages: readonly string[], damaged: readonly number[] = [], from = 0): Uint8Array {
  const kids = pages.map((_, index) => `${20 + index} 0 R`).join(" ");
  const parts: Uint8Array[] = [
    Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n`),
    Buffer.from(`2 0 obj<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>endobj\n`),
    Buffer.from("5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"),
  ];
  for (const [index, content] of pages.entries()) {
    const data = deflateSync(content);
    if (damaged.includes(index)) for (let at = from; at < from + 20; at++) data[at]! ^= 0x5a;
    parts.push(
      Buffer.from(
        `${20 + index} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents ${10 + index} 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n` +
          `${10 + index} 0 obj<</Length ${data.length}/Filter/FlateDecode>>stream\n`,
      ),
      data,
      Buffer.from("\nendstream endobj\n"),
    );
  }
  return Buffer.concat([...parts, Buffer.from("trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n")]);
}

const hello = "BT /F 12 Tf 20 200 Td (Hello officer) Tj ET";

describe("pdf", () => {
  it("gives text by page, annotations, form values, attachments, outline and metadata", async (context) => {
    const folder = "documents/pypdf-samples";
    const annotated = sharedData(`${folder}/024-annotations/annotated_pdf.pdf`);
    const form = sharedData(`${folder}/012-libreoffice-form/libreoffice-form.pdf`);
    const attached = sharedData(`${folder}/025-attachment/with-attachment.pdf`);
    const outlined = sharedData(`${folder}/014-outlines/mistitled_outlines_example.pdf`);
    const xmp = sharedData(`${folder}/020-xmp/output_with_metadata_pymupdf.pdf`);
    if (!annotated || !form || !attached || !outlined || !xmp) return context.skip("shared test data are absent");
    expect(textUnder(await readWith(pdfExtractor, annotated), "annotation on page 1")).toContain(
      "[Lucas] Hello world!",
    );
    expect(textUnder(await readWith(pdfExtractor, form), "form field on page 1")).toContain("First Name: Alice\n");
    const [file] = (await readWith(pdfExtractor, attached)).children;
    expect([file!.child.key, file!.child.name.text, file!.bytes.length]).toEqual(["attachment:0", "image.png", 6669]);
    expect(file!.bytes.subarray(1, 4).toString()).toBe("PNG");
    const outline = await readWith(pdfExtractor, outlined);
    expect(textUnder(outline, "outline")).toMatch(/^First\nSecond\nThird\n/);
    expect(outline.texts.filter(({ label }) => /^page \d$/.test(label ?? ""))).toHaveLength(4);
    const { fields } = await readWith(pdfExtractor, xmp);
    expect(fields).toMatchObject({ author: ["John Doe"], title: ["Sample PDF with XMP Metadata"] });
    expect(fields["custom"]).toContain("pdfx:style: FooBarStyle");
    return undefined;
  });

  it("opens with the empty password and says where another is needed", async (context) => {
    const empty = sharedData("documents/pdfminer/samples/encryption/encrypted_doc_no_id.pdf");
    const locked = ["rc4-40", "rc4-128", "aes-128", "aes-256", "aes-256-r6"].map((name) =>
      sharedData(`documents/pdfminer/samples/encryption/${name}.pdf`),
    );
    if (!empty || locked.includes(null)) return context.skip("shared test data are absent");
    expect((await readWith(pdfExtractor, empty)).fields["pageCount"]).toEqual(["3"]);
    for (const bytes of locked) {
      const result = await readWith(pdfExtractor, bytes!);
      expect([result.thrown, result.statuses, codesOf(result.findings)]).toEqual([
        null,
        ["failed:encrypted"],
        ["pdf/encrypted"],
      ]);
      expect(result.texts).toEqual([]);
    }
    return undefined;
  });

  it("tells scanned pages, and hears vertical lines that the first reader leaves out", async (context) => {
    const scan = sharedData("documents/pypdf-samples/007-imagemagick-images/imagemagick-lzw.pdf");
    const vertical = sharedData("documents/pdfminer/samples/jo.pdf");
    if (!scan || !vertical) return context.skip("shared test data are absent");
    const scanned = await readWith(pdfExtractor, scan);
    expect(scanned.findings).toMatchObject([{ code: "pdf/no-text-layer", params: { pages: 1 } }]);
    expect(scanned.statuses).toEqual([]);
    expect(textUnder(await readWith(pdfExtractor, vertical), "page 1")).toContain("わたくしといふ現象は");
    return undefined;
  });

  it("reads a document whose cross-references are gone", async () => {
    const result = await readWith(pdfExtractor, pdf(hello));
    expect(textUnder(result, "page 1")).toBe("Hello officer");
    expect([result.thrown, result.statuses]).toEqual([null, []]);
  });

  it("keeps the pages it can read and says which parts it cannot", async () => {
    const result = await readWith(pdfExtractor, pdf(hello, "9 0 obj(no page)endobj", "", "3 0 R 9 0 R"));
    expect(textUnder(result, "page 1")).toBe("Hello officer");
    expect(codesOf(result.findings)).toEqual(["pdf/metadata-unreadable", "pdf/page-unreadable"]);
    expect(result.statuses).toContain("partial:damaged");
  });

  it("falls back on the other reader where the first refuses", async () => {
    const result = await readWith(pdfExtractor, Buffer.concat([Buffer.alloc(3000, " "), pdf(hello)]));
    expect(textUnder(result, "page 1")).toBe("Hello officer");
    expect([codesOf(result.findings), result.statuses]).toEqual([["pdf/salvaged"], ["partial:damaged"]]);
    expect(result.fields["pageCount"]).toEqual(["1"]);
  });

  it("lists an attachment that has no data", async () => {
    const more = "7 0 obj<</Type/Filespec/F(x.txt)>>endobj";
    const { children } = await readWith(
      pdfExtractor,
      pdf(hello, more, "/Names<</EmbeddedFiles<</Names[(x) 7 0 R]>>>>"),
    );
    expect(children.map(({ child, ended }) => [child.name.text, codesOf(child.findings), ended])).toEqual([
      ["x.txt", ["pdf/attachment-unreadable"], "missing:damaged"],
    ]);
  });

  it("names scripts and does not run them", async () => {
    const script = "globalThis.vestigeCanary = 1; app.alert('hi')";
    const more = `6 0 obj<</S/JavaScript/JS(${script.replace(/[()]/g, "\\$&")})>>endobj`;
    const result = await readWith(
      pdfExtractor,
      pdf(hello, more, "/OpenAction 6 0 R/Names<</JavaScript<</Names[(x) 6 0 R]>>>>"),
    );
    expect(codesOf(result.findings)).toContain("pdf/script");
    expect(textUnder(result, "script")).toContain("app.alert('hi')");
    expect((globalThis as { vestigeCanary?: number }).vestigeCanary).toBeUndefined();
  });

  it("says which compressed streams do not unpack, whatever the readers make of them", async () => {
    const pages = [`${hello} `.repeat(40), "BT /F 12 Tf 20 200 Td (Goodbye officer) Tj ET ".repeat(30)];
    const sound = await readWith(pdfExtractor, packed(pages));
    expect([codesOf(sound.findings), sound.statuses]).toEqual([[], []]);
    for (const from of [0, 5, 12, 20]) {
      for (const which of [[0], [1], [0, 1]]) {
        const result = await readWith(pdfExtractor, packed(pages, which, from));
        expect(result.findings).toContainEqual(
          expect.objectContaining({
            code: "pdf/stream-damaged",
            params: { streams: which.length, object: 10 + which[0]! },
          }),
        );
        expect(result.statuses).toContain("partial:damaged");
      }
    }
  });

  it("notices any change of a packed stream, and takes a missing checksum for no damage", () => {
    const data = deflateSync(Buffer.from(Array.from({ length: 500 }, (_, at) => `line ${at * 7919}`).join("\n")));
    const document = (bytes: Uint8Array): Buffer =>
      Buffer.concat([
        Buffer.from("4 0 obj\n<< /Filter [ /FlateDecode ] /Length 9 0 R >>\nstream\r\n", "latin1"),
        bytes,
        Buffer.from("\r\nendstream\nendobj\n", "latin1"),
      ]);
    expect(damagedStreams(document(data))).toEqual([]);
    expect(damagedStreams(document(data.subarray(0, data.length - 4)))).toEqual([]);
    expect(damagedStreams(document(data.subarray(0, data.length >> 1)))).toEqual([{ object: 4, offset: 61 }]);
    expect(damagedStreams(document(data).subarray(0, 400))).toEqual([{ object: 4, offset: 61 }]);
    fc.assert(
      fc.property(fc.nat(data.length - 21), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Buffer.from(data);
        for (let index = at; index < at + 20; index++) changed[index]! ^= mask;
        expect(damagedStreams(document(changed))).toHaveLength(1);
      }),
    );
  });

  it("unpacks what was written in letters", () => {
    const data = Buffer.from(
      String.raw`Garg^;:'Mc0JlZ58Q.;u!$VN!O;%j-O49\iI"hL*[*7U\+ruB#N6GabnjFTQat+u5bu;^-;ohN6ZAOMs'gf2?>XJMSMAAV~>`,
      "latin1",
    );
    expect(Buffer.from(decodeAscii85(Buffer.from('87cUR\nD]i,"Ebo80~>'))!).toString()).toBe("Hello World!");
    expect(Buffer.from(decodeAscii85(Buffer.from("z87cU~>"))!).toString("latin1")).toBe("\0\0\0\0Hel");
    expect(decodeAscii85(Buffer.from("87c\u007fR"))).toBeNull();
    expect(decodeAscii85(Buffer.from("uuuuu"))).toBeNull();
    const document = (bytes: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from("4 0 obj\n<</Filter [ /ASCII85Decode /FlateDecode ]>>\nstream\n"),
        bytes,
        Buffer.from("endstream\n"),
      ]);
    expect(damagedStreams(document(data))).toEqual([]);
    for (let at = 0; at < 80; at += 10) {
      const changed = Buffer.from(data);
      for (let index = at; index < at + 20; index++) changed[index]! ^= 0x15;
      expect(damagedStreams(document(changed))).toHaveLength(1);
    }
  });

  it("does not take encrypted streams for damaged ones", async (context) => {
    const empty = sharedData("documents/pdfminer/samples/encryption/encrypted_doc_no_id.pdf");
    if (!empty) return context.skip("shared test data are absent");
    expect(codesOf((await readWith(pdfExtractor, empty)).findings)).not.toContain("pdf/stream-damaged");
    return undefined;
  });

  it("gives up with a reason on what is no PDF, and on what is too large", async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("%PDF-1.7"), Buffer.alloc(20_000, 7)]) {
      expect((await readWith(pdfExtractor, bytes)).thrown).toBe("document/damaged");
    }
    const large = await readWith(pdfExtractor, pdf(hello), { wholeLimitBytes: 100 });
    expect([codesOf(large.findings), large.statuses]).toEqual([["pdf/too-large"], ["failed:budget"]]);
  });

  it("stops asking for pages that only the page count claims", async () => {
    const text = Buffer.from(pdf(hello)).toString("latin1").replace("/Count 1", "/Count 900000");
    const started = cpuMs();
    const result = await readWith(pdfExtractor, Buffer.from(text, "latin1"));
    expect(cpuMs() - started).toBeLessThan(10_000);
    expect(textUnder(result, "page 1")).toBe("Hello officer");
  });

  it("writes dates as precisely as they are given", () => {
    expect(isoDate("D:20240301080910+01'00'")).toBe("2024-03-01T08:09:10+01:00");
    expect(isoDate("D:20240301080910Z")).toBe("2024-03-01T08:09:10Z");
    expect(isoDate("20240301080910")).toBe("2024-03-01T08:09:10");
    expect(isoDate("D:202403")).toBe("2024-03");
    expect(isoDate("yesterday")).toBe("yesterday");
  });
});

describe("a page reader that breaks", () => {
  afterEach(() => {
    vi.doUnmock("@hyzyla/pdfium");
    vi.resetModules();
  });

  it("is replaced when its memory does not suffice", async () => {
    const endless = Object.create(Uint8Array.prototype, { length: { value: 3_500_000_000 } }) as Uint8Array;
    await expect(PdfiumDocument.open(endless)).rejects.toMatchObject({
      code: "pdf/reader-trapped",
      params: { problem: "memory" },
    });
    expect(textUnder(await readWith(pdfExtractor, pdf(hello)), "page 1")).toBe("Hello officer");
  });

  it("is replaced after a trap: the document keeps its other contents, the next one is read as ever", async () => {
    let made = 0;
    vi.resetModules();
    vi.doMock("@hyzyla/pdfium", async (original) => {
      const real = await original<{ PDFiumModule: (options: object) => Promise<Record<string, unknown>> }>();
      const PDFiumModule = async (options: object): Promise<Record<string, unknown>> => {
        const module = await real.PDFiumModule(options);
        made += 1;
        if (made === 1) {
          module["_FPDFText_LoadPage"] = () => {
            throw new Error("unreachable");
          };
        }
        return module;
      };
      return { ...real, PDFiumModule };
    });
    const { pdfExtractor: fresh } = await import("../../../native-free/extractors/pdf/extractor.ts");
    const first = await readWith(fresh, pdf(hello));
    expect(first.findings).toMatchObject([{ code: "pdf/reader-trapped", params: { problem: "trap" } }]);
    expect([first.thrown, first.statuses]).toEqual([null, ["partial:damaged"]]);
    expect(first.fields["formatVersion"]).toEqual(["1.4"]);
    for (let round = 0; round < 2; round++) {
      const next = await readWith(fresh, pdf(hello));
      expect([textUnder(next, "page 1"), next.statuses]).toEqual(["Hello officer", []]);
    }
    expect(made).toBe(2);
  });
});
