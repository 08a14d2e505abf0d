/**
 * Codes of customs offices (COR): country and six letters or digits, `IT0830AB`. The official list changes weekly and is not carried here:
 * words of customs offices must stand near, and nothing more than the form is known.
 */
import { recogniserByWord, runEnd } from "../by-word.ts";
import { at, classAt, digit, upper } from "../text-view.ts";
import { isCustomsTerritory } from "./customs-territories.ts";

export const customsOfficeRecogniser = recogniserByWord({
  id: "customs-office",
  name: "Customs office",
  spec: "Implementing Regulation (EU) 2015/2447, annex B (D.E. 17); COR list",
  words: (
    "customs office, customs offices, office of departure, office of destination, office of transit, office of " +
    "export, office of exit, office of entry, office of first entry, office of import, supervising customs " +
    "office, cor, zollstelle, zollamt, hauptzollamt, abgangszollstelle, bestimmungszollstelle, " +
    "ausgangszollstelle, bureau de douane, bureau de depart, bureau de destination, bureau de sortie, ufficio " +
    "doganale, dogana, ufficio di partenza, ufficio di destinazione, aduana, aduana de salida, aduana de partida, " +
    "oficina de aduanas, douanekantoor, kantoor van vertrek, urzad celny, oddzial celny, celni urad, vamhivatal, " +
    "biroul vamal, estancia aduaneira, tullikonttori, tullkontor, toldsted, carinski ured, office code, " +
    "presentation office"
  ).split(", "),
  reach: 64,
  isNear: true,
  triggers: [{ on: "token", length: [8, 8], letters: [2, 7], has: "both", case: "upper" }],
  endOf(text, from) {
    if (!isCustomsTerritory(at(text, from), at(text, from + 1)) || runEnd(text, from, upper | digit, 9) !== from + 8)
      return 0;
    let digits = 0;
    for (let place = from + 2; place < from + 8; place++) if (classAt(text, place) === digit) digits++;
    return digits >= 3 ? from + 8 : 0;
  },
});
