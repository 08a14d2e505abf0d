import { describe } from "vitest";
import { tradeItemRecogniser } from "../../../../native-free/entities/goods/trade-item.ts";
import { itFinds } from "../hits-of.ts";

describe("trade items", () => {
  itFinds(
    [tradeItemRecogniser],
    [
      ["EAN 4006381333931", "gtin 4006381333931 valid"],
      ["EAN: 4 006381 333931", "gtin 4006381333931 valid"],
      ["GTIN-14 10614141000415", "gtin 10614141000415 valid"],
      ["(01)10614141000415(17)250101", "gtin 10614141000415 valid"],
      ["(01)10614141000416", "gtin 10614141000416 invalid-check"],
      ["UPC 036000291452", "gtin 036000291452 valid"],
      ["EAN-8 96385074", "gtin 96385074 valid"],
      ["Strichcode 4006381333931", "gtin 4006381333931 valid"],
      ["EAN 4006381333932", "gtin 4006381333932 invalid-check"],
      ["EAN 4006381333931 1 piece", "gtin 4006381333931 valid"],
      ["EAN 4006381333931 12 pieces", "gtin 4006381333931 valid"],
      ["EAN;price\n4006381333931,5", "gtin 4006381333931 valid"],
      ["EAN 4006381333931,50"],
      ["EAN 20210412"],
      ["4006381333931"],
      ["order 4006381333931"],
      ["EAN 40063813339310", "gtin 40063813339310 invalid-check"],
      ["EAN 400638133393101"],
      ["EAN X4006381333931"],
      ["EAN 4006381333931-1"],
      ["EAN 0000000000000"],
      ["ocean 4006381333931"],
    ],
  );
});

describe("logistic units", () => {
  itFinds(
    [tradeItemRecogniser],
    [
      ["(00)340123450000000000", "sscc 340123450000000000 valid"],
      ["(00)340123450000000001", "sscc 340123450000000001 invalid-check"],
      ["SSCC 340123450000000000", "sscc 340123450000000000 valid"],
      ["NVE 3 4012345 000000000 0", "sscc 340123450000000000 valid"],
      ["340123450000000000"],
      ["SSCC 3401234500000000000"],
    ],
  );
});
