import { describe, expect, it } from "vitest";
import { wDigit } from "../../../../native-free/entities/checks/w-function.ts";
import { containerRecogniser } from "../../../../native-free/entities/transport/container.ts";
import { hitsOf, itFinds } from "../hits-of.ts";

const all = [containerRecogniser];
const good = "container CSQU3054383 valid";

describe("containers with words of the trade", () => {
  itFinds(all, [
    ["Container CSQU3054383 on board", good],
    ["cntr no. CSQU 305438 3", good],
    ["conteneur: CSQU-305438-3;", good],
    ["Kontener CSQU 305438-3", good],
    ["container csqu3054383", good],
    ["B/L and CSQU3054383", good],
    ["(\u201cCSQU3054383\u201d, Container)", good],
    ["container_CSQU3054383.pdf", good],
    ["seal 4711, CSQU305438", "container CSQU305438 pattern"],
    ["container CSQU 305438 20 boxes", "container CSQU305438 pattern"],
    ["container CSQU3054384", "container CSQU3054384 invalid-check"],
  ]);
});

const second = `TGHU123456${wDigit(Buffer.from("TGHU123456"), 0, 10)}`;

describe("containers by themselves", () => {
  itFinds(all, [
    ["ref CSQU3054383 only", "container CSQU3054383 valid-check"],
    ["ref CSQU3054383 22G1", good],
    ["CSQU3054383/45R1", good],
    ["CSQU305438322G1", good],
    [`CSQU3054383, ${second}, other`, good, `container ${second} valid`],
    ["CSQU3054383, TGHU1234560 TGHU1234561", "container CSQU3054383 valid-check"],
    ["CSQU3054383, CSQU3054383", "container CSQU3054383 valid-check", "container CSQU3054383 valid-check"],
    ["CSQU30543832210"],
    ["ref csqu3054383 only"],
    ["ref CSQU3054384 only"],
    ["ref CSQU305438 only"],
    ["Menu 1234567 and Jazz 7654321"],
    ["ref CSQu3054383 container"],
  ]);
});

describe("containers inside longer tokens", () => {
  itFinds(all, [
    ["container XCSQU3054383"],
    ["container CSQU30543831"],
    ["container CSQU3054383A"],
    ["container 1CSQU3054383"],
    ["container CSQU  3054383"],
    ["container CSQW3054383"],
  ]);

  it("takes a remainder of 10 as 0", () => {
    const serials = Array.from({ length: 200 }, (_, i) => `MSKU${String(100000 + i)}`);
    const tens = serials.filter((serial) => remainder(serial) === 10);
    expect(tens.length).toBeGreaterThan(5);
    for (const serial of tens) expect(hitsOf(all, `container ${serial}0`)).toEqual([`container ${serial}0 valid`]);
  });
});

/** ISO 6346 annex A, as the standard says it: values without multiples of 11, weights 2^i, remainder by 11. */
function remainder(serial: string): number {
  const letters = "0123456789A?BCDEFGHIJK?LMNOPQRSTU?VWXYZ";
  return Array.from(serial).reduce((sum, character, i) => sum + letters.indexOf(character) * 2 ** i, 0) % 11;
}

describe("loading units", () => {
  const unit = "HHLA123456";
  const check = wDigit(Buffer.from(unit), 0, 10);
  itFinds(all, [
    [`swap body ${unit}${check}`, `ilu ${unit}${check} valid`],
    [`Wechselbehaelter HHLA 123456-${check}`, `ilu ${unit}${check} valid`],
    [`trailer ${unit}${(check + 1) % 10}`, `ilu ${unit}${(check + 1) % 10} invalid-check`],
    [`number ${unit}${check}`],
    ["page 1234567 and code 7654321"],
  ]);
});
