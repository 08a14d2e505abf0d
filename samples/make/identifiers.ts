/** Numbers of the trade with right check digits, for people and boxes that do not exist. */

/**
 * The check digit of ISO 6346, also used by the movement reference number: letters count 10 to 38 without multiples of
 * 11, the character at place i weighs 2^i; the sum modulo 11, and 10 counts as 0.
 */
export function checkDigit(text: string): number {
  const letters = "A?BCDEFGHIJK?LMNOPQRSTU?VWXYZ";
  let sum = 0;
  for (let place = 0; place < text.length; place++) {
    const letter = letters.indexOf(text.charAt(place));
    sum += (letter < 0 ? Number(text.charAt(place)) : 10 + letter) * 2 ** place;
  }
  return (sum % 11) % 10;
}

/** A freight container number: `CSQU` and `305438` make `CSQU3054383`. */
export function containerNumber(owner: string, serial: number): string {
  const body = owner + String(serial).padStart(6, "0");
  return body + String(checkDigit(body));
}

/** A movement reference number: year, country, twelve characters, procedure letter, check digit. */
export function movementReference(year: number, country: string, serial: number, procedure: string): string {
  const body = `${year}${country}QM${String(serial).padStart(10, "0")}${procedure}`;
  return body + String(checkDigit(body));
}
