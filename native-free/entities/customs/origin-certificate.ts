/**
 * Numbers of preferential origin certificates: EUR.1, EUR-MED, ATR and Form A, one or two letters and six to eight digits as printed on the
 * forms. No check; the certificate's name must stand in front.
 */
import { overGap, recogniserByWord, runEnd } from "../by-word.ts";
import { at, digit, digitCharacters, upper } from "../text-view.ts";

export const originCertificateRecogniser = recogniserByWord({
  id: "origin-certificate",
  name: "Origin certificate (EUR.1, Form A)",
  spec: "Implementing Regulation (EU) 2015/2447, annexes 22-08 and 22-10",
  words: (
    "eur 1, eur1, eur med, a tr, atr, form a, gsp form a, movement certificate, certificate of origin, " +
    "warenverkehrsbescheinigung, ursprungszeugnis, certificat de circulation, certificat d origine, formule a, " +
    "certificado de circulacion, certificado de origen, certificato di circolazione, certificato di origine"
  ).split(", "),
  reach: 48,
  triggers: [
    { on: "token", length: [1, 2], letters: [1, 2], case: "upper", next: [" -", digitCharacters] },
    { on: "token", length: [7, 10], letters: [1, 2], case: "upper" },
  ],
  endOf(text, from) {
    const letters = runEnd(text, from, upper, 3);
    if (letters === from || letters - from > 2) return 0;
    const start = overGap(text, letters);
    let end = runEnd(text, start, digit, 9);
    // Printed as `A 000.000` too.
    if (end - start === 3 && at(text, end) === 0x2e) end = runEnd(text, end + 1, digit, 4) === end + 4 ? end + 4 : end;
    const digits = end - start - (at(text, start + 3) === 0x2e ? 1 : 0);
    return digits >= 6 && digits <= 8 ? end : 0;
  },
});
