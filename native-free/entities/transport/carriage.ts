/**
 * Documents of carriage that have no check: TIR and ATA carnets, CMR consignment notes, bills of lading. Their name must stand in front.
 * Bills of lading: the carrier's four letters (SCAC) and up to twelve more characters; numbers without the letters are not seen.
 */
import { overGap, recogniserByWord, referenceEnd, runEnd } from "../by-word.ts";
import { alphanumeric, at, capitalCharacters, classAt, digit, digitCharacters, letter } from "../text-view.ts";

export const tirRecogniser = recogniserByWord({
  id: "tir-carnet",
  name: "TIR carnet",
  spec: "TIR Convention 1975, annex 1",
  words: ["tir", "tir carnet", "carnet tir", "carnet tir no"],
  triggers: [
    { on: "token", length: [2, 2], letters: [2, 2], next: [" -", digitCharacters] },
    { on: "token", length: [10, 10], letters: [2, 2], has: "both" },
  ],
  endOf(text, from) {
    const start = overGap(text, from + 2);
    if (runEnd(text, from, letter, 3) !== from + 2) return 0;
    return runEnd(text, start, digit, 9) === start + 8 ? start + 8 : 0;
  },
});

export const ataRecogniser = recogniserByWord({
  id: "ata-carnet",
  name: "ATA carnet",
  spec: "Istanbul Convention 1990, annex A",
  words: ["ata carnet", "carnet ata", "ata carnet no", "carnet ata no"],
  reach: 32,
  kept: "/",
  triggers: [
    { on: "token", length: [2, 2], letters: [2, 2], begins: capitalCharacters, next: ["/-"] },
    { on: "token", length: [3, 20], begins: capitalCharacters + digitCharacters, has: "digit" },
  ],
  endOf: (text, from) => referenceEnd(text, from, "/-", 5, 20),
});

export const cmrRecogniser = recogniserByWord({
  id: "cmr",
  name: "CMR consignment note",
  spec: "CMR Convention 1956, articles 4 to 6",
  words: ["cmr", "cmr no", "cmr nr", "cmr number", "lettre de voiture cmr", "cmr frachtbrief"],
  reach: 24,
  kept: "/-",
  triggers: [{ on: "token", length: [2, 16], begins: capitalCharacters + digitCharacters, has: "digit" }],
  endOf: (text, from) => referenceEnd(text, from, "/-", 5, 20),
});

export const billOfLadingRecogniser = recogniserByWord({
  id: "bill-of-lading",
  name: "Bill of lading",
  spec: "UN/EDIFACT 1001 code 705; NMFTA SCAC",
  words: (
    "b l, b l no, bol, mbl, hbl, bill of lading, bills of lading, seaway bill, sea waybill, konnossement, " +
    "connaissement, conocimiento de embarque, polizza di carico, cognossement, konosament"
  ).split(", "),
  triggers: [{ on: "token", length: [9, 16], letters: [4, 9], has: "both", case: "upper" }],
  endOf(text, from) {
    const end = runEnd(text, from, alphanumeric, 17);
    let digits = 0;
    for (let place = from; place < end; place++) {
      const kind = classAt(text, place);
      if (kind === digit) digits++;
      else if (at(text, place) > 0x5a) return 0;
    }
    return digits >= 5 && end - from <= 16 ? end : 0;
  },
});
