import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractStrings } from "../../../native-free/extractors/strings.ts";
import { randomOf } from "../../fixtures/evidence-folder.ts";
import { sourceOf } from "./gather.ts";

const noise = Uint8Array.of(0x90, 0x81, 0x11, 0x90, 0x81, 0x11, 0x9d);
const between = (...texts: Uint8Array[]): Uint8Array =>
  Buffer.concat([noise, ...texts.flatMap((text) => [text, noise])]);
const lines = (bytes: Uint8Array, limits = {}): string[] =>
  [...extractStrings(sourceOf(bytes), limits)].join("").split("\n").filter(Boolean);
const big = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

describe("strings", () => {
  it("finds ASCII, Latin-1, UTF-8 and UTF-16 of both orders at any parity", () => {
    const found = lines(
      between(
        Buffer.from("plain words"),
        Buffer.from("Stra\xdfe nach M\xfcnchen", "latin1"),
        Buffer.from("Αθήνα τώρα"),
        Buffer.from("wide little", "utf16le"),
        big("wide big Ωμέγα"),
        Buffer.from("x"),
        Buffer.from("odd Привет", "utf16le"),
      ),
    );
    expect(found.sort()).toEqual(
      ["plain words", "Straße nach München", "Αθήνα τώρα", "wide little", "wide big Ωμέγα", "odd Привет"].sort(),
    );
  });

  it("leaves short runs and noise alone", () => {
    expect(lines(between(Buffer.from("short"), Buffer.from("------------")))).toEqual([]);
    expect(lines(between(Buffer.from("short")), { minLength: 4 })).toEqual(["short"]);
  });

  it("finds the same runs in windows of any size, once each", () => {
    const piece = fc.oneof(
      fc.constantFrom("plain words", "another run of text", "x", "tiny").map((text) => Buffer.from(text)),
      fc.constantFrom("wide words here", "Привет всем").map((text) => Buffer.from(text, "utf16le")),
      fc.constantFrom("big endian text", "Привет всем", "\ufeffmarked", "łódź i Łódź", "Ελλάδα 7", "\n").map(big),
      fc.constantFrom("Ελλάδα και Κύπρος", "zażółć gęślą").map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 9 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }), (pieces, windowBytes) => {
        const bytes = Buffer.concat(pieces);
        expect(lines(bytes, { windowBytes }).sort()).toEqual(lines(bytes).sort());
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    "таможня q07",
    "τελωνείο q07",
    "łódźkie q07",
    "declaration q07",
    "الجمارك q07",
    "cafe\u0301haus q07",
    "\ufb01nanzamt q07",
  ])("reads %s right in UTF-16 of both orders, with and without a mark, between line ends", (text) => {
    for (const mark of ["", "\ufeff"]) {
      const little = Buffer.from(`${mark}${text}\n${text}\n`, "utf16le");
      for (const bytes of [little, Buffer.from(little).swap16()]) {
        const found = lines(Buffer.concat([noise, bytes, noise]));
        expect(found.filter((line) => line === text)).toHaveLength(2);
        expect(lines(bytes, { windowBytes: 7 })).toEqual(expect.arrayContaining([text, text]));
      }
    }
  });

  it.each(["сектор7", "протокол2019", "товары", "الفاتورة7", "τελωνείο7"])(
    "finds %s where it is all that there is",
    (text) => {
      expect(lines(Buffer.from(text, "utf16le"))).toContain(text);
      expect(lines(big(text))).toContain(text);
    },
  );

  it("tells text of one script in UTF-16 as it was written, seldom in the other order, and then beside it", () => {
    const random = randomOf(7);
    const upTo = (count: number): number => Math.floor(random() * count);
    const words = [
      "товар накладная таможня привет всем фирма счёт оплата Москва Киев Иванов договор поставка груз ТАМОЖНЯ".split(
        " ",
      ),
      "τελωνείο Ελλάδα Κύπρος τιμολόγιο αποστολή ΤΕΛΩΝΕΙΟ φορτίο Αθήνα".split(" "),
    ];
    const around = (): Uint8Array =>
      Buffer.from(Array.from({ length: upTo(4) }, () => [0, 0, 0x0a, 0x20, upTo(256)][upTo(5)]!));
    const told = { texts: 0, lost: 0, twice: 0 };
    while (told.texts < 3000) {
      const chosen = words[upTo(2)]!;
      const text = Array.from({ length: 1 + upTo(3) }, () => chosen[upTo(chosen.length)]).join(" ");
      if (text.length < 6) continue;
      const bytes = upTo(2) === 0 ? Buffer.from(text, "utf16le") : big(text);
      const found = lines(Buffer.concat([noise, around(), bytes, around(), noise]));
      told.texts += 1;
      if (!found.some((line) => line.includes(text))) told.lost += 1;
      if (found.length > 1) told.twice += 1;
    }
    expect(told.lost / told.texts).toBeLessThan(0.04);
    expect(told.twice / told.texts).toBeLessThan(0.25);
  });

  it("keeps memory flat on one endless run", () => {
    const found = lines(Buffer.from("abcdefghij".repeat(30_000)));
    expect(found.join("")).toHaveLength(300_000);
    expect(Math.max(...found.map((line) => line.length))).toBeLessThanOrEqual(65_536);
  });
});
