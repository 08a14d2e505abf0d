/** Names of segment files: libyal, "Expert Witness Compression Format (EWF)", section "Segment file extensions". */

const LETTERS = 26;
const NUMBERED = 99;
const FIRST_LETTER = 69; // E

/** .E01 to .E99, .EAA to .EZZ, .FAA to .ZZZ. */
export const MAX_SEGMENTS = NUMBERED + (LETTERS - 4) * LETTERS * LETTERS;

/** The extension of segment `number` (from 1) without the dot; throws RangeError past .ZZZ, where no reader follows. */
export function ewfSegmentName(number: number): string {
  if (!Number.isInteger(number) || number < 1 || number > MAX_SEGMENTS) {
    throw new RangeError(`an E01 set has segments 1 to ${MAX_SEGMENTS}, not ${number}`);
  }
  if (number <= NUMBERED) return `E${String(number).padStart(2, "0")}`;
  const index = number - NUMBERED - 1;
  const first = FIRST_LETTER + Math.floor(index / (LETTERS * LETTERS));
  const second = 65 + (Math.floor(index / LETTERS) % LETTERS);
  return String.fromCharCode(first, second, 65 + (index % LETTERS));
}

/** The number that an extension stands for, in either case and also for logical and SMART sets; null where it is none. */
export function ewfSegmentNumber(extension: string): number | null {
  const upper = extension.toUpperCase();
  const numbered = /^[ELS](\d\d)$/.exec(upper);
  if (numbered) return Number(numbered[1]) || null;
  if (!/^[E-Z][A-Z][A-Z]$/.test(upper)) return null;
  const [first, second, third] = [
    upper.charCodeAt(0) - FIRST_LETTER,
    upper.charCodeAt(1) - 65,
    upper.charCodeAt(2) - 65,
  ];
  return NUMBERED + 1 + (first * LETTERS + second) * LETTERS + third;
}
