import { describe } from "vitest";
import { commodityCodeRecogniser } from "../../../../native-free/entities/goods/commodity-code.ts";
import { itFinds } from "../hits-of.ts";

describe("commodity codes", () => {
  itFinds(
    [commodityCodeRecogniser],
    [
      ["CN code 2402 20 90", "commodity-code 24022090 valid"],
      ["CN code 24022090", "commodity-code 24022090 valid"],
      ["HS Code: 2402.20", "commodity-code 240220 valid"],
      ["HS code 240220.90", "commodity-code 24022090 valid"],
      ["Zolltarifnummer 2402 20 90 00", "commodity-code 2402209000 valid"],
      ["TARIC 2402 20 90 00 A123", "commodity-code 2402209000A123 valid"],
      ["TARIC 2402.20.90.00/4711", "commodity-code 24022090004711 valid"],
      ["Code SH 24 02 20", "commodity-code 240220 valid"],
      ["HS codes 854231, 854232", "commodity-code 854231 valid", "commodity-code 854232 valid"],
      ["24022090 (CN code)", "commodity-code 24022090 valid"],
      ["HS code 20060512", "commodity-code 20060512 valid"],
      ["HS code 24022090, entered on the 20060512", "commodity-code 24022090 valid"],
      ["HS 240220", "commodity-code 240220 pattern"],
      ["HS code 2499 20", "commodity-code 249920 pattern"],
      ["HS code 7701 00"],
      ["HS code 0001 00"],
      ["HS code 9801 00"],
      ["HS code 2400 00"],
      ["price 2402 20 90"],
      ["2402 20 90"],
      ["HS code 24022"],
      ["HS code 24022090001"],
      ["HS code A240220"],
      ["HS code 240220A"],
    ],
  );
});
