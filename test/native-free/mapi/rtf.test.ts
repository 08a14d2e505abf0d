/** Compressed RTF and bodies in it: the examples of MS-OXRTFCP and MS-OXRTFEX. */
import { describe, expect, it } from "vitest";
import { unpackRtf } from "../../../native-free/mapi/compressed-rtf.ts";
import { readRtfBody } from "../../../native-free/mapi/rtf-body.ts";

const body = (rtf: string): ReturnType<typeof readRtfBody> => readRtfBody(Buffer.from(rtf, "latin1"));

describe("compressed RTF", () => {
  // MS-OXRTFCP 3.1 and 3.2.
  const simple = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0";
  const crossing = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0";

  it("unpacks the examples of the specification", () => {
    const one = unpackRtf(Buffer.from(simple, "hex"));
    expect(Buffer.from(one.bytes).toString()).toBe("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    expect([one.isChecksumRight, one.isCut]).toEqual([true, false]);
    expect(Buffer.from(unpackRtf(Buffer.from(crossing, "hex")).bytes).toString()).toBe("{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
  });

  it("tells a wrong sum and a cut, and refuses what is none", () => {
    const bytes = Buffer.from(simple, "hex");
    bytes[20]! ^= 1;
    expect(unpackRtf(bytes).isChecksumRight).toBe(false);
    expect(unpackRtf(Buffer.from(simple, "hex").subarray(0, 30)).isCut).toBe(true);
    expect(() => unpackRtf(Buffer.alloc(20))).toThrow();
    expect(() => unpackRtf(Buffer.alloc(3))).toThrow();
  });
});

describe("bodies", () => {
  it("gives encapsulated HTML back", () => {
    const html = body(
      String.raw`{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fmodern Courier New;}{\f1\fswiss\fcharset204 Arial;}}{\colortbl\red0\green0\blue0;}{\*\htmltag64}\uc1\pard\plain\deftab360 \f0\fs24{\*\htmltag19 <html>}{\*\htmltag58 <p>}\htmlrtf \par hidden\htmlrtf0 Note \f1\'c4\lquote x\rquote{\*\htmltag84 &nbsp;}{\*\mhtmltag4 <skip>}{\*\htmltag66 </p>}}`,
    );
    expect(html.kind).toBe("html");
    expect(html.text).toBe("<html><p>Note Д&lsquo;x&rsquo;&nbsp;</p>");
  });

  it("reads plain text: Unicode with stand-ins, code pages, destinations left out", () => {
    expect(
      body(
        String.raw`{\rtf1\ansi{\fonttbl{\f0 A;}}{\info{\title no}}{\*\generator no;}\uc1 a\u8364?b\'e9\par{\pict 0102}c\\\{d\~e}`,
      ).text,
    ).toBe("a€bé\nc\\{d\u00a0e");
  });

  it("joins characters of two bytes", () => {
    expect(body(String.raw`{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b}`).text).toBe("日本");
  });

  it("survives groups without end", () => {
    expect(body(`${"{".repeat(100_000)}x`).text).toBe("x");
    expect(body("}}}}x").text).toBe("x");
  });
});
