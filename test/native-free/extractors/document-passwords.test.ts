/** Encrypted documents and the passwords of the case: published PDF files, and OpenDocument in three generations. */
import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { decryptBlowfishCfb } from "../../../native-free/extractors/odf/blowfish.ts";
import { odfExtractor } from "../../../native-free/extractors/odf/extractor.ts";
import { pdfExtractor } from "../../../native-free/extractors/pdf/extractor.ts";
import { codesOf, readWith, sharedData } from "../../fixtures/extraction-reader.ts";
import { documentWords } from "../../fixtures/hidden-words/documents.ts";

/** Passwords and texts that the tests of pdfminer and pypdf state. */
const published: readonly (readonly [path: string, password: string, text: string])[] = [
  ...["aes-128", "aes-128-m", "aes-256", "aes-256-m", "rc4-40", "rc4-128"].map(
    (name) => [`documents/pdfminer/samples/encryption/${name}.pdf`, "foo", "Secret!"] as const,
  ),
  ["documents/pdfminer/samples/encryption/aes-256-r6.pdf", "usersecret", ""],
  ["documents/pdfminer/samples/encryption/aes-256-r6.pdf", "ownersecret", ""],
  ["documents/pypdf-samples/005-libreoffice-writer-password/libreoffice-writer-password.pdf", "openpassword", ""],
];

describe("encrypted PDF", () => {
  for (const [path, password, text] of published) {
    it(`${path} opens with the password "${password}" among others`, async (context) => {
      const bytes = sharedData(path);
      if (!bytes) return context.skip("shared test data are absent");
      const opened = await readWith(pdfExtractor, bytes, { passwords: ["wrong", password] });
      expect(opened.statuses).toEqual([]);
      expect(opened.findings).toContainEqual(
        expect.objectContaining({ code: "crypto/unlocked", params: expect.objectContaining({ number: 2 }) as unknown }),
      );
      const all = opened.texts.map((block) => block.text).join("\n");
      expect(all.trim()).not.toBe("");
      expect(all).toContain(text);
      const closed = await readWith(pdfExtractor, bytes, { passwords: ["wrong"] });
      expect([codesOf(closed.findings), closed.statuses]).toEqual([
        ["crypto/no-password-fits", "pdf/encrypted"],
        ["failed:encrypted"],
      ]);
      return undefined;
    });
  }
});

describe("encrypted OpenDocument", () => {
  const sealed = documentWords.filter(({ name, password }) => password !== undefined && name.endsWith(".odt"));

  it("is opened in all three forms, and says with which password and how", async () => {
    const methods: unknown[] = [];
    for (const { bytes, password } of sealed) {
      const result = await readWith(odfExtractor, bytes, { passwords: ["wrong", password!] });
      expect(result.statuses).toEqual([]);
      methods.push(...result.findings.map(({ code, params }) => [code, params["number"], params["method"]]));
    }
    expect(methods).toEqual([
      ["crypto/unlocked", 2, "odf aes-cbc pbkdf2"],
      ["crypto/unlocked", 2, "odf blowfish pbkdf2"],
      ["crypto/unlocked", 2, "odf aes-gcm argon2"],
    ]);
  });

  it("stays closed to other passwords", async () => {
    for (const { bytes } of sealed) {
      const result = await readWith(odfExtractor, bytes, { passwords: ["wrong", ""] });
      expect(codesOf(result.findings)).toEqual(["crypto/no-password-fits", "document/encrypted"]);
      expect([result.statuses, result.texts]).toEqual([["failed:encrypted"], []]);
    }
  });

  it("is decrypted by the published test vectors of Blowfish", () => {
    // Eric Young's vectors: the encrypted block is what an IV gives over zeros.
    const vectors = [
      ["0000000000000000", "0000000000000000", "4ef997456198dd78"],
      ["ffffffffffffffff", "ffffffffffffffff", "51866fd5b85ecb8a"],
      ["3000000000000000", "1000000000000001", "7d856f9a613063f2"],
      ["0123456789abcdef", "1111111111111111", "61f9c3802281b096"],
    ] as const;
    for (const [key, plain, cipher] of vectors) {
      const bytes = (hex: string): Uint8Array => Buffer.from(hex, "hex");
      expect(Buffer.from(decryptBlowfishCfb(new Uint8Array(8), bytes(key), bytes(plain))).toString("hex")).toBe(cipher);
    }
  });
});
