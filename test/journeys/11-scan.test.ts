/**
 * An officer looks for a container number on a stick without a case: it stands in a letter that was deleted, in what a file does not use of
 * its last cluster, and in the attachment of a mail. Pictures are carved out of free space, terms of a watch-list found.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeJpeg } from "../fixtures/carving/jpeg-writer.ts";
import { jsonLines, vestige, type CommandResult } from "../fixtures/command.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";
import { FatVolumeWriter } from "../fixtures/filesystems/fat-volume.ts";
import { putEntry } from "../fixtures/volumes/partition-tables.ts";
import { zip } from "../fixtures/zip-writer.ts";

const base = freshFolder("scan");
const precursors = fileURLToPath(new URL("../../lists/drug-precursors.txt", import.meta.url));
const at = (name: string): string => join(base, name);
const firstSector = 64;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const said = "Please release container CSQU3054383 before Friday.";
const prose = Array.from({ length: 60 }, (_, line) => `Line ${line} of a letter about crates and pallets.`).join("\n");
const docx = zip([
  {
    name: "[Content_Types].xml",
    data: '<?xml version="1.0"?><Types xmlns="urn:types"><Default Extension="xml"/></Types>',
  },
  { name: "_rels/.rels", data: '<?xml version="1.0"?><Relationships xmlns="urn:relationships"></Relationships>' },
  { name: "word/document.xml", data: `<?xml version="1.0"?><document><p>${prose}</p><p>${said}</p></document>` },
]);
const attachment = Buffer.from(`${prose}\n${said}\n`).toString("base64").replaceAll(/.{76}/g, "$&\r\n");
const mail = [
  ...["From: a@example.org", "To: b@example.org", "Subject: goods", "MIME-Version: 1.0"],
  ...["Content-Type: text/plain", "Content-Transfer-Encoding: base64", "", attachment, ""],
].join("\r\n");
const known = writeJpeg({ seed: 3 });
const lost = writeJpeg({ seed: 8 });

const clusterBytes = 2048;

/** A boot record and a FAT16 volume. */
function disk(): Buffer {
  const volume = new FatVolumeWriter({ bits: 16, clusterSectors: clusterBytes / 512 }, [
    { short: "REPORT.TXT", data: Buffer.from("All is well in the harbour.") },
    { short: "GONE~1.DOC", long: "gone.docx", data: docx, deleted: true },
    { short: "MAIL", children: [{ short: "MAIL.EML", data: Buffer.from(mail) }] },
    { short: "PHOTO.JPG", data: known },
    { short: "ORDER.TXT", data: Buffer.from("Send 200 kg, CAS 103-79-7, to the usual place.") },
  ]);
  const report = volume.place(volume.first.get("/REPORT.TXT") ?? 0);
  volume.bytes.set(Buffer.from(said, "utf16le"), report + 700);
  volume.bytes.set(known, volume.place(3000));
  volume.bytes.set(lost, volume.place(3200));
  const medium = Buffer.alloc(firstSector * 512 + volume.bytes.length);
  volume.bytes.copy(medium, firstSector * 512);
  putEntry(medium, 0, { index: 0, type: 6, first: firstSector, count: volume.bytes.length / 512 });
  return medium;
}

const scan = (...args: string[]): Promise<CommandResult> => vestige(["scan", ...args], { home: base, cwd: base });

type Line = Record<string, unknown>;
const events = (result: CommandResult, event: string): Line[] =>
  jsonLines(result).filter((line) => line.event === event);
const containers = (result: CommandResult): Line[] =>
  events(result, "feature").filter(({ kind }) => kind === "container");
const cells = (row: string): string => `"${row.replaceAll(",", '","')}"`;
const rowsOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\r\n");

let all: CommandResult;

beforeAll(async () => {
  writeFileSync(at("stick.dd"), disk());
  mkdirSync(at("tmp"));
  all = await scan("stick.dd", "--json", "--to", "found", "--list", precursors, "--temporary", "tmp");
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a container number", () => {
  it("is found three times, with the way to each", () => {
    expect(all.exit, all.stderr).toBe(0);
    const hits = containers(all);
    expect(hits.map(({ path }) => String(path)).sort()).toEqual([
      expect.stringMatching(/^p1\/fat:\/MAIL\/MAIL\.EML!\/base64@\d+$/),
      "p1/fat:/REPORT.TXT#slack",
      expect.stringMatching(/^p1\/fat:\/gone\.docx#\d+!\/zip@\d+\/word\/document\.xml$/),
    ]);
    for (const hit of hits) {
      expect(hit).toMatchObject({
        quality: "valid",
        context: expect.stringContaining("release container CSQU3054383"),
      });
      expect(hit.value).toBe("CSQU3054383");
    }
    expect(hits.map(({ encoding }) => String(encoding)).sort()).toEqual(["ascii", "ascii", "utf-16le"]);
  });

  it("is told with the place of the exhibit at which it, or what holds it, begins", () => {
    const medium = disk();
    const places = new Map(containers(all).map(({ path, exhibit, offset }) => [String(path), { exhibit, offset }]));
    for (const [path, { exhibit, offset }] of places) {
      const place = Number(exhibit);
      if (path.endsWith("#slack")) {
        expect(medium.toString("utf16le", place, place + 22)).toBe("CSQU3054383");
        expect(offset).toBe(700 - 27 + 2 * said.indexOf("CSQU"));
      } else if (path.includes("base64")) {
        expect(medium.toString("latin1", place, place + 20)).toBe(attachment.slice(0, 20));
      } else expect(medium.toString("latin1", place, place + 4)).toBe("PK\u0003\u0004");
    }
  });

  it("is written into the tables", () => {
    const rows = rowsOf(at("found/features.csv"));
    expect(rows[0]).toBe(cells("kind,value,quality,path,offset,length,encoding,exhibit,context"));
    expect(rows.filter((row) => row.startsWith(cells("container,CSQU3054383,valid")))).toHaveLength(3);
    expect(rows).toHaveLength(1 + events(all, "feature").length);
    expect(rowsOf(at("found/histogram.csv"))).toContain(cells("container,CSQU3054383,valid,3"));
  });
});

describe("files in free space", () => {
  it("are carved; one that the file system knows is linked and not written", () => {
    const files = events(all, "file");
    const jpegs = files.filter(({ kind }) => kind === "jpeg");
    expect(jpegs).toMatchObject([
      { verdict: "complete", length: known.length, sha256: sha256(known), sameAs: "p1/fat:/PHOTO.JPG", file: null },
      { verdict: "complete", length: lost.length, sha256: sha256(lost), sameAs: null },
    ]);
    expect(readdirSync(at("found/carved/jpeg"))).toHaveLength(1);
    const written = readFileSync(at(`found/${String(jpegs[1]?.file)}`));
    expect(Buffer.compare(written, lost)).toBe(0);
    expect(written.equals(disk().subarray(Number(jpegs[1]?.exhibit), Number(jpegs[1]?.exhibit) + lost.length))).toBe(
      true,
    );
    const linked = files.filter(({ kind }) => kind === "docx");
    expect(linked).toMatchObject([{ verdict: "complete", sameAs: expect.stringMatching(/gone\.docx#\d+$/) }]);
    expect(rowsOf(at("found/carved.csv"))).toHaveLength(1 + files.length);
  });
});

describe("a watch-list", () => {
  it("finds a substance by its number", () => {
    const terms = events(all, "term");
    expect(terms).toContainEqual(
      expect.objectContaining({ list: "drug-precursors", rule: "code", text: "103-79-7", path: "p1/fat:/ORDER.TXT" }),
    );
    expect(rowsOf(at("found/terms.csv"))).toHaveLength(1 + terms.length);
  });
});

describe("what is told", () => {
  it("has schema and event on each line, and the sums on the last", () => {
    const lines = jsonLines(all);
    for (const { schema, event } of lines.slice(0, -1)) {
      expect(`${String(schema)} ${String(event)}`).toMatch(
        /^vestige\.(scan\/1 (feature|term|file)|progress\/1 progress)$/,
      );
    }
    const count = (event: string): number => events(all, event).length;
    expect(lines.at(-1)).toMatchObject({
      schema: expect.any(String),
      ...{ event: "summary", exit: 0 },
      counts: { files: count("file"), features: count("feature"), terms: count("term"), lost: 0, failed: 0 },
    });
  });

  it("leaves nothing in the temporary folder", () => {
    expect(readdirSync(at("tmp"))).toEqual([]);
  });

  it("is the same with one thread", async () => {
    const one = await scan("stick.dd", "--json", "--workers", "1", "--list", precursors);
    const without = (result: CommandResult): Line[] =>
      jsonLines(result).flatMap((line) => (line.event === "progress" ? [] : [{ ...line, file: null }]));
    expect(without(one)).toEqual(without(all));
  });

  it("is for people without --json", async () => {
    const result = await scan("stick.dd", "--features", "container", "--files", "jpeg");
    expect(result.exit, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/CSQU3054383 {2}×3/);
    expect(result.stdout).toMatch(/JPEG picture +2 +0 +0/);
    expect(result.stderr).toMatch(/1 carved file is the same/);
  });

  it("can be less: below a path, in free space only, of the medium as it is", async () => {
    const only = ["--json", "--features", "container", "--files", "jpeg"];
    const below = await scan("stick.dd", ...only, "--at", "p1/fat:/MAIL");
    expect(containers(below).map(({ path }) => path)).toEqual([expect.stringMatching(/MAIL\.EML!\/base64@\d+$/)]);
    const space = await scan("stick.dd", ...only, "--scope", "space");
    expect(containers(space).map(({ path }) => path)).toEqual([
      "p1/fat:/REPORT.TXT#slack",
      expect.stringMatching(/^p1\/fat:\/#unallocated@0!\/zip@\d+\/word\/document\.xml$/),
    ]);
    const whole = await scan("stick.dd", ...only, "--scope", "whole");
    expect(containers(whole)).toHaveLength(3);
    expect(events(whole, "file")).toHaveLength(3);
  });
});

describe("a folder", () => {
  it("is scanned file by file, and links are not followed", async () => {
    mkdirSync(at("folder/below"), { recursive: true });
    writeFileSync(at("folder/below/gone.docx"), docx);
    writeFileSync(at("folder/mail.eml"), mail);
    symlinkSync(at("folder/mail.eml"), at("folder/link.eml"));
    const result = await scan("folder", "--json", "--features", "container");
    expect(containers(result).map(({ path }) => path)).toEqual([
      expect.stringMatching(/^folder\/mail\.eml!\/base64@\d+$/),
      expect.stringMatching(/^folder\/below\/gone\.docx!\/zip@\d+\/word\/document\.xml$/),
    ]);
  });
});

describe("what cannot be done", () => {
  it.each([
    ["nothing to look for", ["stick.dd", "--features", "none", "--files", "none"], /nothing is looked for/],
    ["a kind of file that there is not", ["stick.dd", "--files", "jpeg,pictures"], /no kind "pictures"/],
    ["an identifier that there is not", ["stick.dd", "--features", "crates"], /no kind "crates"/],
  ])("is said in one sentence: %s", async (_, args, sentence) => {
    const result = await scan(...args);
    expect([result.exit, result.stdout]).toEqual([2, ""]);
    expect(result.stderr.trimEnd()).toMatch(sentence);
    expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("--list-kinds", () => {
  it("names what can be carved and found", async () => {
    const result = await scan("--list-kinds", "--json");
    expect(result.exit, result.stderr).toBe(0);
    const kinds = events(result, "kind");
    expect(kinds).toContainEqual(expect.objectContaining({ of: "file", id: "jpeg", extension: "jpg" }));
    expect(kinds).toContainEqual(expect.objectContaining({ of: "feature", id: "container" }));
    expect(kinds.filter(({ of: what }) => what === "file").length).toBeGreaterThanOrEqual(60);
    expect(jsonLines(result).at(-1)).toMatchObject({ event: "summary", exit: 0 });
  });
});
