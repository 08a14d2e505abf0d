/** Names of the parts of a split raw image: .000 or .001 and on (any number of digits), .aa and on, .aaa and on. */

interface Part {
  /** Everything in front of the running part, with its shape: parts of one set agree in it. */
  readonly key: string;
  readonly index: number;
  /** Characters of the running part. */
  readonly width: number;
}

/** The running part of a name; null where it has none. Plain extensions like .dd are two letters, too: see below. */
export function rawPartOf(name: string): Part | null {
  const digits = /^(.*\.)(\d{2,9})$/s.exec(name);
  if (digits) return { key: `${digits[1]}#`, index: Number(digits[2]), width: digits[2]!.length };
  const letters = /^(.*\.)([a-z]{2,4})$/s.exec(name) ?? /^(.*\.)([A-Z]{2,4})$/s.exec(name);
  if (!letters) return null;
  const [, stem = "", run = ""] = letters;
  const index = [...run.toLowerCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 97, 0);
  return { key: `${stem}${run.length}${run === run.toLowerCase() ? "a" : "A"}`, index, width: run.length };
}

/** The set of `name` in order. Letters count only where the set begins at .aa: `disk.dd` beside `disk.md` is no set. */
export function rawSegmentNames(name: string, namesInFolder: readonly string[]): string[] {
  const own = rawPartOf(name);
  if (!own) return [name];
  const parts = namesInFolder
    .map((other) => ({ other, part: rawPartOf(other) }))
    .filter(({ part }) => part?.key === own.key && continues(own, part))
    .map(({ other, part }) => ({ other, index: part!.index }))
    .sort((a, b) => a.index - b.index);
  if (!own.key.endsWith("#")) {
    if (parts[0]?.index !== 0) return [name];
    // .aa, .ab, … without a gap: an unrelated extension lies far behind.
    const run = parts.filter(({ index }, place) => index === place);
    return own.index < run.length ? run.map(({ other }) => other) : [name];
  }
  return parts.length > 0 ? parts.map(({ other }) => other) : [name];
}

/** .999 is followed by .1000, but .0003 belongs to another set than .001. */
function continues({ width }: Part, other: Part): boolean {
  return other.width === width || (other.width > width && other.index >= 10 ** (other.width - 1));
}
