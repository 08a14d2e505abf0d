/** Luhn's check digit (ISO/IEC 7812-1 annex B), and the form of it that ISIN uses (ISO 6166). */

const doubled = Uint8Array.of(0, 2, 4, 6, 8, 1, 3, 5, 7, 9);

/** Whether ASCII digits, the check digit last, agree. */
export function isLuhn(bytes: Uint8Array, from: number, to: number): boolean {
  let sum = 0;
  let isDoubled = false;
  for (let place = to - 1; place >= from; place--) {
    const value = bytes[place]! - 0x30;
    sum += isDoubled ? doubled[value]! : value;
    isDoubled = !isDoubled;
  }
  return sum % 10 === 0;
}

/** The same where a capital letter stands for two digits, 10 for A to 35 for Z. */
export function isLuhnOfLetters(bytes: Uint8Array, from: number, to: number): boolean {
  let sum = 0;
  let isDoubled = false;
  for (let place = to - 1; place >= from; place--) {
    const byte = bytes[place]!;
    const value = byte < 0x41 ? byte - 0x30 : byte - 55;
    const last = value % 10;
    sum += isDoubled ? doubled[last]! : last;
    isDoubled = !isDoubled;
    if (byte < 0x41) continue;
    const first = Math.floor(value / 10);
    sum += isDoubled ? doubled[first]! : first;
    isDoubled = !isDoubled;
  }
  return sum % 10 === 0;
}
