import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { executableExtractor } from "../../../native-free/extractors/executable/extractor.ts";
import { signerFields } from "../../../native-free/extractors/executable/signature.ts";
import { signedMessage } from "../../fixtures/certificate-files.ts";
import { peProgram } from "../../fixtures/data-files.ts";
import { context, gather, sourceOf } from "./gather.ts";

const read = (bytes: Uint8Array): ReturnType<typeof gather> =>
  gather(executableExtractor.extract(sourceOf(bytes), context));
const data = new URL("../../../../shared/data/", import.meta.url);
describe("Windows programs", () => {
  const program = peProgram({ CompanyName: "Sample & Co", ProductName: "Sorter", OriginalFilename: "sort.exe" });

  it("gives machine, time, version, imports and sections", async () => {
    const { fields, labelled, findings, statuses } = await read(program);
    expect(fields).toEqual([
      ["machine", "x86"],
      ["compiled", "2001-09-09T01:46:40Z"],
      ["company", "Sample & Co"],
      ["productName", "Sorter"],
      ["originalName", "sort.exe"],
      ["fileVersion", "1.2.3.4"],
      ["productVersion", "0.0.0.0"],
      ["importedLibrary", "sample.dll"],
      ["importedFunction", "sample.dll!openSample"],
      ["importedFunction", "sample.dll!#7"],
    ]);
    expect(labelled["version"]).toContain("CompanyName: Sample & Co");
    expect(labelled["sections"]).toMatch(/^\.rsrc\t1024\t1024\t[\d.]+\n$/);
    expect([findings, statuses]).toEqual([[], []]);
  });

  it("gives what stands behind the sections as a child, and says what is missing", async () => {
    const found: string[] = [];
    const bytes = peProgram({}, Buffer.alloc(100, 65));
    for await (const each of executableExtractor.extract(sourceOf(bytes), context)) {
      if (each.what === "child") found.push(`${each.child.key} ${each.child.size}`);
    }
    expect(found).toEqual(["overlay 100"]);
    const cut = await read(program.subarray(0, program.length - 10));
    expect(cut.findings).toContainEqual(["program/truncated", { bytes: 10 }]);
    expect(cut.statuses).toContain("partial: damaged");
  });

  it("names the part that is damaged and reads the others", async () => {
    const broken = Buffer.from(program);
    broken.writeUInt32LE(0x7fff_0000, 192);
    const { findings, fields } = await read(broken);
    expect(findings).toEqual([["program/damaged", { what: "imports" }]]);
    expect(fields).toContainEqual(["productName", "Sorter"]);
  });

  it("says that more functions are named than were taken", async () => {
    const many = Buffer.concat([program.subarray(0, 0x200), Buffer.alloc(0x10_000)]);
    program.copy(many, 0x200, 0x200, 0x400);
    many.writeUInt32LE(0x10_000, 320);
    many.writeUInt32LE(0x10_000, 328);
    const importsAt = 0x200 + program.readUInt32LE(192) - 0x1000;
    many.writeUInt32LE(0x1000 + 0x2000, importsAt);
    many.writeUInt32LE(0x1000 + 0x600, importsAt + 12);
    many.write("sample.dll", 0x200 + 0x600, "latin1");
    for (let index = 0; index < 5000; index++) many.writeUInt32LE(0x8000_0001 + index, 0x200 + 0x2000 + 4 * index);
    const { findings } = await read(many);
    expect(findings).toContainEqual(["program/names-cut", { limit: 4096 }]);
  });

  it("gives the signer as the signature names it", async () => {
    const { fields } = await gather(signerFields(signedMessage("A maker", "An authority"), "authenticode"));
    expect(fields).toEqual([
      ["signer", "CN=A maker"],
      ["signerIssuer", "CN=An authority"],
      ["signerSerial", "1A2B3C4D"],
      ["signed", "2024-05-06T07:08:09Z"],
    ]);
  });
});

/** Values that other tools give for published programs: file, ExifTool's JSON or readelf and otool of the same. */
const golden: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "artefacts/velociraptor/artifacts/testdata/files/3DBuilder.ResourceResolver.exe",
    [
      ["company", "Microsoft Corporation"],
      ["fileVersion", "16.1.1903.15001"],
      ["internalName", "3DBuilder.ResourceResolver"],
      ["compiled", "2019-03-15T09:32:39Z"],
    ],
  ],
  [
    "typed/file-type/fixture/fixture-arm64.macho",
    [
      ["machine", "ARM64"],
      ["documentId", "95186523-3ce4-3402-a89d-a997684f56eb"],
      ["importedLibrary", "/usr/lib/libSystem.B.dylib"],
    ],
  ],
  [
    "typed/file-type/fixture/fixture.class",
    [
      ["internalName", "org.apache.commons.codec.BinaryDecoder"],
      ["formatVersion", "50.0"],
    ],
  ],
];

describe("published programs", () => {
  for (const [path, expected] of golden) {
    const url = new URL(path, data);
    it.skipIf(!existsSync(url))(`${path} (skipped where ../shared/data is absent)`, async () => {
      expect((await read(readFileSync(url))).fields).toEqual(expect.arrayContaining(expected.map((each) => [...each])));
    });
  }

  it.skipIf(!existsSync("/bin/ls"))("reads a program of this system (skipped where there is none)", async () => {
    const result = await read(readFileSync("/bin/ls"));
    expect(result.fields).toContainEqual(["importedLibrary", "libc.so.6"]);
    expect(result.fields.find(([name]) => name === "documentId")?.[1]).toMatch(/^[0-9a-f]{40}$/);
    expect(result.statuses).toEqual([]);
  });
});
