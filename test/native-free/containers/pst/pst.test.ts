import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { pstContainer } from "../../../../native-free/containers/pst/container.ts";
import { mailExtractor } from "../../../../native-free/extractors/mail/extractor.ts";
import { isEvidenceError } from "../../../../native-free/model/errors.ts";
import type { Child, Extraction, Extractor } from "../../../../native-free/model/extraction.ts";
import { identify } from "../../../../native-free/typing/index.ts";
import { attachedText, makePst, type Variant } from "../../../fixtures/pst-writer.ts";

const context = { wholeLimitBytes: 64 << 20, textLimitChars: 4 << 20, passwords: [], beside: null };
const data = new URL("../../../../../shared/data/", import.meta.url);

interface Held {
  readonly child: Child;
  readonly bytes: Buffer;
  readonly error: string | null;
}

interface Said {
  readonly all: Extraction[];
  readonly held: Held[];
  readonly codes: string[];
}

async function read(bytes: Uint8Array, reader: Extractor = pstContainer): Promise<Said> {
  const said: Said = { all: [], held: [], codes: [] };
  for await (const found of reader.extract(new MemorySource(bytes), context)) {
    said.all.push(found);
    if (found.what === "finding") said.codes.push(found.finding.code);
    if (found.what === "child") said.held.push(await open(found.child));
  }
  return said;
}

async function open(child: Child): Promise<Held> {
  const pieces: Uint8Array[] = [];
  try {
    if ("open" in child.content) for await (const piece of child.content.open()) pieces.push(piece);
    return { child, bytes: Buffer.concat(pieces), error: null };
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return { child, bytes: Buffer.concat(pieces), error: error.code };
  }
}

const filesOf = (said: Said): Held[] => said.held.filter(({ child }) => child.kind === "file");
const named = (said: Said, name: string): Held => said.held.find(({ child }) => child.name.text === name)!;
const fieldsOf = (said: Said, name: string): string[] =>
  said.all.flatMap((found) => (found.what === "field" && found.name === name ? [found.value] : []));
const textOf = (said: Said): string => said.all.map((found) => (found.what === "text" ? found.text : "")).join("");
const codesOf = ({ child }: Held): string[] => child.findings.map(({ code }) => code);

const variants = ["32-bit", "64-bit", "64-bit-4k"] as const;
const cases = variants.flatMap((variant) =>
  ([0, 1, 2] as const).map((coding): [Variant, 0 | 1 | 2] => [variant, coding]),
);

describe.each(cases)("an Outlook data file of %s, coding %i", (variant, coding) => {
  const bytes = makePst({ variant, coding, client: "SM" });

  it("gives folders, items, unlisted and deleted ones", async () => {
    const said = await read(bytes);
    expect(said.held.map(({ child }) => [child.name.text, child.kind, child.origin])).toEqual([
      ["Inbox", "directory", "entry"],
      ["Inbox/Listed subject.eml", "file", "entry"],
      ["Inbox/Card.eml", "file", "entry"],
      ["Inbox/Unlisted subject.eml", "file", "embedded"],
      ["Inbox/Removed subject.eml", "file", "carved"],
    ]);
    expect(said.held.map(codesOf)).toEqual([
      [],
      ["pst/rendered"],
      ["pst/rendered"],
      ["pst/rendered", "pst/unlisted"],
      ["pst/rendered", "pst/recovered"],
    ]);
    expect(said.codes).toEqual(["pst/password"]);
    expect(said.all.filter(({ what }) => what === "status")).toEqual([]);
    expect(fieldsOf(said, "formatVersion")).toEqual([variant]);
    expect(fieldsOf(said, "folder")).toEqual(["Inbox"]);
    expect(said.held.every(({ error }) => error === null)).toBe(true);
  });

  it("writes messages that the mail reader reads", async () => {
    const listed = named(await read(bytes), "Inbox/Listed subject.eml");
    expect((await identify(new MemorySource(listed.bytes))).id).toBe("eml");
    const mail = await read(listed.bytes, mailExtractor);
    expect(fieldsOf(mail, "subject")).toEqual(["Listed subject"]);
    expect(fieldsOf(mail, "from")).toEqual(["Jürgen Sender <sender@example.org>"]);
    expect(fieldsOf(mail, "to")).toEqual(["Jane Doe <jane@example.org>"]);
    expect(fieldsOf(mail, "keywords")).toEqual(["red"]);
    expect(textOf(mail)).toContain("plain wombat");
    expect(mail.held.map(({ child }) => child.name.text)).toEqual(["notes.txt"]);
    expect(mail.held[0]!.bytes.toString()).toBe(attachedText);
  });

  it("dates the item by its properties", async () => {
    const { child } = named(await read(bytes), "Inbox/Listed subject.eml");
    expect(child.times).toEqual([
      { kind: "b", value: "2023-12-31T19:25:33.6212480Z", zone: "utc", source: "mapi-submit" },
    ]);
  });
});

describe("a damaged Outlook data file", () => {
  const bytes = makePst({ variant: "64-bit", coding: 1, client: "SM" });

  it("names a wrong checksum of the header", async () => {
    const changed = Buffer.from(bytes);
    changed[40]! ^= 1;
    expect((await read(changed)).codes).toContain("pst/header-checksum");
  });

  it("is read without its root pages", async () => {
    const changed = Buffer.from(bytes);
    changed.writeUInt32LE(0, 224);
    changed.writeUInt32LE(0, 240);
    const said = await read(changed);
    expect(filesOf(said).map(({ child }) => child.name.text)).toEqual(
      expect.arrayContaining(["Inbox/Listed subject.eml", "Inbox/Card.eml", "Inbox/Removed subject.eml"]),
    );
    expect(said.codes).toContain("pst/unreadable");
    expect(said.all).toContainEqual({ what: "status", status: "partial", reason: "damaged" });
  });

  it("says which checksums of blocks do not fit, and reads them", async () => {
    const changed = Buffer.from(bytes);
    // The first block begins behind the header: half of the attachment.
    changed[1024]! ^= 1;
    const said = await read(changed);
    const listed = named(said, "Inbox/Listed subject.eml");
    expect(listed.error).toBe("pst/damaged");
    const mail = await read(listed.bytes, mailExtractor);
    expect(mail.held[0]!.bytes.length).toBe(attachedText.length);
    expect(mail.held[0]!.bytes.toString()).not.toBe(attachedText);
  });

  it("counts pages whose checksums do not fit", async () => {
    const changed = Buffer.from(bytes);
    // Behind the entries of the root page of the tree of nodes.
    changed[changed.readUInt32LE(224) + 480]! ^= 1;
    const said = await read(changed);
    expect(said.all).toContainEqual(
      expect.objectContaining({
        finding: expect.objectContaining({ code: "pst/checksum", params: { pages: 1, blocks: 0 } }),
      }),
    );
    expect(filesOf(said).length).toBe(4);
  });

  it("is refused where the header says nothing", async () => {
    await expect(read(bytes.slice(0, 100))).rejects.toMatchObject({ code: "pst/damaged" });
    const changed = Buffer.from(bytes);
    changed.writeUInt16LE(99, 10);
    await expect(read(changed)).rejects.toMatchObject({ code: "pst/damaged", params: { problem: "version" } });
  });
});

const published = (path: string): URL => new URL(path, data);
const libpst = "mail/java-libpst/src/test/resources";
const iped = "artefacts/iped/iped-parsers/iped-parsers-impl/src/test/resources/test-files/test_sample.pst";
const hasData = existsSync(published(`${libpst}/dist-list.pst`));

// The published files lie beside the project; without them there is nothing to compare.
describe.skipIf(!hasData)("published Outlook data files (needs ../shared/data)", () => {
  it("gives the contact, the list and its members, and the appointment", async () => {
    const said = await read(readFileSync(published(`${libpst}/dist-list.pst`)));
    const names = filesOf(said).map(({ child }) => child.name.text);
    expect(names).toContain("Top of Personal Folders/Calendar/Test appointment.eml");
    expect(names).toContain("Top of Personal Folders/Contacts/contact name 1.eml");
    const list = await read(named(said, "Top of Personal Folders/Contacts/test dist list.eml").bytes, mailExtractor);
    expect(list.held[0]!.bytes.toString().split("\r\n")).toEqual([
      "contact name 1 <contact1@rjohnson.id.au>",
      "dist name 1 <dist1@rjohnson.id.au>",
      "dist name 2 <dist2@rjohnson.id.au>",
    ]);
  });

  it("reads a file with a password", async () => {
    const said = await read(readFileSync(published(`${libpst}/passworded.pst`)));
    expect(said.codes).toEqual(["pst/password"]);
    expect(filesOf(said).every(({ error }) => error === null)).toBe(true);
  });

  it("gives the items, attachments and bodies of a mailbox", async () => {
    const said = await read(readFileSync(published(iped)));
    const listed = filesOf(said).filter(({ child }) => child.origin === "entry");
    expect(listed.length).toBe(13);
    expect(said.codes).toEqual([]);
    const top = "Início de Pastas Particulares";
    const sent = named(said, `${top}/Itens Enviados/This is a test message with attachment!!!.eml`);
    const mail = await read(sent.bytes, mailExtractor);
    expect(mail.held.length).toBe(1);
    const contact = await read(named(said, `${top}/Contatos/Guilherme Andreúce Monteiro.eml`).bytes, mailExtractor);
    const card = contact.held.find(({ child }) => child.name.text.endsWith(".vcf"))!;
    expect((await identify(new MemorySource(card.bytes))).id).toBe("vcard");
    expect(card.bytes.toString()).toContain("FN:Sr. Guilherme Andreúce Monteiro");
  });
});
