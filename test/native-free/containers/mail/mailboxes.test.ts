/** Mailboxes: MBOX in its dialects, Outlook Express, Outlook messages and winmail.dat. */
import { describe, expect, it } from "vitest";
import { type ByteSource, MemorySource } from "../../../../native-free/bytes/byte-source.ts";
import { dbxContainer } from "../../../../native-free/containers/dbx/container.ts";
import { mboxContainer } from "../../../../native-free/containers/mbox/container.ts";
import { msgContainer } from "../../../../native-free/containers/msg/container.ts";
import { tnefContainer } from "../../../../native-free/containers/tnef/container.ts";
import { codesOf, readWith, sharedData, textUnder } from "../../../fixtures/extraction-reader.ts";
import { sampleDbx, sampleMsg, sampleTnef } from "../../../fixtures/mail-writers.ts";

const head = (subject: string, more = ""): string => `From: a@b.c\nTo: d@e.f\nSubject: ${subject}\n${more}\n`;
const line = "From a@b.c Mon Jan  1 10:00:05 2024\n";
const bodiesOf = async (box: string): Promise<string[]> =>
  (await readWith(mboxContainer, Buffer.from(box))).children.map(({ bytes }) =>
    bytes.toString().replace(/^[\s\S]*?\n\n/, ""),
  );

describe("MBOX", () => {
  it("parts messages at separators and gives quoted lines back their form", async () => {
    const box = `${line}${head("one")}>From here\n>>From there\nFrom now on words go on\n\n${line}${head("two")}last\n`;
    const { children, fields } = await readWith(mboxContainer, Buffer.from(box));
    expect(fields["formatVersion"]).toEqual(["mboxrd"]);
    expect(await bodiesOf(box)).toEqual(["From here\n>From there\nFrom now on words go on\n", "last\n"]);
    expect(children.map(({ child }) => child.key)).toEqual(["0", String(box.lastIndexOf(line))]);
    expect(children[0]!.child.findings).toMatchObject([{ code: "mail/from-unquoted", params: { lines: 2 } }]);
    expect(children[0]!.child.times).toEqual([
      { kind: "b", value: "2024-01-01T10:00:05", zone: "local-unknown", source: "mbox-from" },
    ]);
  });

  it.each([
    ["mbox", `${line}${head("x")}plain\n`],
    ["mboxo or mboxrd", `${line}${head("x")}>From once\n`],
    ["mboxcl or mboxcl2", `${line}${head("x", "Content-Length: 6\n")}plain\n`],
    ["mboxcl", `${line}${head("x", "Content-Length: 11\n")}>From once\n`],
    [
      "mboxcl2",
      `${line}${head("x", `Content-Length: ${line.length + 13}\n`)}${line}Not: a field\n\n${line}${head("y")}z\n`,
    ],
  ])("tells %s", async (name, box) => {
    expect((await readWith(mboxContainer, Buffer.from(box))).fields["formatVersion"]).toEqual([name]);
  });

  it("believes a length only where it leads to a separator or the end", async () => {
    const wrong = `${line}${head("x", "Content-Length: 3\n")}longer body\n\n${line}${head("y")}z\n`;
    const { findings } = await readWith(mboxContainer, Buffer.from(wrong));
    expect(codesOf(findings)).toEqual(["mail/content-length"]);
    expect(await bodiesOf(wrong)).toEqual(["longer body\n", "z\n"]);
    const unquoted = `${line}${head("x", `Content-Length: ${line.length + 13}\n`)}${line}Not: a field\n\n${line}${head("y")}z\n`;
    expect(await bodiesOf(unquoted)).toEqual([`${line}Not: a field\n`, "z\n"]);
  });

  it("marks what the program had deleted", async () => {
    const box = `${line}${head("x", "X-Mozilla-Status: 0009\n")}a\n\n${line}${head("y", "X-Status: D\n")}b\n\n${line}${head("z", "X-Mozilla-Status: 0001\n")}c\n`;
    const { children } = await readWith(mboxContainer, Buffer.from(box));
    expect(children.map(({ child }) => child.findings.map(({ params }) => params["source"]))).toEqual([
      ["X-Mozilla-Status"],
      ["X-Status"],
      [],
    ]);
  });

  it("finds each separator wherever a window ends", async () => {
    for (const shift of [0, 1, 3, 5, 9, 20, 36, 40]) {
      const filling = "y".repeat((1 << 20) - line.length - head("x").length - 2 + shift - 20);
      const box = `${line}${head("x")}${filling}\n\n${line}${head("two")}end\n`;
      expect((await bodiesOf(box)).at(-1), `${shift}`).toBe("end\n");
    }
  });

  it("streams: whatever the size, no read is larger than two windows", async () => {
    // The same message over and over, made when it is asked for.
    const one = Buffer.from(`${line}${head("many")}${"x".repeat(3 << 20)}\n\n`);
    const copies = 24;
    let largest = 0;
    const source: ByteSource = {
      size: one.length * copies,
      readInto(target, at) {
        largest = Math.max(largest, target.length);
        const count = Math.max(0, Math.min(target.length, this.size - at));
        for (let done = 0; done < count;) {
          const from = (at + done) % one.length;
          done += one.copy(target, done, from, Math.min(one.length, from + count - done));
        }
        return count;
      },
      runsIn: () => [],
    };
    let children = 0;
    for await (const found of mboxContainer.extract(source, {
      wholeLimitBytes: 1 << 20,
      textLimitChars: 1 << 20,
      passwords: [],
      beside: null,
    })) {
      if (found.what === "child") children += 1;
    }
    expect(children).toBe(copies);
    expect(largest).toBeLessThanOrEqual(2 << 20);
  });

  it("refuses what has no message", async () => {
    expect((await readWith(mboxContainer, Buffer.from("no mailbox"))).thrown).toBe("mail/damaged");
  });
});

describe("Outlook Express", () => {
  const live = `${head("live")}${"live words ".repeat(80)}`;
  const gone = `${head("gone")}${"gone words ".repeat(80)}`;

  it("gives messages of the index, and deleted ones put together from their pieces", async () => {
    const { children, findings, texts } = await readWith(dbxContainer, sampleDbx(live, gone));
    expect(findings).toEqual([]);
    expect(texts).toEqual([{ text: "live subject\n", label: "message 10040" }]);
    expect(children[0]!.bytes.toString()).toBe(live);
    const [, recovered] = children;
    expect(recovered!.child).toMatchObject({
      origin: "carved",
      findings: [{ code: "mail/recovered", params: { pieces: 2 } }],
    });
    // Four bytes of each piece hold the list of free segments.
    const lost = `????${gone.slice(4, 0x200)}????${gone.slice(0x204)}`;
    expect(recovered!.bytes.toString()).toBe(lost);
  });

  it("tells broken chains and trees that lead nowhere", async () => {
    const bytes = sampleDbx(live, gone);
    bytes[0x2800 + 12] = 0x44;
    const { children } = await readWith(dbxContainer, bytes);
    expect([children[0]!.ended, children[0]!.child.findings[0]!.code]).toEqual(["mail/damaged", "mail/damaged"]);
    const lost = sampleDbx(live, gone);
    lost[0x24bc] = 0;
    const result = await readWith(dbxContainer, lost);
    expect(codesOf(result.findings)).toEqual(["mail/damaged", "mail/index-differs"]);
    // Without the index its message is found by its pieces.
    expect(result.children[0]!.bytes.toString()).toBe(live);
  });

  it("reads a real folder: 28 messages", async (context) => {
    const bytes = sharedData(
      "artefacts/iped/iped-parsers/iped-parsers-impl/src/test/resources/test-files/test_OutlookDBX.dbx",
    );
    if (!bytes) return context.skip("shared test data are absent");
    const { children, findings, statuses } = await readWith(dbxContainer, bytes);
    expect([children.length, findings, statuses]).toEqual([28, [], []]);
    for (const { bytes: message } of children)
      expect(message.toString("latin1")).toMatch(/^(From|Return-Path|Received|Delivered-To|MIME-Version|Message-ID)/i);
    return undefined;
  });
});

describe("Outlook messages", () => {
  it("gives fields, named properties, recipients, bodies and attachments", async () => {
    const { fields, texts, children, statuses } = await readWith(msgContainer, sampleMsg());
    expect(statuses).toEqual([]);
    expect(fields).toMatchObject({
      from: ["Ann <ann@example.org>"],
      subject: ["Crème"],
      cc: ["Bob <bob@example.org>"],
      location: ["Dock 4"],
      importance: ["high"],
      originatingAddress: ["192.0.2.7"],
      attachment: ["näme.txt", "inner"],
    });
    expect(textUnder({ texts } as never, "html")).toBe("Α€€x\n");
    expect(textUnder({ texts } as never, "header")).toContain("X-Odd: strange");
    expect(children[0]!.bytes.toString()).toBe("attached words");
    const inner = await readWith(msgContainer, children[1]!.bytes);
    expect(inner.fields).toMatchObject({ subject: ["inner subject"], location: ["Room 7"] });
    expect(codesOf(children[1]!.child.findings)).toEqual(["mail/rebuilt"]);
  });

  const published = [
    {
      name: "unicode.msg",
      subject: "Test for TIF files",
      attachments: ["import OleFileIO.tif", "raised value error.tif"],
      words: "This is a test email to experiment with the MS Outlook MSG Extractor",
    },
    {
      name: "strangeDate.msg",
      subject: "MSG Test File",
      attachments: undefined,
      words: "Purpose: Provide example of this file type",
    },
  ];
  for (const { name, subject, attachments, words } of published) {
    it(`reads what upstream expects of ${name}`, async (context) => {
      const bytes = sharedData(`documents/msg-extractor/example-msg-files/${name}`);
      if (!bytes) return context.skip("shared test data are absent");
      const result = await readWith(msgContainer, bytes);
      const { subject: subjects, attachment } = result.fields;
      expect([subjects, attachment, result.statuses]).toEqual([[subject], attachments, []]);
      expect(textUnder(result, null)).toContain(words);
      for (const { child, bytes: own } of result.children) {
        const truth = sharedData(
          `documents/msg-extractor/example-msg-files/expected-outputs/2013-11-18_0026 Test for TIF files/${child.name.text}`,
        );
        expect(truth !== null && own.equals(truth), child.name.text).toBe(true);
      }
      return undefined;
    });
  }
});

describe("winmail.dat", () => {
  it("gives fields, recipients and attachments", async () => {
    const { fields, texts, children, findings } = await readWith(tnefContainer, sampleTnef());
    expect(findings).toEqual([]);
    expect(fields).toMatchObject({
      subject: ["TNEF subject"],
      to: ["Carol <carol@example.org>"],
      attachment: ["long name.txt"],
      importance: ["low"],
    });
    expect(textUnder({ texts } as never, null)).toBe("words of the body\n");
    expect(children[0]!.bytes.toString()).toBe("attached in TNEF");
    expect(children[0]!.child.times).toMatchObject([{ kind: "m", value: "2020-02-29T12:30:15" }]);
  });

  it("tells wrong sums and ends that are cut", async () => {
    const bytes = sampleTnef();
    const cut = await readWith(tnefContainer, bytes.subarray(0, bytes.length - 20));
    expect([codesOf(cut.findings), cut.statuses]).toEqual([["mail/damaged"], ["partial:damaged"]]);
    bytes[20]! ^= 1;
    expect((await readWith(tnefContainer, bytes)).findings).toMatchObject([{ params: { problem: "checksum" } }]);
    expect((await readWith(tnefContainer, new MemorySource(Buffer.alloc(40)).bytes)).thrown).toBe("mail/damaged");
  });
});
