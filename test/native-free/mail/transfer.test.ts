/** Transfer encodings and what they are found by, against bytes of every kind. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { guessBoundary, splitMultipart } from "../../../native-free/mail/boundary.ts";
import { readCms } from "../../../native-free/mail/cms-content.ts";
import { joinFlowed } from "../../../native-free/mail/flowed-text.ts";
import { findInlineBlocks } from "../../../native-free/mail/inline-blocks.ts";
import { decodeTransfer, type TransferEncoding } from "../../../native-free/mail/transfer.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { uuencode, yenc } from "../../fixtures/mail-writers.ts";

function decode(text: string | Uint8Array, encoding: TransferEncoding): { bytes: Buffer; bad: number } {
  const source = new MemorySource(Buffer.from(text as string));
  const pieces: Uint8Array[] = [];
  try {
    for (const piece of decodeTransfer(source, 0, source.size, encoding)) pieces.push(piece.slice());
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    return { bytes: Buffer.concat(pieces), bad: Number(error.params["count"]) };
  }
  return { bytes: Buffer.concat(pieces), bad: 0 };
}

describe("transfer encodings", () => {
  it("give bytes back: base64, uuencode, yEnc", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        const base64 = Buffer.from(bytes)
          .toString("base64")
          .replaceAll(/(.{76})/g, "$1\r\n");
        expect(decode(base64, "base64")).toEqual({ bytes: Buffer.from(bytes), bad: 0 });
        expect(decode(uuencode("x", bytes), "uuencode")).toEqual({ bytes: Buffer.from(bytes), bad: 0 });
        expect(decode(yenc("x", bytes), "yenc")).toEqual({ bytes: Buffer.from(bytes), bad: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it("tell what is wrong and go on", () => {
    expect(decode("SGVs!bG8=", "base64")).toEqual({ bytes: Buffer.from("Hello"), bad: 1 });
    expect(decode("SGVsbG8", "base64")).toEqual({ bytes: Buffer.from("Hello"), bad: 0 });
    expect(decode("SGk=SGk=", "base64").bytes.toString()).toBe("HiHi");
    expect(decode("a=3Db =\r\nc \r\nd=ZZ=20\n", "quoted-printable")).toEqual({
      bytes: Buffer.from("a=b c\r\nd=ZZ \n"),
      bad: 1,
    });
    const broken = yenc("x", Buffer.from("abcdef"));
    broken[broken.indexOf("\r\n") + 3]! ^= 1;
    expect(decode(broken, "yenc").bad).toBe(1);
  });

  it("work over windows: 600 KB with a line end at every place", () => {
    const bytes = Buffer.alloc(450_000, "window ");
    const base64 = bytes.toString("base64").replaceAll(/(.{75})/g, "$1\n");
    expect(decode(base64, "base64").bytes.equals(bytes)).toBe(true);
    const quoted = bytes.toString().replaceAll(/(.{70})/g, "$1=\r\n");
    expect(decode(quoted, "quoted-printable").bytes.equals(bytes)).toBe(true);
  });
});

describe("files in texts", () => {
  it("are found between their lines, and are no prose", () => {
    const text = `words\nbegin 644 is a sentence\nand goes on\n${uuencode("a b.bin", Buffer.from("data"))}between\n`;
    const bytes = Buffer.concat([Buffer.from(text), yenc("c.bin", Buffer.from("more")), Buffer.from("end of text\n")]);
    const blocks = findInlineBlocks(bytes);
    expect(blocks.map(({ encoding, name, isWhole }) => [encoding, name, isWhole])).toEqual([
      ["uuencode", "a b.bin", true],
      ["yenc", "c.bin", true],
    ]);
    expect(findInlineBlocks(Buffer.from("begin 644 x\n$86)C\n"))).toMatchObject([{ isWhole: false }]);
  });
});

describe("multiparts", () => {
  const split = (text: string, boundary: string): ReturnType<typeof splitMultipart> => {
    const source = new MemorySource(Buffer.from(text));
    return splitMultipart(source, 0, source.size, boundary, 100);
  };

  it("are parted at whole lines only", () => {
    const text = "pre\r\n--b\r\none\r\n--bb\r\n--b \r\ntwo\r\n--b--\r\npost";
    const parts = split(text, "b")!;
    expect(parts.parts.map(({ start, end }) => text.slice(start, end))).toEqual(["one\r\n--bb", "two"]);
    expect([parts.preamble, parts.isClosed]).toEqual([{ start: 0, end: 3 }, true]);
    expect(text.slice(parts.epilogue!.start)).toBe("post");
    expect(split("--b\n\nx", "b")).toMatchObject({ isClosed: false, parts: [{ start: 4, end: 6 }] });
    expect(split("nothing", "b")).toBeNull();
  });

  it("are the same wherever a window ends", () => {
    for (const shift of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      const filling = "x".repeat((1 << 18) - 6 + shift);
      expect(split(`${filling}\n--b\none\n--b--\n`, "b")!.parts.length, `${shift}`).toBe(1);
    }
  });

  it("are guessed from lines before part headers", () => {
    const source = new MemorySource(Buffer.from("text\n--guess me\nContent-Type: text/plain\n\nx\n"));
    expect(guessBoundary(source, 0, source.size)).toBe("guess me");
  });
});

it("joins flowed lines, quotes and stuffing (RFC 3676)", () => {
  expect(joinFlowed("one \ntwo\n> a \n> b\n From\n-- \nsig", false)).toBe("one two\n> a b\nFrom\n-- \nsig");
  expect(joinFlowed("日 \n本", true)).toBe("日本");
});

it("reads what is inside of signed data, with definite and indefinite lengths", () => {
  const octets = Buffer.concat([Buffer.from([0x04, 5]), Buffer.from("hello")]);
  const wrap = (tag: number, ...parts: Uint8Array[]): Buffer => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag, body.length]), body]);
  };
  const open = (tag: number, ...parts: Uint8Array[]): Buffer =>
    Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.from([0, 0])]);
  const data = Buffer.from("06092a864886f70d010701", "hex");
  const signed = Buffer.from("06092a864886f70d010702", "hex");
  const version = Buffer.from([2, 1, 1]);
  for (const make of [wrap, open]) {
    const content = make(0x30, data, make(0xa0, make === open ? open(0x24, octets) : octets));
    const cms = make(0x30, signed, make(0xa0, make(0x30, version, wrap(0x31), content)));
    expect(Buffer.from(readCms(cms)!.content!).toString()).toBe("hello");
  }
  expect(readCms(wrap(0x30, Buffer.from("06092a864886f70d010703", "hex")))).toEqual({
    kind: "enveloped",
    content: null,
  });
  expect(readCms(Buffer.from("no DER"))).toBeNull();
});
