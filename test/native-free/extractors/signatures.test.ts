/** Signers that documents name: in PDF, in Office Open XML, in OpenDocument. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { odfExtractor } from "../../../native-free/extractors/odf/extractor.ts";
import { ooxmlExtractor } from "../../../native-free/extractors/ooxml/extractor.ts";
import { pdfExtractor } from "../../../native-free/extractors/pdf/extractor.ts";
import { codesOf, readWith, textUnder } from "../../fixtures/extraction-reader.ts";
import { openDocument, wordDocument } from "../../fixtures/office-parts.ts";
import { pageObjects, pdfFile, pdfUpdate, plainCatalog } from "../../fixtures/pdf-writer.ts";
import { certificateBase64, signatureBase64 } from "../../fixtures/signed-samples.ts";

/** The signature's string stands in a gap of 8,000 digits, as signing programs leave it. */
function signedPdf(digits: string): Buffer {
  const range = "/ByteRange [0 AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC]";
  const hole = `<${digits.padEnd(8000, "0")}>`;
  const draft = pdfFile({
    1: plainCatalog,
    ...pageObjects("Open text"),
    10: `<</Type/Sig/SubFilter/adbe.pkcs7.detached/Name(Rita \\(R.\\) Example)/Reason(Approved)/M(D:20240305100000Z)${range}/Contents ${hole}>>`,
  });
  const start = draft.indexOf(hole);
  const end = start + hole.length;
  const fill = (text: string, mark: string, value: number): string => text.replace(mark, String(value).padEnd(10));
  let text = fill(draft.toString("latin1"), "AAAAAAAAAA", start);
  text = fill(text, "BBBBBBBBBB", end);
  return Buffer.from(fill(text, "CCCCCCCCCC", draft.length - end), "latin1");
}

const signature = Buffer.from(signatureBase64, "base64").toString("hex");
const issuer = "O=Example Customs, CN=Rita Example";

describe("signatures of PDF", () => {
  it("name signer, issuer, serial number and time", async () => {
    const { fields, findings, ...result } = await readWith(pdfExtractor, signedPdf(signature));
    expect([fields["signer"], fields["signerIssuer"], fields["signerSerial"]]).toEqual([[issuer], [issuer], ["4711"]]);
    expect(fields["signed"]?.[0]).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(textUnder({ fields, findings, ...result }, "signature")).toBe("Rita (R.) Example\nApproved\n");
    expect(codesOf(findings)).toEqual(["document/signed"]);
  });

  it("keep the time of the dictionary where there is no readable signature", async () => {
    const { fields, findings } = await readWith(pdfExtractor, signedPdf("00"));
    expect(fields["signer"]).toBeUndefined();
    expect(fields["signed"]).toEqual(["2024-03-05T10:00:00Z"]);
    expect(codesOf(findings)).toEqual(["document/signature-unreadable", "document/signed"]);
  });

  it("are told from what was added after them", async () => {
    const changed = pdfUpdate(signedPdf(signature), { 4: pageObjects("Changed text")[4]! });
    const { findings } = await readWith(pdfExtractor, changed);
    expect(codesOf(findings)).toEqual(["document/signed", "pdf/changed-after-signature", "pdf/revisions"]);
  });
});

const xml = (time: string): string =>
  `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyInfo><X509Data><X509Certificate>${certificateBase64}</X509Certificate></X509Data></KeyInfo><Object>${time}</Object></Signature>`;

describe("signatures in XML", () => {
  it("of Office Open XML name signer and time", async () => {
    const part = xml("<SignatureTime><Format>YYYY</Format><Value>2024-03-05T10:00:00Z</Value></SignatureTime>");
    const { fields, findings } = await readWith(ooxmlExtractor, wordDocument({ "_xmlsignatures/sig1.xml": part }));
    expect([fields["signer"], fields["signerSerial"], fields["signed"]]).toEqual([
      [issuer],
      ["4711"],
      ["2024-03-05T10:00:00Z"],
    ]);
    expect(findings).toMatchObject([{ code: "document/signed", params: { signatures: 1 } }]);
  });

  it("of OpenDocument do so as well, and a broken certificate is said", async () => {
    const part = (inner: string): string => `<document-signatures>${inner}</document-signatures>`;
    const good = { "META-INF/documentsignatures.xml": part(xml("<dc:date>2024-03-05T10:00:00,5</dc:date>")) };
    const { fields } = await readWith(odfExtractor, openDocument(good));
    expect([fields["signer"], fields["signed"]]).toEqual([[issuer], ["2024-03-05T10:00:00,5"]]);
    const bad = { "META-INF/documentsignatures.xml": part(xml("").replace(certificateBase64, "AAAA")) };
    const broken = await readWith(odfExtractor, openDocument(bad));
    expect(codesOf(broken.findings)).toEqual(["document/signature-unreadable", "document/signed"]);
  });
});
