/** Protected documents against the plain ones that msoffcrypto's tests keep beside them. */
import { describe, expect, it } from "vitest";
import { compoundContainer } from "../../../native-free/containers/compound/container.ts";
import { docExtractor } from "../../../native-free/extractors/doc/extractor.ts";
import { pptExtractor } from "../../../native-free/extractors/ppt/extractor.ts";
import { xlsExtractor } from "../../../native-free/extractors/xls/extractor.ts";
import type { Extractor } from "../../../native-free/model/extraction.ts";
import { Rc4 } from "../../../native-free/office-crypto/rc4.ts";
import { codesOf, readWith, sharedData } from "../../fixtures/extraction-reader.ts";

const folder = "documents/msoffcrypto/tests";
const passwords = ["wrong", "Password1234_", "123456789012345"];

it("RC4 gives the vector of RFC 6229 for a key of 40 bits", () => {
  const stream = new Rc4(Uint8Array.of(1, 2, 3, 4, 5)).apply(new Uint8Array(16));
  expect(Buffer.from(stream).toString("hex")).toBe("b2396305f03dc027ccc3524a0a1118a8");
});

describe("encrypted packages", () => {
  it.for([
    ["ecma376standard_password.docx", "ecma376standard_password_plain.docx"],
    ["example_password.docx", "example.docx"],
    ["example_password.xlsx", "example.xlsx"],
  ] as const)("%s is, opened, %s", async ([name, plain], context) => {
    const [bytes, expected] = [sharedData(`${folder}/inputs/${name}`), sharedData(`${folder}/outputs/${plain}`)];
    if (!bytes || !expected) return context.skip("shared test data are absent");
    const options = { passwords: ["Password1234_"], beside: null };
    const { children, findings, statuses } = await readWith(compoundContainer, bytes, options);
    expect(statuses).toEqual([]);
    expect(findings).toMatchObject([{ code: "crypto/unlocked", params: { number: 1 } }]);
    expect(children.map(({ child }) => child.name.text)).toEqual(["package"]);
    expect(children[0]!.bytes.equals(expected)).toBe(true);
    return undefined;
  });

  it("say so where no password fits", async (context) => {
    const bytes = sharedData("documents/oletools/tests/test-data/encrypted/encrypted.docx");
    if (!bytes) return context.skip("shared test data are absent");
    const without = await readWith(compoundContainer, bytes, { passwords: [], beside: null });
    expect([codesOf(without.findings), without.statuses]).toEqual([["office/encrypted"], ["failed:encrypted"]]);
    const wrong = await readWith(compoundContainer, bytes, { passwords: ["wrong"], beside: null });
    expect(codesOf(wrong.findings)).toEqual(["crypto/no-password-fits", "office/encrypted"]);
    return undefined;
  });

  it("open with the password that Excel uses by itself", async (context) => {
    const bytes = sharedData("documents/oletools/tests/test-data/encrypted/dde-test-encrypt-standardpassword.xlsx");
    if (!bytes) return context.skip("shared test data are absent");
    const { children, findings } = await readWith(compoundContainer, bytes, { passwords: [], beside: null });
    expect(codesOf(findings)).toEqual(["office/default-password"]);
    expect(children[0]!.bytes.subarray(0, 2).toString()).toBe("PK");
    return undefined;
  });
});

describe("encrypted binary documents", () => {
  const cases: readonly (readonly [string, Extractor, string])[] = [
    ["rc4cryptoapi_password.doc", docExtractor, "rc4cryptoapi_password_plain.doc"],
    ["rc4cryptoapi_password.xls", xlsExtractor, "rc4cryptoapi_password_plain.xls"],
    ["xor_password_123456789012345.xls", xlsExtractor, "xor_password_123456789012345_plain.xls"],
  ];
  it.for(cases)("%s has the text of its plain copy", async ([name, reader, plain], context) => {
    const [bytes, expected] = [sharedData(`${folder}/inputs/${name}`), sharedData(`${folder}/outputs/${plain}`)];
    if (!bytes || !expected) return context.skip("shared test data are absent");
    const opened = await readWith(reader, bytes, { passwords, beside: null });
    const copy = await readWith(reader, expected, { passwords: [], beside: null });
    expect(codesOf(opened.findings)).toEqual(["crypto/unlocked"]);
    expect(opened.texts.length).toBeGreaterThan(0);
    expect(opened.texts).toEqual(copy.texts);
    return undefined;
  });

  it("presentations are read with their slides", async (context) => {
    const bytes = sharedData(`${folder}/inputs/rc4cryptoapi_password.ppt`);
    const plain = sharedData(`${folder}/inputs/plain.ppt`);
    if (!bytes || !plain) return context.skip("shared test data are absent");
    const opened = await readWith(pptExtractor, bytes, { passwords, beside: null });
    const copy = await readWith(pptExtractor, plain, { passwords: [], beside: null });
    expect(opened.texts.find(({ label }) => label === "slide 1")?.text).toBe("Lorem ipsum\n");
    expect(opened.texts).toEqual(copy.texts);
    return undefined;
  });
});
