import { describe } from "vitest";
import { aircraftRecogniser } from "../../../../native-free/entities/transport/aircraft.ts";
import {
  ataRecogniser,
  billOfLadingRecogniser,
  cmrRecogniser,
  tirRecogniser,
} from "../../../../native-free/entities/transport/carriage.ts";
import { itFinds } from "../hits-of.ts";

describe("TIR carnets", () => {
  itFinds(
    [tirRecogniser],
    [
      ["TIR carnet no. XB12345678", "tir-carnet XB12345678 pattern"],
      ["Carnet TIR XB 12345678,", "tir-carnet XB12345678 pattern"],
      ["number XB12345678"],
      ["TIR carnet XB123456789"],
      ["TIR carnet XB1234567"],
      ["TIR carnet AXB12345678"],
      ["stirred XB12345678"],
    ],
  );
});

describe("ATA carnets, CMR notes and bills of lading", () => {
  itFinds(
    [ataRecogniser, cmrRecogniser, billOfLadingRecogniser],
    [
      ["ATA carnet DE/2021/000123", "ata-carnet DE/2021/000123 pattern"],
      ["carnet DE/2021/000123"],
      ["CMR no: 2021-004711", "cmr 2021-004711 pattern"],
      ["CMR to the consignee"],
      ["note no: 2021-004711"],
      ["B/L No. MAEU123456789", "bill-of-lading MAEU123456789 pattern"],
      ["Bill of Lading: HLCUHAM210412345", "bill-of-lading HLCUHAM210412345 pattern"],
      ["Konnossement MSCUAB123456", "bill-of-lading MSCUAB123456 pattern"],
      ["order MAEU123456789"],
      ["B/L No. maeu123456789"],
      ["B/L No. MAEU1234567890123456"],
    ],
  );
});

describe("aircraft registrations", () => {
  itFinds(
    [aircraftRecogniser],
    [
      ["aircraft D-ABYT landed", "aircraft-registration D-ABYT pattern"],
      ["tail number N12345", "aircraft-registration N12345 pattern"],
      ["aeronef F-GSPX", "aircraft-registration F-GSPX pattern"],
      ["helicopter VT-ANA", "aircraft-registration VT-ANA pattern"],
      ["D-ABYT landed"],
      ["aircraft D-abyt"],
      ["aircraft QQ-ABYT"],
      ["aircraft N01234"],
      ["aircraft XN12345"],
    ],
  );
});
