import { describe } from "vitest";
import {
  citesRecogniser,
  controlledGoodsRecogniser,
  tobaccoRecogniser,
  wasteRecogniser,
} from "../../../../native-free/entities/goods/permit.ts";
import { itFinds } from "../hits-of.ts";

describe("CITES permits", () => {
  itFinds(
    [citesRecogniser],
    [
      ["CITES permit 24BE001234/AB", "cites-permit 24BE001234/AB pattern"],
      ["CITES 24be001234"],
      ["Permis CITES 24BE001234,", "cites-permit 24BE001234 pattern"],
      ["number 24BE001234/AB"],
      ["CITES 24QQ001234/AB"],
      ["CITES 24BE0012345"],
      ["CITES 24BE001234/ABCDE"],
      ["CITES 124BE001234"],
    ],
  );
});

describe("waste, dual-use and tobacco", () => {
  itFinds(
    [wasteRecogniser, controlledGoodsRecogniser, tobaccoRecogniser],
    [
      ["Basel code B3011", "waste-code B3011 pattern"],
      ["waste Y46 and A1180", "waste-code Y46 pattern", "waste-code A1180 pattern"],
      ["paper B3011"],
      ["waste Y50"],
      ["waste C1010"],
      ["waste B30110"],
      ["ECCN 5A002", "controlled-goods 5A002 pattern"],
      ["dual-use 3A001.a.5", "controlled-goods 3A001.A.5 pattern"],
      ["Ausfuhrliste, ML10", "controlled-goods ML10 pattern"],
      ["ECCN: EAR99", "controlled-goods EAR99 pattern"],
      ["size 5A002"],
      ["ECCN 5F002"],
      ["ECCN 5A0021"],
      ["military list ML23"],
      ["tobacco unique identifier QCALL0123456789AB", "tobacco-identifier QCALL0123456789AB pattern"],
      ["code QCALL0123456789AB"],
      ["tobacco XQCALL0123456789AB"],
    ],
  );
});
