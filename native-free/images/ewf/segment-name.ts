/** Names of segment files: libyal, "Expert Witness Compression Format (EWF)", section "Segment file extensions". */

const LETTERS = 26;
const NUMBERED = 99;
const FIRST_LETTER = 69; // E

/** .E01 to .E99, .EAA to .EZZ, .FAA to .ZZZ. */
export const MAX_SEGMENTS = NUMBERED + (LETTERS - 4) * LETTERS * LETTERS;

/** First letter of the extensions: E of media, L of logical evidence, S of SMART. */
export type EwfFamily = "E" | "L" | "S";
const families: readonly EwfFamily[] = ["E", "L", "S"];

/** The extension of segment `number` (from 1) without the dot; throws RangeError past .ZZZ, where no reader follows. */
export function ewfSegmentName(number: number, family: EwfFamily = "E"): string {
  const firstLetter = family.charCodeAt(0);
  const most = MAX_SEGMENTS - (firstLetter - FIRST_LETTER) * LETTERS * LETTERS;
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new RangeError(`a set has segments 1 to ${most}, not ${number}`);
  }
  if (number <= NUMBERED) return `${family}${String(number).padStart(2, "0")}`;
  const index = number - NUMBERED - 1;
  const first = firstLetter + Math.floor(index / (LETTERS * LETTERS));
  const second = 65 + (Math.floor(index / LETTERS) % LETTERS);
  return String.fromCharCode(first, second, 65 + (index % LETTERS));
}

/** The number that an extension stands for in sets of a family, in either case; null where it is none of theirs. */
export function ewfSegmentNumber(extension: string, family: EwfFamily = "E"): number | null {
  const upper = extension.toUpperCase();
  const numbered = /^([ELS])(\d\d)$/.exec(upper);
  if (numbered) return numbered[1] === family ? Number(numbered[2]) || null : null;
  if (!/^[E-Z][A-Z][A-Z]$/.test(upper) || upper < family) return null;
  const first = upper.charCodeAt(0) - family.charCodeAt(0);
  const [second, third] = [upper.charCodeAt(1) - 65, upper.charCodeAt(2) - 65];
  return NUMBERED + 1 + (first * LETTERS + second) * LETTERS + third;
}

interface NameParts {
  readonly stem: string;
  readonly extension: string;
}

function partsOf(name: string): NameParts {
  const dot = name.lastIndexOf(".");
  return { stem: name.slice(0, Math.max(0, dot)).toLowerCase(), extension: dot === -1 ? "" : name.slice(dot + 1) };
}

/** The family of a name: lettered extensions are of the family that has numbered ones beside them, E if in doubt. */
export function familyOf(name: string, names: readonly string[]): EwfFamily {
  const { stem, extension } = partsOf(name);
  const own = /^([ELS])\d\d$/i.exec(extension)?.[1]?.toUpperCase();
  if (own) return own as EwfFamily;
  const beside = names.map(partsOf).filter((parts) => parts.stem === stem);
  const isThere = (family: EwfFamily): boolean =>
    ewfSegmentNumber(extension, family) !== null &&
    beside.some((parts) => /\d/.test(parts.extension) && ewfSegmentNumber(parts.extension, family) !== null);
  return families.find(isThere) ?? "E";
}

/** .TXT and .PDF are segment numbers, too: a name this far behind the one before it belongs to something else. */
const MAX_GAP = 100;

/** The names of a set in order, `name` among them. */
export function ewfSegmentNames(name: string, names: readonly string[]): string[] {
  const { stem, extension } = partsOf(name);
  const family = familyOf(name, names);
  if (ewfSegmentNumber(extension, family) === null) return [name];
  const set = names
    .map((other) => ({ other, parts: partsOf(other) }))
    .filter(({ parts }) => parts.stem === stem)
    .map(({ other, parts }) => ({ other, number: ewfSegmentNumber(parts.extension, family) ?? 0 }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => a.number - b.number);
  const end = set.findIndex(({ number }, index) => index > 0 && number - set[index - 1]!.number > MAX_GAP);
  const found = set.slice(0, end === -1 ? set.length : end).map(({ other }) => other);
  return found.includes(name) ? found : [name];
}
