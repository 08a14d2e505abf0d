/** Values of header fields: addresses, dates, parameters, encoded words. */
import { describe, expect, it } from "vitest";
import { parseAddresses } from "../../../native-free/mail/addresses.ts";
import { decodeBody, headerDecoder } from "../../../native-free/mail/decode-text.ts";
import { parseHeader } from "../../../native-free/mail/header.ts";
import { mailDate } from "../../../native-free/mail/mail-date.ts";
import { parseParameters } from "../../../native-free/mail/parameters.ts";
import { transferEncodingOf } from "../../../native-free/mail/transfer.ts";

const latin1 = (text: string): string => Buffer.from(text).toString("latin1");
const decoder = await headerDecoder([]);

describe("addresses", () => {
  it.each([
    ["a@b.c", ["a@b.c"]],
    ['"Doe, Jane" <j@d.e>, x@y.z', ["Doe, Jane <j@d.e>", "x@y.z"]],
    ["Pete(A nice ) fellow) <p@s.test>", ["Pete(A nice ) fellow) <p@s.test>"]],
    ["jdoe@one.test (John Doe)", ["John Doe <jdoe@one.test>"]],
    ["A Group:Ed <e@x.y>,joe@w.z;, last@x.y", ["Ed <e@x.y>", "joe@w.z", "last@x.y"]],
    ["Undisclosed recipients:;", ["Undisclosed recipients:"]],
    ["<a @ b . c>", ["a@b.c"]],
    ["=?utf-8?Q?J=C3=BCrgen?= <j@x.y>", ["Jürgen <j@x.y>"]],
    ["not an address", ["not an address"]],
    ['"unclosed <a@b.c>', ["unclosed <a@b.c>"]],
    ["", []],
  ])("%s", (raw, expected) => {
    expect(parseAddresses(raw, decoder)).toEqual(expected);
  });
});

describe("dates", () => {
  it.each([
    ["Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"],
    ["21 Nov 97 09:55 GMT", "1997-11-21T09:55Z"],
    ["Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", null],
    ["Tue, 2 Jan 2001 03:04:05 -0000", "2001-01-02T03:04:05Z"],
    ["Tue, 2 Jan 2001 03:04:05 EST", "2001-01-02T03:04:05-05:00"],
    ["Tue Jan  2 03:04:05 2001", "2001-01-02T03:04:05"],
    ["Tue Jan 02 03:04:05 +0000 2001", "2001-01-02T03:04:05+00:00"],
    ["2024-02-29 10:00:00 +0100", "2024-02-29T10:00:00+01:00"],
    ["30 Feb 2024 10:00:00 +0000", null],
    ["Sat, 1 Jan 2000 25:00:00 +0000", null],
    ["yesterday", null],
  ])("%s", (raw, expected) => {
    expect(mailDate(raw)).toBe(expected);
  });
});

describe("parameters", () => {
  it.each([
    ["application/x; name*0*=utf-8''%C3%A9; name*1=t.txt", "ét.txt"],
    ["application/x; name*=iso-8859-1''%E9", "é"],
    ['application/x; name="=?utf-8?B?w6k=?="', "é"],
    ["application/x; name=two words.txt; charset=x", "two words.txt"],
    ['application/x; name="C:\\dir\\a.txt"', "C:\\dir\\a.txt"],
    ['application/x; name="a\\"b"', 'a"b'],
    ['application/x; name="open', "open"],
  ])("%s", (raw, expected) => {
    expect(parseParameters(raw, decoder)).toMatchObject({ value: "application/x" });
    expect(parseParameters(raw, decoder).params.get("name")).toBe(expected);
  });
});

describe("encoded words", () => {
  it.each([
    ["=?utf-8?Q?a_b?= =?utf-8?Q?c?= d", "a bc d"],
    [
      "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
      "If you can read this you understand the example.",
    ],
    ["=?no-such-charset?Q?=C3=A9?=", "é"],
    ["=?utf-8?X?a?=", "=?utf-8?X?a?="],
  ])("%s", (raw, expected) => {
    expect(decoder.words(raw)).toBe(expected);
  });

  it("joins a character that two words share", () => {
    expect(decoder.words("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=")).toBe("é");
  });

  it("reads raw bytes as UTF-8, else in the charset of the body, else in a likely one", async () => {
    expect((await headerDecoder([latin1("Grüße")])).words(latin1("Grüße"))).toBe("Grüße");
    const big5 = "\xa4\xa4\xa4\xe5";
    expect((await headerDecoder([big5, "text/plain; charset=big5"])).words(big5)).toBe("中文");
    expect((await headerDecoder(["Stra\xdfe der Gr\xfc\xdfe"])).words("Stra\xdfe")).toBe("Straße");
  });
});

describe("headers", () => {
  it("unfolds, skips a separator line, counts stray lines, ends at what is no field", () => {
    const header = parseHeader("From x\nA: 1\n  2\nstray\nB: 3\n\nbody", true)!;
    expect(header.fields.map(({ name, raw }) => [name, raw])).toEqual([
      ["A", "1  2"],
      ["B", "3"],
    ]);
    expect([header.strayLines, header.bodyAt]).toEqual([1, 28]);
    expect(parseHeader("A: 1\nno header here\nand more text\n", true)).toMatchObject({ bodyAt: 5, strayLines: 0 });
    expect(parseHeader("A: 1\rB: 2\r\rbody", true)!.fields.length).toBe(2);
    expect(parseHeader("A: 1\n", false)).toBeNull();
  });
});

describe("bodies", () => {
  it("believes a label unless the bytes are UTF-8 beyond ASCII", async () => {
    expect((await decodeBody(Buffer.from("Zölle"), "iso-8859-1")).text).toBe("Zölle");
    expect((await decodeBody(Buffer.from("Z\xf6lle", "latin1"), "iso-8859-1")).text).toBe("Zölle");
    expect((await decodeBody(Buffer.from("Z\xf6lle", "latin1"), "utf-8")).invalid).toBe(1);
    expect((await decodeBody(Buffer.from("\x82\xa0", "latin1"), "shift_jis")).text).toBe("あ");
    expect((await decodeBody(Buffer.from("+AOk-"), "utf-7")).text).toBe("é");
  });

  it.each([
    ["base64", "base64"],
    ["Quoted-Printable ", "quoted-printable"],
    ["7-bit", "identity"],
    ["8bit; x=y", "identity"],
    ["x-uuencode", "uuencode"],
    [null, "identity"],
    ["spam", null],
  ])("transfer encoding %s", (raw, expected) => {
    expect(transferEncodingOf(raw)).toBe(expected);
  });
});
