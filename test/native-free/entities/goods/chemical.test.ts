import { describe } from "vitest";
import { chemicalRecogniser, unNumberRecogniser } from "../../../../native-free/entities/goods/chemical.ts";
import { itFinds } from "../hits-of.ts";

const precursors = (
  "103-79-7 5413-05-8 80532-66-7 25547-51-7 89-52-1 4433-77-6 4468-48-8 120-58-1 4676-39-5 120-57-0 94-59-7 " +
  "13605-48-6 299-42-3 90-82-4 21409-26-7 39742-60-4 108-24-7 7722-64-7 103-82-2 7723-14-0 108-88-3 67-64-1 7647-01-0 7664-93-9 16648-44-5"
).split(" ");

describe("CAS numbers", () => {
  itFinds(
    [chemicalRecogniser],
    [
      ["CAS 7732-18-5", "cas 7732-18-5 valid"],
      ["cas-no.: 7732-18-5", "cas 7732-18-5 valid"],
      ["Chemical 7732-18-5 (water)", "cas 7732-18-5 valid"],
      ["item 7732-18-5", "cas 7732-18-5 valid-check"],
      ["CAS 7732-18-4", "cas 7732-18-4 invalid-check"],
      ["item 7732-18-4"],
      ["on 2011-11-0 and 2014-10-5, 2019-07-3"],
      ["CAS 7732-18-51"],
      ["CAS 7732-18-5-1"],
      ["CAS 1-7732-18-5"],
      ["CAS X7732-18-5"],
      ["CAS 07732-18-5"],
      ["CAS 7732 18 5"],
      ["CAS 12345678-18-5"],
    ],
  );
});

describe("precursors of drugs", () => {
  itFinds(
    [chemicalRecogniser],
    precursors.map((number) => [`CAS ${number}`, `cas ${number} valid`] as const),
  );
});

describe("EC and index numbers", () => {
  itFinds(
    [chemicalRecogniser],
    [
      ["EC 200-001-8", "ec-number 200-001-8 valid"],
      ["EINECS: 203-148-6", "ec-number 203-148-6 valid"],
      ["item 200-001-8", "ec-number 200-001-8 valid-check"],
      ["EC no 200-001-7", "ec-number 200-001-7 invalid-check"],
      ["item 200-001-7"],
      ["call 555-123-4"],
      ["EC 200-001-81"],
      ["EC 1200-001-8"],
      ["Index No 601-020-00-8", "ec-index 601-020-00-8 valid"],
      ["Index No 603-001-00-X", "ec-index 603-001-00-X valid"],
      ["Index No 603-001-00-1", "ec-index 603-001-00-1 invalid-check"],
      ["no 603-001-00-1"],
      ["no 603-001-00-X1"],
    ],
  );
});

describe("UN numbers", () => {
  itFinds(
    [unNumberRecogniser],
    [
      ["UN1790, class 8, PG II", "un-number UN1790 valid"],
      ["ADR: UN 1790", "un-number UN1790 valid"],
      ["Gefahrgut UN-Nr. 1790", "un-number UN1790 valid"],
      ["ONU 1790 classe 8", "un-number UN1790 valid"],
      ["drums UN1790 here", "un-number UN1790 pattern"],
      ["the UN 2020 report"],
      ["the UN 1945"],
      ["class 8 UN 9999"],
      ["class 8 UN 0600"],
      ["class 8 UN17901"],
      ["class 8 XUN1790"],
      ["class 8 UN 1790-5"],
    ],
  );
});
