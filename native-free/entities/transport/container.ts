/**
 * Freight containers (ISO 6346) and intermodal loading units (ILU, EN 13044-1): three letters of the owner, one of the category,
 * six digits and a check digit. Written as `CSQU3054383`, `CSQU 305438 3`, `CSQU-305438-3`, `CSQU 305438-3/22G1`.
 *
 * One container in ten numbers passes by chance, and four letters are easily a word: `valid` needs a word of the trade, a size and type
 * code behind it, or a second container near. Loading units, whose fourth letter is that of ordinary words, are seen with context only.
 * Not supported: size and type codes of before 1995 (four digits) as evidence; owner code and category written apart.
 */
import { wDigit } from "../checks/w-function.ts";
import { Compact, hyphens, slashes, spaces } from "../compact.ts";
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { isCapital, isOfOneCase, isOpen } from "../surroundings.ts";
import { alphanumeric, at, classAt, classes, ContextWords, digit, digitCharacters, letter } from "../text-view.ts";

const context = new ContextWords(
  (
    "container, containers, container no, containerised, cntr, cntrs, ctr, ctnr, conteneur, conteneurs, " +
    "contenedor, contenedores, contenitore, contenitori, contentor, contentores, kontener, kontejner, konteiner, " +
    "konteineris, konteineri, containernummer, containernr, behalter, behaelter, kontenera, seal, seal no, seals, " +
    "siegel, plombe, plombs, scelle, precinto, sigillo, zegel, plomba, b l, bl, bill of lading, iso 6346, bic " +
    "code, teu, feu, fcl, lcl, reefer, tare, vgm, freight, vessel, voyage, port of loading, port of discharge, " +
    "pod, pol, shipping line, shipper, consignee"
  ).split(", "),
);
const loadingUnit = new ContextWords(
  (
    "ilu, ilu code, intermodal, loading unit, swap body, swap bodies, wechselbehalter, wechselbrucke, " +
    "wechselbehaelter, wechselbruecke, caisse mobile, cassa mobile, semitrailer, semi trailer, trailer, " +
    "container, conteneur, kombiverkehr, en 13044"
  ).split(", "),
);

/** Categories of ISO 6346 4.1.2 (freight containers, equipment, trailers) and of EN 13044. */
const [freight, loading] = [1, 2];
const categories = new Uint8Array(256);
for (const code of "UJZujz") categories[code.charCodeAt(0)] = freight;
for (const code of "ABDEKabdek") categories[code.charCodeAt(0)] = loading;

const compact = new Compact(11);
const neighbour = new Compact(11);
const neighbourReach = 160;

/** Gathers a number at a place; how many characters of it are there: 11, 10 without its check digit, else 0. */
function gather(text: TextView, place: number, into: Compact): number {
  for (let i = 0; i < 4; i++) if ((classAt(text, place + i) & letter) === 0) return 0;
  if (into.gather(text, place, alphanumeric, spaces | hyphens | slashes) < 10) return 0;
  for (let i = 4; i < 10; i++) if (classes[into.bytes[i]!] !== digit) return 0;
  if (into.length === 11 && classes[into.bytes[10]!] === digit) {
    const end = into.end(11);
    if (isOpen(text, end) || isSizeAndType(text, end)) return 11;
  }
  return isOpen(text, into.end(10)) ? 10 : 0;
}

const holds = (of: Compact): boolean => wDigit(of.bytes, 0, 10) === of.bytes[10]! - 0x30;

/** ISO 6346 annexes D and E: length, height and width, type and characteristics, as `22G1`, `45R1`, `L5G1`. */
const lengths = setOf("1234ABCDEFGHKLMNP");
const heights = setOf("02456789CDEFLMNP");
const types = setOf("GVBSRHUPTAKNW");

function setOf(letters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const code of letters) set[code.charCodeAt(0)] = 1;
  return set;
}

function isSizeAndType(text: TextView, place: number): boolean {
  if (lengths[at(text, place)] === 0 || heights[at(text, place + 1)] === 0) return false;
  if (types[at(text, place + 2)] === 0 || (classAt(text, place + 3) & alphanumeric) === 0) return false;
  return isOpen(text, place + 4);
}

/** A code behind the number, at most two separators away. */
function hasSizeAndType(text: TextView, end: number): boolean {
  for (let place = end; place <= end + 2; place++) {
    if (isSizeAndType(text, place)) return true;
    if (!isOpen(text, place)) return false;
  }
  return false;
}

/** Whether another number that holds stands near. */
function hasNeighbour(text: TextView, from: number, to: number): boolean {
  const last = Math.min(text.to, to + neighbourReach) - 10;
  for (let place = Math.max(text.from, from - neighbourReach); place < last; place++) {
    if (place >= from && place < to) place = to;
    if (categories[at(text, place + 3)] !== freight || !isOpen(text, place - 1)) continue;
    if (gather(text, place, neighbour) === 11 && holds(neighbour) && !isEqual()) return true;
  }
  return false;
}

function isEqual(): boolean {
  for (let i = 0; i < 11; i++) if (compact.bytes[i] !== neighbour.bytes[i]) return false;
  return true;
}

function judgeFreight(text: TextView, from: number, to: number, length: number): Quality | null {
  const hasContext = context.isNear(text, from, to);
  if (length === 10) return hasContext ? "pattern" : null;
  if (!holds(compact)) return hasContext ? "invalid-check" : null;
  if (hasContext || hasSizeAndType(text, to) || hasNeighbour(text, from, to)) return "valid";
  return isCapital(text, from, to) ? "valid-check" : null;
}

function judgeLoadingUnit(text: TextView, from: number, to: number, length: number): Quality | null {
  if (length === 10 || !loadingUnit.isNear(text, from, to)) return null;
  return holds(compact) ? "valid" : "invalid-check";
}

export const containerRecogniser: Recogniser = {
  id: "container",
  family: "entity",
  name: "Freight containers and loading units",
  spec: "ISO 6346:2022, EN 13044-1",
  level: "partial",
  kinds: [
    { id: "container", name: "Container number", spec: "ISO 6346:2022, 4 and annex A" },
    { id: "ilu", name: "Intermodal loading unit", spec: "EN 13044-1" },
  ],
  triggers: [
    { on: "token", length: [4, 4], letters: [4, 4], next: [" -/", digitCharacters] },
    { on: "token", length: [5, 15], letters: [4, 4], has: "both" },
  ],
  recognise(text: TextView, place: number): EntityMatch | null {
    const category = categories[at(text, place + 3)]!;
    if (category === 0) return null;
    const length = gather(text, place, compact);
    if (length === 0) return null;
    const to = compact.end(length);
    if (!isOfOneCase(text, place, to)) return null;
    const quality =
      category === freight ? judgeFreight(text, place, to, length) : judgeLoadingUnit(text, place, to, length);
    if (quality === null) return null;
    const kind = category === freight ? "container" : "ilu";
    return { kind, from: place, to, value: compact.text(0, length), quality };
  },
};
