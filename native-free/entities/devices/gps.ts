/**
 * Places on earth: decimal degrees that a word, a hemisphere or a map's address announces, degrees with minutes and
 * seconds, `geo:` URIs (RFC 5870), NMEA 0183 sentences with their check. Values are `latitude,longitude` in decimal
 * degrees, south and west negative (WGS 84). Not supported: grid references (UTM, MGRS), degrees without a sign behind
 * them.
 */
import type { EntityMatch, Quality, Recogniser, TextView } from "../entity.ts";
import { alphanumeric, at, classAt, ContextWords, digit, digitCharacters, foreign, letter } from "../text-view.ts";
import { readNmea } from "./nmea.ts";

const context = new ContextWords([
  ...(
    "gps lat lon lng long latitude longitude coordinates coordinate coords coord koordinaten coordonnees " +
    "coordenadas coordinate"
  ).split(" "),
  ...(
    "position location geo geolocation latlng latlon ll wgs84 waypoint wpt trkpt breitengrad " +
    "laengengrad latitud longitud"
  ).split(" "),
  ..."maps openstreetmap latitudine longitudine geotag".split(" "),
]);
/** First bytes of the forms of a degree sign. */
const degreeStarts = "\xb0\xba\x80\xc2\xcb";
const longitudeWords = new ContextWords("lon lng long longitude longitud longitudine laengengrad".split(" "));
const latitudeWords = new ContextWords("lat latitude latitud latitudine breitengrad".split(" "));

export const gps: Recogniser = {
  id: "gps",
  family: "entity",
  name: "Geographical positions",
  spec: "ISO 6709:2022, RFC 5870, NMEA 0183",
  level: "partial",
  kinds: [{ id: "gps", name: "Geographical position", spec: "ISO 6709:2022" }],
  triggers: [
    { on: "number", digits: [2, Infinity], first: [1, 3], next: [".", digitCharacters] },
    { on: "number", digits: [1, Infinity], first: [1, 3], next: [degreeStarts] },
    { on: "number", digits: [1, Infinity], first: [1, 3], next: [" ", `d${degreeStarts}`] },
    // `50deg`, and `!3d50`.
    { on: "token", length: [4, 12], digits: [1, 3], has: "both" },
    { on: "token", length: [2, Infinity], before: "!", pairs: ["3d"], digits: [1, 1] },
    { on: "token", length: [3, 3], pairs: ["ge"], letters: [3, 3], next: [":"] },
    { on: "token", length: [5, 5], before: "$", letters: [5, 5], next: [","] },
  ],
  recognise,
};

const [dot, comma, minus, plus, colon, dollar] = [0x2e, 0x2c, 0x2d, 0x2b, 0x3a, 0x24];

/**
 * What was read last: a number in degrees, where it ends, its decimals, whether it had a sign, minutes, and its
 * hemisphere (0 none).
 */
const read = { value: 0, to: 0, decimals: 0, hasMinutes: false, hemisphere: 0 };

function recognise(text: TextView, from: number): EntityMatch | null {
  if (classAt(text, from) !== digit) {
    if (at(text, from - 1) === dollar) return readNmea(text, from);
    return at(text, from + 3) === colon ? geoUri(text, from) : null;
  }
  // Cheap: degrees are followed by a point with decimals or a degree sign, perhaps behind a space.
  if (text.bytes[from] === 0x33 && at(text, from + 1) === 0x64 && at(text, from - 1) === 0x21)
    return mapData(text, from);
  let place = from + 1;
  while (place - from < 4 && classAt(text, place) === digit) place++;
  const next = at(text, place);
  if (next !== dot && behindDegree(text, place) === place) return null;
  return next === dot && classAt(text, place + 4) !== digit && !hasDegreeBehind(text, place) ? null : pair(text, from);
}

const hasDegreeBehind = (text: TextView, place: number): boolean => {
  for (let i = place + 1; i < place + 8; i++) if (degreeLength(text, i) > 0) return true;
  return false;
};

/**
 * Bytes of a degree sign (also the ordinal sign and the ring that people take for it): UTF-8, Latin-1, or a unit of a
 * string; 0 for none.
 */
function degreeLength(text: TextView, place: number): number {
  const byte = at(text, place);
  if (byte === 0xb0 || byte === 0xba || byte === 0x80) return 1;
  const second = at(text, place + 1);
  if (byte === 0xc2) return second === 0xb0 || second === 0xba ? 2 : 0;
  return byte === 0xcb && second === 0x9a ? 2 : 0;
}

/** `!3d50.8503!4d4.3517` in the addresses of a map service. */
function mapData(text: TextView, from: number): EntityMatch | null {
  if (!readNumber(text, from + 2)) return null;
  const latitude = read.value;
  const { to } = read;
  if (read.decimals === 0 || at(text, to) !== 0x21 || at(text, to + 1) !== 0x34 || at(text, to + 2) !== 0x64)
    return null;
  return readNumber(text, to + 3) && read.decimals > 0 ? made(from - 1, read.to, latitude, read.value, "valid") : null;
}

function geoUri(text: TextView, from: number): EntityMatch | null {
  if ((at(text, from) | 0x20) !== 0x67 || (at(text, from + 1) | 0x20) !== 0x65 || (at(text, from + 2) | 0x20) !== 0x6f)
    return null;
  if (!readNumber(text, from + 4)) return null;
  const latitude = read.value;
  if (at(text, read.to) !== comma || !readNumber(text, read.to + 1)) return null;
  return made(from, read.to, latitude, read.value, "valid");
}

/** Degrees of latitude at `at0`, then something short, then degrees of longitude. */
function pair(text: TextView, at0: number): EntityMatch | null {
  const hasSign = at(text, at0 - 1) === minus || at(text, at0 - 1) === plus;
  let from = hasSign ? at0 - 1 : at0;
  if ((classAt(text, from - 1) & (alphanumeric | foreign)) !== 0 || at(text, from - 1) === dot) return null;
  const leading = hasSign ? 0 : hemisphereBefore(text, from);
  if (!readNumber(text, from)) return null;
  if (leading > 0) from = leading - 1;
  const firstHemisphere = leading > 0 ? at(text, from) & 0xdf : read.hemisphere;
  const { value: first, decimals, hasMinutes } = read;
  const isSecondAt = gapEnd(text, read.to, leading > 0);
  if (isSecondAt < 0) return null;
  const gapFrom = read.to;
  const secondLetter = leading > 0 ? hemisphereBefore(text, isSecondAt) : 0;
  if (!readNumber(text, isSecondAt)) return null;
  const secondHemisphere = secondLetter > 0 ? at(text, secondLetter - 1) & 0xdf : read.hemisphere;
  const to = read.to;
  if (
    (classAt(text, to) & alphanumeric) !== 0 ||
    at(text, to) === 0x5f ||
    (at(text, to) === dot && classAt(text, to + 1) === digit)
  )
    return null;
  if (hasMinutes !== read.hasMinutes) return null;
  const isEastFirst = firstHemisphere === 0x45 || firstHemisphere === 0x57;
  const isPaired = areHemispheres(firstHemisphere, secondHemisphere);
  if (!isPaired && (firstHemisphere !== 0 || secondHemisphere !== 0 || hasMinutes)) return null;
  const one = signed(first, firstHemisphere);
  const two = signed(read.value, secondHemisphere);
  if (isPaired) return isEastFirst ? made(from, to, two, one, "valid") : made(from, to, one, two, "valid");
  if (decimals < 3 || read.decimals < 3) return null;
  const isSwapped = longitudeWords.isBefore(text, from, 14) && latitudeWords.isIn(text, gapFrom, isSecondAt);
  if (isSwapped) return made(from, to, two, one, "valid");
  return isAnnounced(text, from, to, gapFrom, isSecondAt) ? made(from, to, one, two, "valid") : null;
}

function isAnnounced(text: TextView, from: number, to: number, gapFrom: number, secondAt: number): boolean {
  const isMapLink = at(text, from - 1) === 0x40 || at(text, from - 1) === 0x2f;
  const isNear = isMapLink ? context.isBefore(text, from, 60) : context.isNear(text, from, to, 40);
  return isNear || longitudeWords.isIn(text, gapFrom, secondAt);
}

const areHemispheres = (a: number, b: number): boolean =>
  ((a === 0x4e || a === 0x53) && (b === 0x45 || b === 0x57)) ||
  ((a === 0x45 || a === 0x57) && (b === 0x4e || b === 0x53));

const signed = (value: number, hemisphere: number): number =>
  hemisphere === 0x53 || hemisphere === 0x57 ? -Math.abs(value) : value;

/**
 * One behind the letter of a hemisphere that stands in front of a number, alone or with a space; 0 where there is none.
 */
function hemisphereBefore(text: TextView, from: number): number {
  let place = from;
  if (at(text, place - 1) === 0x20) place--;
  const byte = at(text, place - 1);
  const isOne = byte === 0x4e || byte === 0x53 || byte === 0x45 || byte === 0x57;
  return isOne && (classAt(text, place - 2) & (alphanumeric | foreign)) === 0 ? place : 0;
}

/** A place where the second number may begin, at most 40 bytes behind the first; -1 where there is none. */
function gapEnd(text: TextView, from: number, hasLetter: boolean): number {
  const limit = Math.min(text.to, from + 40);
  let letters = 0;
  for (let place = from; place < limit; place++) {
    const kind = classAt(text, place);
    const byte = text.bytes[place]!;
    if (kind === digit) {
      if (letters > 0 && !hasLetter && !isWordGap(text, from, place)) return -1;
      const before = text.bytes[place - 1]!;
      return before === minus || before === plus ? place - 1 : place;
    }
    if ((kind & letter) !== 0) letters++;
    else if (kind === foreign || byte === dot) return -1;
  }
  return -1;
}

const isWordGap = (text: TextView, from: number, to: number): boolean =>
  longitudeWords.isIn(text, from, to) || latitudeWords.isIn(text, from, to);

/**
 * Decimal degrees, or degrees with minutes and perhaps seconds; a letter of a hemisphere behind. False where nothing
 * fits.
 */
function readNumber(text: TextView, from: number): boolean {
  let place = from;
  const sign = at(text, place) === minus ? -1 : 1;
  if (sign < 0 || at(text, place) === plus) place++;
  const start = place;
  let value = 0;
  while (place - start < 4 && classAt(text, place) === digit) value = value * 10 + text.bytes[place++]! - 0x30;
  if (place === start || place - start > 3) return false;
  read.decimals = 0;
  read.hasMinutes = false;
  if (at(text, place) === dot && classAt(text, place + 1) === digit) {
    let scale = 0.1;
    for (place++; classAt(text, place) === digit; place++, scale /= 10, read.decimals++)
      value += (text.bytes[place]! - 0x30) * scale;
  }
  place = behindDegree(text, place);
  if (read.hasMinutes) {
    const rest = minutesAt(text, place);
    if (rest < 0) read.hasMinutes = false;
    else {
      value += rest;
      place = minutesTo;
    }
  }
  return finish(text, place, value, sign);
}

function finish(text: TextView, place: number, value: number, sign: number): boolean {
  let to = place;
  const letterAt = at(text, to) === 0x20 ? to + 1 : to;
  const byte = at(text, letterAt);
  const isLetter = byte === 0x4e || byte === 0x53 || byte === 0x45 || byte === 0x57 || byte === 0x4f;
  read.hemisphere = 0;
  // O is west in French, Spanish, Italian and Portuguese.
  if (isLetter && (classAt(text, letterAt + 1) & alphanumeric) === 0) {
    read.hemisphere = byte === 0x4f ? 0x57 : byte;
    to = letterAt + 1;
  }
  read.value = value * sign;
  read.to = to;
  return value <= 180;
}

/** Behind a degree sign or `deg`, perhaps with a space in front; sets `hasMinutes` where one stands. */
function behindDegree(text: TextView, from: number): number {
  let place = at(text, from) === 0x20 ? from + 1 : from;
  if (at(text, place) === 0x64 && at(text, place + 1) === 0x65 && at(text, place + 2) === 0x67) place += 3;
  else {
    const length = degreeLength(text, place);
    if (length === 0) return from;
    place += length;
  }
  read.hasMinutes = true;
  return place;
}

let minutesTo = 0;

/** Minutes and seconds as a part of a degree; -1 where none follow. */
function minutesAt(text: TextView, from: number): number {
  let total = 0;
  let place = from;
  for (let unit = 60; unit <= 3600; unit *= 60) {
    const gap = place;
    while (place - gap < 2 && at(text, place) === 0x20) place++;
    const start = place;
    let value = 0;
    while (place - start < 3 && classAt(text, place) === digit) value = value * 10 + text.bytes[place++]! - 0x30;
    if (place === start) {
      place = gap;
      break;
    }
    if (value >= 60) return -1;
    let hasPoint = false;
    if (at(text, place) === dot || at(text, place) === comma) {
      let scale = 0.1;
      for (place++; classAt(text, place) === digit; place++, scale /= 10) value += (text.bytes[place]! - 0x30) * scale;
      hasPoint = true;
    }
    const marked = behindMark(text, place);
    if (marked === place) return -1;
    place = marked;
    total += value / unit;
    if (hasPoint) break;
  }
  minutesTo = place;
  return place === from ? -1 : total;
}

/** Behind `'`, `"`, `''` or a prime of up to three bytes. */
function behindMark(text: TextView, from: number): number {
  let place = from;
  while (place - from < 3 && (at(text, place) >= 0x80 || at(text, place) === 0x27 || at(text, place) === 0x22)) place++;
  return place;
}

function made(from: number, to: number, latitude: number, longitude: number, quality: Quality): EntityMatch | null {
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180 || (latitude === 0 && longitude === 0)) return null;
  return { kind: "gps", from, to, value: `${degrees(latitude)},${degrees(longitude)}`, quality };
}

const degrees = (value: number): string => String(Math.round(value * 1e6) / 1e6);
