import { describe } from "vitest";
import { shipRecogniser } from "../../../../native-free/entities/transport/ship.ts";
import { itFinds } from "../hits-of.ts";

describe("IMO numbers", () => {
  itFinds(
    [shipRecogniser],
    [
      ["IMO9074729", "imo 9074729 valid"],
      ["IMO 9074729.", "imo 9074729 valid"],
      ["imo no. 9074729", "imo 9074729 valid"],
      ["IMO number: 9074729", "imo 9074729 valid"],
      ["vessel EXAMPLE (9074729)", "imo 9074729 valid-check"],
      ["IMO 9074728", "imo 9074728 invalid-check"],
      ["IMO9074728", "imo 9074728 invalid-check"],
      ["vessel EXAMPLE (9074728)"],
      ["order 9074729"],
      ["IMO 90747290"],
      ["IMO90747290"],
      ["XIMO9074729"],
      ["IMO 9074729-1"],
      ["timo 9074729"],
    ],
  );
});

describe("MMSI", () => {
  itFinds(
    [shipRecogniser],
    [
      ["MMSI: 211331640", "mmsi 211331640 pattern"],
      ["mmsi 002111240", "mmsi 002111240 pattern"],
      ["MMSI 111211500", "mmsi 111211500 pattern"],
      ["MMSI 970012345", "mmsi 970012345 pattern"],
      ["211331640"],
      ["MMSI 199331640"],
      ["MMSI 2113316401"],
    ],
  );
});
