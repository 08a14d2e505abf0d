/**
 * Published documents of Office 97 to 2003 and encrypted ones: each is read, read in part or refused, with the reason; and
 * what oletools' own tests say of macros and embedded files.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { containerFor } from "../../../native-free/containers/index.ts";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { type ReadResult, readWith, sharedData } from "../../fixtures/extraction-reader.ts";

const passwords = ["Password1234_", "123456789012345"];
const oletools = "documents/oletools/tests/test-data";

async function readFile(path: string, bytes: Uint8Array): Promise<ReadResult> {
  const { id } = await identify(new MemorySource(bytes));
  const reader = containerFor(id) ?? extractorFor(id);
  expect(reader, `${path} is ${id}`).not.toBeNull();
  // Each password costs a hundred thousand hashes: they are given only where one fits.
  const given = path.includes("msoffcrypto") ? passwords : [];
  return readWith(reader!, bytes, { passwords: given, beside: null });
}

/** A word of its text, or of a child's name, and how far it was read. */
const table: readonly (readonly [path: string, outcome: string, word: string])[] = [
  ["documents/mscfb/test/test.doc", "read", "COMMON PRACTICE RULES"],
  ["documents/mscfb/test/novpapplan.doc", "read", "forgetfulness of self"],
  ["documents/mscfb/test/test.xls", "read", "Avocado"],
  ["documents/mscfb/test/test.ppt", "read", "Lorem ipsum dolor"],
  ["documents/msoffcrypto/tests/inputs/plain.doc", "read", ""],
  ["documents/msoffcrypto/tests/inputs/plain.xls", "read", "lorem ipsum"],
  ["documents/msoffcrypto/tests/inputs/plain.ppt", "read", "Lorem ipsum"],
  ["documents/msoffcrypto/tests/inputs/rc4cryptoapi_password.doc", "read", "lorem ipsum"],
  ["documents/msoffcrypto/tests/inputs/rc4cryptoapi_password.xls", "read", "lorem ipsum"],
  ["documents/msoffcrypto/tests/inputs/rc4cryptoapi_password.ppt", "read", "Lorem ipsum"],
  ["documents/msoffcrypto/tests/inputs/xor_password_123456789012345.xls", "read", "420"],
  ["documents/msoffcrypto/tests/inputs/ecma376standard_password.docx", "read", "package"],
  [`${oletools}/encrypted/encrypted.doc`, "failed:encrypted", ""],
  [`${oletools}/encrypted/encrypted.xls`, "failed:encrypted", ""],
  [`${oletools}/encrypted/encrypted.ppt`, "failed:encrypted", ""],
  [`${oletools}/encrypted/encrypted.docx`, "failed:encrypted", ""],
  [`${oletools}/encrypted/autostart-encrypt-standardpassword.xls`, "read", "MsgBox"],
  [`${oletools}/encrypted/autostart-encrypt-standardpassword.xlsb`, "read", "package"],
  [`${oletools}/encrypted/dde-test-encrypt-standardpassword.xls`, "read", "calc.exe"],
  [`${oletools}/excel4-macros/excel4_sample_macro.xls`, "read", "This is a sample Excel 4 macro"],
  [`${oletools}/excel4-macros/excel4_sample_macro.xlt`, "read", "This is a sample Excel 4 macro"],
  [`${oletools}/excel4-macros/excel4_sample_macro_excel5_format.xls`, "read", "Auto_Open = Macro1!$A$1"],
  [`${oletools}/msodde/harmless-clean.doc`, "read", "harmless test document"],
  [`${oletools}/oleobj/embedded-simple-2007.doc`, "read", "simple-text-file.txt"],
  [`${oletools}/oleobj/embedded-simple-2007.dot`, "read", "simple-text-file.txt"],
  [`${oletools}/oleobj/embedded-simple-2007.xls`, "read", "simple-text-file.txt"],
  [`${oletools}/oleobj/embedded-simple-2007.xla`, "read", "simple-text-file.txt"],
  [`${oletools}/oleobj/embedded-simple-2007.ppt`, "read", "object-"],
  [`${oletools}/oleobj/embedded-unicode.doc`, "read", "ünicöde"],
  [`${oletools}/oleobj/sample_with_calc_embedded.doc`, "read", "calc.exe"],
  [`${oletools}/oleobj/sample_with_lnk_file.doc`, "read", "calc.lnk"],
  [`${oletools}/oleobj/sample_with_lnk_file.ppt`, "read", "object-"],
  [`${oletools}/oleobj/sample_with_lnk_to_calc.doc`, "read", "_1572085698"],
  [`${oletools}/olevba/sample_with_vba.ppt`, "read", "PPT VBA TEST"],
  [`${oletools}/rtfobj/issue_251.rtf`, "read", "equation.3"],
  ["typed/magika/tests_data/basic/rtf/doc.rtf", "read", "Yes, another hello world"],
  ["typed/file-type/fixture/fixture-password-protected.xls", "failed:encrypted", ""],
  ["typed/magika/tests_data/current_missdetections/xls/password-protected-example.xls", "failed:encrypted", ""],
  ["typed/mimetype/testdata/msi.msi", "partial:damaged", "_StringData"],
  ["typed/mimetype/testdata/ppt.ppt", "partial:damaged", ""],
  ["typed/mimetype/testdata/pub.pub", "partial:damaged", "Quill"],
];

describe("published documents", () => {
  it.for(table)("%s is %s", async ([path, outcome, word], context) => {
    const bytes = sharedData(path);
    if (!bytes) return context.skip("shared test data are absent");
    const { texts, children, statuses } = await readFile(path, bytes);
    expect(statuses.length === 0 ? "read" : statuses[0]).toBe(outcome);
    const all = [
      ...texts.map(({ text, label }) => `${label} ${text}`),
      ...children.map(({ child }) => child.name.text),
    ];
    expect(all.join("\n")).toContain(word);
    return undefined;
  });
});

describe("embedded files", () => {
  // Hashes as oletools' test_oleobj.py has them.
  it.for([
    [`${oletools}/oleobj/sample_with_calc_embedded.doc`, "calc.exe", "40e85286357723f326980a3b30f84e4f"],
    [`${oletools}/oleobj/sample_with_lnk_file.doc`, "calc.lnk", "6aedb1a876d4ad5236f1fbbbeb7274f3"],
    [`${oletools}/oleobj/embedded-simple-2007.xls`, "simple-text-file.txt", "ab8c65e4c0fc51739aa66ca5888265b4"],
    [`${oletools}/oleobj/embedded-simple-2007.xla`, "simple-text-file.txt", "ab8c65e4c0fc51739aa66ca5888265b4"],
    [`${oletools}/oleobj/embedded-simple-2007.doc`, "simple-text-file.txt", "bd5c063a5a43f67b3c50dc7b0f1195af"],
    [
      `${oletools}/oleobj/embedded-unicode.doc`,
      "ünicöde-수식끝이잘못되었습니다.txt",
      "264397735b6f09039ba0adf0dc9fb942",
    ],
  ] as const)("%s holds %s", async ([path, name, md5], context) => {
    const bytes = sharedData(path);
    if (!bytes) return context.skip("shared test data are absent");
    const { children } = await readFile(path, bytes);
    const found = children.find(({ child }) => child.name.text === name);
    expect(found && createHash("md5").update(found.bytes).digest("hex")).toBe(md5);
    return undefined;
  });

  it.for([
    ["embedded-simple-2007.ppt", "simple-text-file.txt", "ab8c65e4c0fc51739aa66ca5888265b4"],
    ["embedded-simple-2007.pot", "simple-text-file.txt", "ab8c65e4c0fc51739aa66ca5888265b4"],
    ["sample_with_lnk_file.pps", "calc.lnk", "6aedb1a876d4ad5236f1fbbbeb7274f3"],
  ] as const)("of %s, one level deeper, are %s", async ([file, name, md5], context) => {
    const bytes = sharedData(`${oletools}/oleobj/${file}`);
    if (!bytes) return context.skip("shared test data are absent");
    const { children } = await readFile(file, bytes);
    const object = children.find(({ child }) => child.name.text.endsWith(".ole"))!;
    const inner = await readFile("object", object.bytes);
    const found = inner.children.find(({ child }) => child.name.text === name);
    expect(found && createHash("md5").update(found.bytes).digest("hex")).toBe(md5);
    return undefined;
  });

  it("of a presentation are compound files, one of them with macros", async (context) => {
    const bytes = sharedData(`${oletools}/olevba/sample_with_vba.ppt`);
    if (!bytes) return context.skip("shared test data are absent");
    const { children } = await readFile("ppt", bytes);
    const inner = await readFile("object", children[0]!.bytes);
    expect(inner.fields["macro"]).toContain("Module1");
    return undefined;
  });
});
