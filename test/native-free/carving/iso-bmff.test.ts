import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { CarveWindow } from "../../../native-free/carving/carve-window.ts";
import { boxesFill, brandsAt, findBox, outerBoxes, walkBoxes } from "../../../native-free/carving/iso-bmff.ts";
import { box } from "../../fixtures/carving/iso-picture-writer.ts";

const windowOf = (bytes: Uint8Array): CarveWindow => new CarveWindow(new MemorySource(bytes));
const ftyp = box("ftyp", Buffer.from("heic\0\0\0\0mif1heic"));

describe("boxes", () => {
  it("follow each other to the end of what they fill", () => {
    const bytes = Buffer.concat([ftyp, box("free"), box("mdat", Buffer.alloc(50))]);
    const window = windowOf(bytes);
    const boxes = [...walkBoxes(window, 0, bytes.length)];
    expect(boxes.map(({ type, at, bodyAt, end }) => [type, at, bodyAt, end])).toEqual([
      ["ftyp", 0, 8, 24],
      ["free", 24, 32, 32],
      ["mdat", 32, 40, 90],
    ]);
    expect(boxesFill(window, 0, bytes.length)).toBe(true);
    expect(boxesFill(window, 0, bytes.length - 1)).toBe(false);
    expect(findBox(window, 0, bytes.length, "mdat")?.at).toBe(32);
    expect(findBox(window, 0, bytes.length, "moov")).toBeNull();
  });

  it("may have a long length, none, or one beyond the end", () => {
    const long = Buffer.from("000000016d64617400000000000000180011223344556677", "hex");
    expect([...walkBoxes(windowOf(long), 0, 24)]).toEqual([
      { type: "mdat", at: 0, bodyAt: 16, end: 24, whole: true, open: false },
    ]);
    const open = Buffer.from("000000006d6461740011", "hex");
    expect([...walkBoxes(windowOf(open), 0, 10)]).toMatchObject([{ end: 10, open: true }]);
    expect([...walkBoxes(windowOf(long), 0, 20)]).toMatchObject([{ end: 24, whole: false }]);
  });

  it("are none with a length below that of the header, or with a type that is no text", () => {
    for (const hex of [
      "000000076d646174",
      "000000086d640074",
      "000000016d6461740000000000000008",
      "00000001 6d646174ffffffffffffffff",
    ]) {
      const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
      expect([...walkBoxes(windowOf(bytes), 0, bytes.length)]).toEqual([]);
    }
  });

  it("end a file where a type is not one of the outer ones, or another file begins", () => {
    const bytes = Buffer.concat([ftyp, box("mdat", Buffer.alloc(4)), ftyp, box("abcd")]);
    expect([...outerBoxes(windowOf(bytes), 0, bytes.length)].map(({ type }) => type)).toEqual(["ftyp", "mdat"]);
    const strange = Buffer.concat([ftyp, box("abcd")]);
    expect([...outerBoxes(windowOf(strange), 0, strange.length)].at(-1)?.end).toBe(ftyp.length);
  });

  it("say the brands of a file, the major one first", () => {
    expect(brandsAt(windowOf(ftyp), 0, ftyp.length)?.all).toEqual(["heic", "mif1", "heic"]);
    expect(brandsAt(windowOf(box("free", Buffer.alloc(16))), 0, 24)).toBeNull();
  });

  it("come in order and inside of the stretch, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const bytes = Buffer.concat([ftyp, noise]);
        let last = 0;
        for (const one of walkBoxes(windowOf(bytes), 0, bytes.length)) {
          expect(one.at).toBe(last);
          expect(one.end).toBeGreaterThan(one.at);
          if (!one.whole) return;
          last = one.end;
        }
        expect(last).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
