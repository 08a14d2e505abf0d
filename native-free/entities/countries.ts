/**
 * Countries as identifiers name them. ISO 3166-1 alpha-2, officially assigned codes (249), and the members of the European Union with
 * the codes under which customs and tax law know them besides: EL for Greece in VAT and excise numbers, XI for Northern Ireland
 * (Windsor Framework), XU for the United Kingdom without it in the customs code lists. Exceptional and transitional reservations
 * (EU, UK, SU, AN …) are not countries here; the standards that use them say so themselves.
 */

const assigned =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT " +
  "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH " +
  "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT " +
  "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS " +
  "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI " +
  "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG " +
  "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG " +
  "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

const members = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

/** The members of the European Union (GR, not EL). */
export const memberStates: readonly string[] = members.split(" ");

/** 1 where the two capitals with indices a and b (0 to 25), at a * 26 + b, are in the list. */
function tableOf(list: string): Uint8Array {
  const table = new Uint8Array(26 * 26);
  for (const code of list.split(" ")) table[(code.charCodeAt(0) - 65) * 26 + code.charCodeAt(1) - 65] = 1;
  return table;
}

const isAssigned = tableOf(assigned);
const isMember = tableOf(members);

/** Whether two bytes are the capitals of an assigned ISO 3166-1 code. Allocates nothing. */
export function isCountry(first: number, second: number): boolean {
  return isCapital(first) && isCapital(second) && isAssigned[(first - 65) * 26 + second - 65] === 1;
}

/** Whether two bytes are the ISO code of a member state of the European Union (GR, not EL). Allocates nothing. */
export function isMemberState(first: number, second: number): boolean {
  return isCapital(first) && isCapital(second) && isMember[(first - 65) * 26 + second - 65] === 1;
}

const isCapital = (byte: number): boolean => byte >= 65 && byte <= 90;
