/**
 * Permits and lists for goods under control, by their words: CITES permits (`24BE001234/AB`), Basel waste codes (`A1010`, `B3011`, `Y46`),
 * dual-use and arms categories (`5A002`, `3A001.a.5`, `ML10`, `EAR99`), unique identifiers of tobacco packs. None has a check.
 * Not supported: CITES permits in national forms of their own; the members of the lists (every code of the right form counts).
 */
import { recogniserByWord, referenceEnd, runEnd } from "../by-word.ts";
import { isCountry } from "../countries.ts";
import { alphanumeric, at, classAt, digit, letter, lower, upper } from "../text-view.ts";
import type { TextView } from "../entity.ts";

/** Two digits of the year, country, six digits, perhaps a slash and up to three characters (Resolution Conf. 12.3, annex 1). */
export const citesRecogniser = recogniserByWord({
  id: "cites-permit",
  name: "CITES permit",
  spec: "CITES Resolution Conf. 12.3 (Rev. CoP19), 3 and annex 1",
  words: (
    "cites, cites permit, cites certificate, permit, permit no, permis cites, certificat cites, export permit, " +
    "import permit, genehmigung, einfuhrgenehmigung, ausfuhrgenehmigung, permiso cites, licenza cites, " +
    "certificado cites, species, specimen, specimens, appendix i, appendix ii, annex a, annex b"
  ).split(", "),
  reach: 64,
  isNear: true,
  kept: "/",
  triggers: [{ on: "token", length: [10, 10], digits: [2, 2], has: "both", case: "upper" }],
  endOf(text, from) {
    if (!isCountry(at(text, from + 2), at(text, from + 3))) return 0;
    const end = from + 10;
    if (runEnd(text, from + 4, digit, 7) !== end) return 0;
    if (at(text, end) !== 0x2f) return end;
    const last = runEnd(text, end + 1, alphanumeric, 4);
    return last > end + 1 && last <= end + 4 ? last : 0;
  },
});

export const wasteRecogniser = recogniserByWord({
  id: "waste-code",
  name: "Basel waste code",
  spec: "Basel Convention, annexes I, II, VIII and IX; Regulation (EU) 2024/1157",
  words: (
    "basel, basel convention, basel code, waste, wastes, waste code, waste shipment, annex vii, annex viii, annex " +
    "ix, abfall, abfalle, abfaelle, abfallschlussel, dechets, dechet, residuos, rifiuti, afval, odpady"
  ).split(", "),
  reach: 60,
  isNear: true,
  triggers: [
    { on: "token", length: [5, 5], begins: "AB", letters: [1, 1], has: "both" },
    { on: "token", length: [2, 3], begins: "Y", letters: [1, 1], has: "both" },
  ],
  endOf(text, from) {
    const end = runEnd(text, from + 1, digit, 5);
    const list = at(text, from);
    const value = valueOf(text, from + 1, end);
    if (list === 0x59) return value >= 1 && value <= 49 && end - from <= 3 ? end : 0;
    if (end !== from + 5) return 0;
    // List A (hazardous) has the sections A1 to A4, list B (not hazardous) B1 to B4; entries end in 0, few in 1 or 6.
    const last = value % 10;
    const isEntry = value >= 1010 && value < 5000 && (last === 0 || last === 1 || last === 6);
    return (list === 0x41 || list === 0x42) && isEntry ? end : 0;
  },
});

function valueOf(text: TextView, from: number, to: number): number {
  let value = 0;
  for (let place = from; place < to; place++) value = value * 10 + at(text, place) - 0x30;
  return value;
}

/** Category 0 to 9, product group A to E, three digits, perhaps sub-items: `3A001.a.5`. */
function dualUseEnd(text: TextView, from: number): number {
  const group = at(text, from + 1);
  if (classAt(text, from) !== digit || group < 0x41 || group > 0x45) return 0;
  let end = runEnd(text, from + 2, digit, 4);
  if (end !== from + 5) return 0;
  while (at(text, end) === 0x2e && (classAt(text, end + 1) & (digit | lower)) !== 0) {
    const next = runEnd(text, end + 1, digit | letter, 3);
    if (next > end + 3) break;
    end = next;
  }
  return end;
}

/** `ML1` to `ML22` of the Common Military List, `EAR99`. */
function listEnd(text: TextView, from: number): number {
  if (at(text, from) === 0x4d && at(text, from + 1) === 0x4c) {
    const end = runEnd(text, from + 2, digit, 3);
    const value = valueOf(text, from + 2, end);
    return value >= 1 && value <= 22 && end - from <= 4 ? end : 0;
  }
  const isEar = at(text, from) === 0x45 && at(text, from + 1) === 0x41 && at(text, from + 2) === 0x52;
  return isEar && at(text, from + 3) === 0x39 && at(text, from + 4) === 0x39 ? from + 5 : 0;
}

export const controlledGoodsRecogniser = recogniserByWord({
  id: "controlled-goods",
  name: "Dual-use or military list code",
  spec: "Regulation (EU) 2021/821, annex I; Common Military List of the European Union; 15 CFR 774",
  words: (
    "dual use, dual use regulation, eccn, export control, export controls, export licence, export license, annex " +
    "i, wassenaar, 2021 821, 428 2009, military list, common military list, ausfuhrliste, dual use guter, " +
    "ausfuhrgenehmigung, biens a double usage, double usage, doble uso, duplice uso, podwojnego zastosowania, " +
    "militaire goederen"
  ).split(", "),
  reach: 80,
  isNear: true,
  kept: ".",
  triggers: [
    { on: "token", length: [5, 5], digits: [1, 1], has: "both", case: "upper" },
    { on: "token", length: [3, 5], pairs: ["ML", "EA"], letters: [2, 3], has: "both", case: "upper" },
  ],
  endOf: (text, from) => dualUseEnd(text, from) || listEnd(text, from),
});

/**
 * The issuer's code of ISO/IEC 15459-2 in front: `QC` and three letters, as `QCALL`. The list of issuers is not carried here, every code of
 * this form counts.
 */
export const tobaccoRecogniser = recogniserByWord({
  id: "tobacco-identifier",
  name: "Tobacco unique identifier",
  spec: "Implementing Regulation (EU) 2018/574, articles 3, 8 and 21",
  words: (
    "unique identifier, unique identifiers, upui, aui, tobacco, cigarette, cigarettes, track and trace, tpd, id " +
    "issuer, eoid, tabak, tabac, tabaco, tabacco, economic operator identifier, facility identifier"
  ).split(", "),
  reach: 80,
  isNear: true,
  triggers: [{ on: "token", length: [10, 50], pairs: ["QC"], letters: [3, 49], has: "both" }],
  endOf(text, from) {
    if (at(text, from) !== 0x51 || at(text, from + 1) !== 0x43 || classAt(text, from + 2) !== upper) return 0;
    return referenceEnd(text, from, "", 1, 50);
  },
});
