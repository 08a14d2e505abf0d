/** Messages as files, Apple's, pages in one file, cards and calendars; and the whole of the published mail. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { containerFor } from "../../../native-free/containers/index.ts";
import { extractorFor } from "../../../native-free/extractors/index.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { cpuMs } from "../../fixtures/cpu-time.ts";
import { codesOf, readWith, type ReadResult, sharedData, textUnder } from "../../fixtures/extraction-reader.ts";
import { packedBytes } from "../../fixtures/mail-writers.ts";
import { mailSeeds } from "../../fixtures/reader-seeds/mail.ts";

const seeds = new Map(await mailSeeds());

/** By the reader that typing chooses. */
async function read(bytes: Uint8Array, options = {}): Promise<ReadResult & { type: string }> {
  const { id } = await identify(new MemorySource(bytes));
  const reader = containerFor(id) ?? extractorFor(id);
  expect(reader, id).not.toBeNull();
  return { type: id, ...(await readWith(reader!, bytes, options)) };
}

const seed = (name: string): Promise<ReadResult & { type: string }> => read(seeds.get(name)!);
const mail = (head: string, body: string): Promise<ReadResult & { type: string }> =>
  read(Buffer.from(`From: a@b.c\nTo: d@e.f\nSubject: s\n${head}\n\n${body}`));

describe("a message", () => {
  it("says its header as fields, one for each value, and as text", async () => {
    const { type, fields, texts } = await seed("parts.eml");
    expect(type).toBe("eml");
    expect(fields).toMatchObject({
      from: ["Jürgen <j@example.org>"],
      to: ["Doe, Jane <jane@example.org>", "x@example.org", "y@example.org"],
      subject: ["Grüße"],
      sent: ["2024-01-01T10:00:00+01:00"],
      received: ["2024-01-01T10:00:05+01:00"],
      receivedChain: ["from one by two; Mon, 1 Jan 2024 10:00:05 +0100"],
      messageId: ["<1@example.org>"],
      attachment: ["naïve.bin"],
    });
    expect(texts[0]).toMatchObject({ label: "header" });
    expect(texts[0]!.text).toContain("Subject: Grüße\n");
  });

  it("keeps the order of stations, and fields of names of its own in the text", async () => {
    const result = await mail(
      "Received: c\nReceived: b\nX-Originating-IP: [192.0.2.1]\nX-Mailer: M\nX-Odd: strange\nImportance: high\nIn-Reply-To: <1@x>\nReferences: <0@x>\n <1@x>\nReply-To: r@b.c",
      "x",
    );
    expect(result.fields).toMatchObject({
      receivedChain: ["c", "b"],
      originatingAddress: ["192.0.2.1"],
      mailer: ["M"],
      importance: ["high"],
      inReplyTo: ["<1@x>"],
      references: ["<0@x>", "<1@x>"],
      replyTo: ["r@b.c"],
    });
    expect(textUnder(result, "header")).toContain("X-Odd: strange");
  });

  it("gives bodies as text and all other parts as children under their numbers", async () => {
    const result = await seed("parts.eml");
    expect(textUnder(result, null)).toBe("Zölle und Steuern sind da\n");
    expect(textUnder(result, "html").trim()).toBe("Zölle x");
    expect([textUnder(result, "preamble"), textUnder(result, "epilogue")]).toEqual(["Preamble\n", "Epilogue\n"]);
    const [file, message] = result.children;
    expect(file!.child).toMatchObject({
      key: "2",
      name: { text: "naïve.bin" },
      times: [{ kind: "m", value: "2024-01-02T00:00:00+00:00" }],
    });
    expect(file!.bytes.equals(packedBytes())).toBe(true);
    expect(message!.child.key).toBe("3");
    expect((await read(message!.bytes)).fields["subject"]).toEqual(["nested"]);
    expect([result.statuses, result.findings]).toEqual([[], []]);
  });

  it("takes files out of the text, and is known by its header where the body is binary", async () => {
    const result = await seed("encoded.eml");
    expect(result.children.map(({ child }) => child.name.text)).toEqual(["y.bin", "u.bin"]);
    for (const { bytes } of result.children) expect(bytes.equals(packedBytes())).toBe(true);
    expect(textUnder(result, null)).toBe("see:\n");
  });

  it.each([
    [
      "multipart/mixed; boundary=no",
      "text\n--yes\nContent-Type: text/plain\n\nin part\n--yes--\n",
      "in part",
      ["mail/no-boundary"],
      [],
    ],
    ["multipart/mixed", "just text\n", "just text", ["mail/no-boundary"], []],
    ["multipart/mixed; boundary=b", "--b\n\ncut", "cut", ["mail/unclosed"], ["partial:damaged"]],
    [
      "text/plain\nContent-Transfer-Encoding: base64",
      "SGVsb!G8=",
      "Hello",
      ["mail/transfer-damaged"],
      ["partial:damaged"],
    ],
    ["text/plain\nContent-Transfer-Encoding: spam", "as it stands", "as it stands", ["mail/transfer-unknown"], []],
    ["message/partial; number=2; total=3; id=x", "middle", "middle", ["mail/partial-message"], []],
    ["text/plain", "-----BEGIN PGP MESSAGE-----\n\nx", "BEGIN PGP", ["mail/encrypted"], ["partial:encrypted"]],
    [
      'multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b',
      "--b\nContent-Type: application/octet-stream\n\nx\n--b--\n",
      "",
      ["mail/encrypted"],
      ["partial:encrypted"],
    ],
    [
      "multipart/signed; protocol=application/pkcs7-signature; boundary=b",
      "--b\n\nsigned\n--b--\n",
      "signed",
      ["mail/signed"],
      [],
    ],
    [
      "message/external-body; access-type=ftp",
      "Content-Type: image/png\n",
      "image/png",
      ["mail/elsewhere"],
      ["partial:absent"],
    ],
    ["application/pkcs7-mime; smime-type=enveloped-data", "garbage", "", ["mail/encrypted"], ["partial:encrypted"]],
  ])("says what is wrong or special: %s", async (type, body, words, codes, statuses) => {
    const result = await mail(`Content-Type: ${type}`, body);
    expect(
      result.texts
        .filter(({ label }) => label !== "header")
        .map(({ text }) => text)
        .join(""),
    ).toContain(words);
    expect([codesOf(result.findings), result.statuses]).toEqual([codes, statuses]);
  });

  it("bounds depth and text", async () => {
    const deep = Array.from(
      { length: 80 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`,
    ).join("");
    const nested = await read(Buffer.from(`From: a@b.c\nTo: d@e.f\n${deep}`));
    expect(codesOf(nested.findings)).toContain("mail/too-many-parts");
    const long = await readWith(
      extractorFor("eml")!,
      Buffer.from(`From: a@b.c\nTo: d@e.f\n\n${"word ".repeat(1000)}`),
      { textLimitChars: 100 },
    );
    expect([codesOf(long.findings), long.statuses]).toEqual([["mail/text-limit"], ["partial:budget"]]);
  });
});

describe("messages of other programs", () => {
  it("EMLX: the message, its flags and its time", async () => {
    const { type, fields, findings, children } = await seed("apple.emlx");
    expect([type, codesOf(findings), children.length]).toEqual(["emlx", ["mail/deleted"], 2]);
    expect(fields["received"]).toEqual(["2024-01-01T10:00:05+01:00", "2024-01-01T09:00:05Z"]);
    const cut = await readWith(extractorFor("emlx")!, Buffer.from("900\nFrom: a@b.c\nTo: x@y.z\n\nbody"));
    expect([codesOf(cut.findings), cut.statuses]).toEqual([["mail/damaged"], ["partial:damaged"]]);
    const partial = await readWith(
      extractorFor("emlx")!,
      Buffer.from(
        "200\nFrom: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png; name=a.png\nX-Apple-Content-Length: 5000\n\n\n--b--\n",
      ),
    );
    expect(codesOf(partial.findings)).toContain("mail/elsewhere");
  });

  it("MHTML: every part with its address and the time of capture", async () => {
    const { type, fields, children } = await seed("page.mht");
    expect(type).toBe("webarchive-mht");
    expect(fields).toMatchObject({
      captured: ["2024-01-01T10:00:00Z"],
      url: ["https://example.org/page", "https://example.org/page", "https://example.org/a.png"],
    });
    expect(children.map(({ child, bytes }) => [child.name.text, child.times[0]?.value, bytes.length])).toEqual([
      ["example.org/page", "2024-01-01T10:00:00Z", 36],
      ["example.org/a.png", "2024-01-01T10:00:00Z", 8],
    ]);
  });

  it("address cards and calendars", async () => {
    const card = await seed("card.vcf");
    expect(card.fields).toMatchObject({
      title: ["Eva Müller"],
      phone: ["+32 2 555 01 02"],
      birthday: ["1980-02-29"],
      formatVersion: ["2.1"],
    });
    expect(textUnder(card, null)).toContain("N: Müller; Eva\n");
    expect(card.children.map(({ bytes }) => bytes.length)).toEqual([10]);
    const dates = await seed("dates.ics");
    expect(dates.fields).toMatchObject({
      subject: ["Meeting, dock 4"],
      starts: ["2024-01-31T10:00:00"],
      ends: ["2024-01-31T11:00:00Z"],
      from: ["Ann <ann@example.org>"],
      attendee: ["Bob, B. <bob@example.org>"],
      latitude: ["50.85"],
      longitude: ["4.35"],
    });
    expect(dates.children[0]!.bytes.toString()).toBe("hello");
    const cut = await read(Buffer.from("BEGIN:VCARD\nFN:Half a"));
    expect([codesOf(cut.findings), cut.statuses]).toEqual([["mail/card-unclosed"], ["partial:damaged"]]);
  });
});

const folder = new URL("../../../../shared/data/mail/mikel-mail/spec/fixtures/emails/", import.meta.url);

/** What upstream's own tests expect of some of them. */
const expected: readonly (readonly [path: string, field: string, values: readonly string[]])[] = [
  ["plain_emails/basic_email.eml", "subject", ["Testing 123"]],
  ["plain_emails/raw_email_reply.eml", "inReplyTo", ["<348F04F142D69C21-291E56D292BC@xxxx.net>"]],
  ["attachment_emails/attachment_nonascii_filename.eml", "attachment", ["ciële.txt"]],
  ["attachment_emails/attachment_with_quoted_filename.eml", "attachment", ["Eelanalüüsi päring.jpg"]],
  ["attachment_emails/attachment_with_unquoted_name.eml", "attachment", ["This is a test.txt"]],
  ["attachment_emails/attachment_only_email.eml", "attachment", ["blah.gz"]],
  ["multi_charset/japanese.eml", "subject", ["まみむめも"]],
  ["multi_charset/japanese_attachment.eml", "attachment", ["てすと.txt"]],
  ["multi_charset/japanese_iso_2022.eml", "to", ["みける <raasdnil@gmail.com>"]],
  [
    "mime_emails/raw_email_encoded_stack_level_too_deep.eml",
    "subject",
    ["Nicolas Fouché has accepted your invitation to Gmail"],
  ],
  ["rfc2822/example03.eml", "cc", ["boss@nil.test", 'Giant; "Big" Box <sysservices@example.net>']],
  ["error_emails/content_transfer_encoding_7-bit.eml", "subject", ["Discover(R) Card News Online - January 2002"]],
];

describe("published mail", () => {
  for (const [path, field, values] of expected) {
    it(`${path}: ${field}`, async (context) => {
      const bytes = sharedData(`mail/mikel-mail/spec/fixtures/emails/${path}`);
      if (!bytes) return context.skip("shared test data are absent");
      expect((await read(bytes)).fields[field]).toEqual(values);
      return undefined;
    });
  }

  it("is read in full, but for what is damaged in itself", async (context) => {
    if (!existsSync(folder)) return context.skip("shared test data are absent");
    const table: Record<string, string[]> = { read: [], partly: [], failed: [] };
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".eml")) continue;
      await sort(readFileSync(`${entry.parentPath}/${entry.name}`), entry.name, table);
    }
    expect(table["failed"]).toEqual([]);
    expect(table["partly"]!.sort()).toEqual([
      "content_transfer_encoding_with_semi_colon.eml partial:damaged",
      "raw_email4.eml partial:damaged",
    ]);
    expect(table["read"]!.length).toBeGreaterThanOrEqual(96);
    return undefined;
  });
});

/** A mailbox of one message counts as its message. */
async function sort(bytes: Uint8Array, name: string, table: Record<string, string[]>): Promise<void> {
  const result = await read(bytes);
  if (result.type === "mbox") return sort(result.children[0]!.bytes, name, table);
  const status = result.thrown ?? result.statuses[0];
  const isEmpty = result.texts.length === 0 && result.children.length === 0;
  if (status === undefined && !isEmpty) table["read"]!.push(name);
  else table[status === undefined || result.thrown ? "failed" : "partly"]!.push(`${name} ${status ?? "nothing"}`);
}

describe("input that is built to take long", () => {
  it.each([
    ["angle brackets", `To: ${"<".repeat(250_000)}`],
    ["quotes", `To: ${'"'.repeat(250_001)}x`],
    ["brackets", `Content-Type: text/plain ${"(".repeat(250_000)}`],
    ["encoded words", `Subject: ${"=?a?Q?".repeat(40_000)}`],
    ["openings", `X: y\n\n${"begin 644 x\nno\n".repeat(60_000)}`],
    ["separators", `X: y\n${"From a 10:00 2024\nA: b\n".repeat(20_000)}`],
  ])("%s", async (_name, text) => {
    const started = cpuMs();
    await readWith(extractorFor("eml")!, Buffer.from(`From: a@b.c\n${text}\n\nbody\n`));
    await readWith(containerFor("mbox")!, Buffer.from(`From a 10:00 2024\n${text}\n`));
    expect(cpuMs() - started).toBeLessThan(10_000);
  });
});
