/**
 * Postal items: UPU S10, two letters of the service, eight digits and a check digit, the ISO code of the country. Written as
 * `RA473124829GB`, `RA 473 124 829 GB`, `RA 47312482 9 GB`.
 */
import { isPostCheck } from "../checks/positional.ts";
import { areAll, Compact, hyphens, spaces } from "../compact.ts";
import { isCountry } from "../countries.ts";
import type { Recogniser } from "../entity.ts";
import { isCapital, isOfOneCase, isOpen, judge } from "../surroundings.ts";
import { alphanumeric, ContextWords, digit, digitCharacters, upper } from "../text-view.ts";

const context = new ContextWords(
  (
    "tracking, tracking number, tracking no, track, trace, parcel, parcels, registered, registered mail, postal, " +
    "post, mail, ems, shipment, consignment, item, cn22, cn23, cp71, cp72, upu, s10, sendung, sendungsnummer, " +
    "sendungsverfolgung, einschreiben, paket, paketnummer, poste, suivi, numero de suivi, colis, recommande, " +
    "envio, envios, correos, certificado, paquete, seguimiento, spedizione, raccomandata, pacco, tracciamento, " +
    "przesylka, zending, pakket, brief, rastreio"
  ).split(", "),
);

/** First letters of service indicators that UPU S10 assigns (annex A); the others are reserved. */
const services = "ABCDEGHLMNPQRSUVZabcdeghlmnpqrsuvz";

const compact = new Compact(13);

export const postalRecogniser: Recogniser = {
  id: "postal-item",
  family: "entity",
  name: "Postal items",
  spec: "UPU S10-12",
  level: "complete",
  kinds: [{ id: "upu-s10", name: "Postal item number", spec: "UPU S10-12, 4" }],
  triggers: [
    { on: "token", length: [2, 2], begins: services, letters: [2, 2], next: [" -", digitCharacters] },
    { on: "token", length: [4, 13], begins: services, letters: [2, 2], has: "both" },
  ],
  recognise(text, place) {
    if (compact.gather(text, place, alphanumeric, spaces | hyphens) < 13) return null;
    const { bytes } = compact;
    if (!areAll(bytes, 2, 11, digit) || !areAll(bytes, 0, 2, upper)) return null;
    if (!isCountry(bytes[11]!, bytes[12]!)) return null;
    const to = compact.end(13);
    if (!isOpen(text, to) || !isOfOneCase(text, place, to)) return null;
    const quality = judge(isPostCheck(bytes, 2), context.isNear(text, place, to));
    if (!quality || (quality === "valid-check" && !isCapital(text, place, to))) return null;
    return { kind: "upu-s10", from: place, to, value: compact.text(), quality };
  },
};
