/** Names of segment files: libyal, "EWF2", section "Segment file extensions". */

const LETTERS = 26;
const NUMBERED = 99;

/** .Ex01 to .Ex99, .ExAA to .ExZZ, .EyAA to .EzZZ; of logical evidence with L. */
const MAX_SEGMENTS = NUMBERED + 3 * LETTERS * LETTERS;

/** The extension of segment `number` (from 1) without the dot; throws RangeError past .EzZZ. */
export function ewf2SegmentName(number: number, family: "E" | "L" = "E"): string {
  if (!Number.isInteger(number) || number < 1 || number > MAX_SEGMENTS) {
    throw new RangeError(`a set has segments 1 to ${MAX_SEGMENTS}, not ${number}`);
  }
  if (number <= NUMBERED) return `${family}x${String(number).padStart(2, "0")}`;
  const index = number - NUMBERED - 1;
  const second = 65 + (Math.floor(index / LETTERS) % LETTERS);
  return `${family}${"xyz"[Math.floor(index / LETTERS ** 2)]}${String.fromCharCode(second, 65 + (index % LETTERS))}`;
}

/** The number that an extension stands for, in either case; null where it is none of this family. */
export function ewf2SegmentNumber(extension: string, family: "E" | "L" = "E"): number | null {
  const match = /^([EL])([XYZ])(\d\d|[A-Z][A-Z])$/.exec(extension.toUpperCase());
  if (!match || match[1] !== family) return null;
  const [, , series = "", rest = ""] = match;
  if (/\d/.test(rest)) return series === "X" ? Number(rest) || null : null;
  const [second, third] = [rest.charCodeAt(0) - 65, rest.charCodeAt(1) - 65];
  return NUMBERED + 1 + ("XYZ".indexOf(series) * LETTERS + second) * LETTERS + third;
}

/** The names of a set in order, `name` among them. */
export function ewf2SegmentNames(name: string, names: readonly string[], family: "E" | "L" = "E"): string[] {
  const partsOf = (each: string): { stem: string; number: number | null } => {
    const dot = each.lastIndexOf(".");
    const number = dot === -1 ? null : ewf2SegmentNumber(each.slice(dot + 1), family);
    return { stem: each.slice(0, Math.max(0, dot)).toLowerCase(), number };
  };
  const own = partsOf(name);
  if (own.number === null) return [name];
  const set = names
    .map((other) => ({ other, ...partsOf(other) }))
    .filter(({ stem, number }) => stem === own.stem && number !== null)
    .sort((a, b) => a.number! - b.number!)
    .map(({ other }) => other);
  return set.includes(name) ? set : [name];
}
