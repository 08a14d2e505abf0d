import { describe } from "vitest";
import {
  aeoRecogniser,
  ducrRecogniser,
  rexRecogniser,
  ucrRecogniser,
} from "../../../../native-free/entities/customs/authorisation.ts";
import { customsOfficeRecogniser } from "../../../../native-free/entities/customs/customs-office.ts";
import { eoriRecogniser } from "../../../../native-free/entities/customs/eori.ts";
import { originCertificateRecogniser } from "../../../../native-free/entities/customs/origin-certificate.ts";
import { itFinds } from "../hits-of.ts";

describe("EORI", () => {
  itFinds(
    [eoriRecogniser],
    [
      ["EORI: DE1234567", "eori DE1234567 pattern"],
      ["EORI-Nr. DE 1234567", "eori DE1234567 pattern"],
      ["EORI DE 1234567 12 boxes", "eori DE1234567 pattern"],
      ["EORI GB220430231000", "eori GB220430231000 valid"],
      ["EORI XI220430231000", "eori XI220430231000 valid"],
      ["EORI GB 220 430 231 000", "eori GB220430231000 valid"],
      ["EORI GB220430232000", "eori GB220430232000 pattern"],
      ["EORI IT00743110157", "eori IT00743110157 valid"],
      ["EORI NL004495445", "eori NL004495445 valid"],
      ["EORI PL856734621500000", "eori PL856734621500000 valid"],
      ["EORI FR40303265045", "eori FR40303265045 valid"],
      ["eori el094259216"],
      ["eori gr094259216", "eori GR094259216 valid"],
      ["number DE1234567"],
      ["EORI GB22043023100"],
      ["EORI US1234567"],
      ["EORI DE12345678901234567"],
      ["EORI XDE1234567"],
      ["EORI DETERMINATION"],
    ],
  );
});

describe("AEO, REX and references", () => {
  itFinds(
    [aeoRecogniser, rexRecogniser, ducrRecogniser, ucrRecogniser],
    [
      ["DEAEOF115004", "aeo DEAEOF115004 pattern"],
      ["IT AEOF 19 0001", "aeo ITAEOF190001 pattern"],
      ["DEAEOX115004"],
      ["QQAEOF115004"],
      ["XDEAEOF115004"],
      ["REX INREX0123456789", "rex INREX0123456789 pattern"],
      ["INREX0123456789"],
      ["REX QQREX0123456789"],
      ["6GB123456789000-ABC123", "ducr 6GB123456789000-ABC123 pattern"],
      ["6GB12345678900-ABC123"],
      ["16GB123456789000-ABC123"],
      ["UCR: 2021/ABC-00471", "ucr 2021/ABC-00471 pattern"],
      ["number: 2021/ABC-00471"],
      ["UCR and others"],
    ],
  );
});

describe("customs offices and origin certificates", () => {
  itFinds(
    [customsOfficeRecogniser, originCertificateRecogniser],
    [
      ["Customs office IT0830AB", "customs-office IT0830AB pattern"],
      ["Zollstelle: DE004851", "customs-office DE004851 pattern"],
      ["bureau de douane FR000040", "customs-office FR000040 pattern"],
      ["code IT0830AB"],
      ["customs office US0830AB"],
      ["customs office IT0830ABC"],
      ["customs office it0830ab"],
      ["EUR.1 No A 123456", "origin-certificate A123456 pattern"],
      ["EUR.1 No. A 000.123", "origin-certificate A000123 pattern"],
      ["Form A: AB1234567", "origin-certificate AB1234567 pattern"],
      ["No A 123456"],
      ["EUR.1 A 12345"],
      ["EUR.1 A 123456789"],
      ["EUR.1 XA 1234567X"],
    ],
  );
});
