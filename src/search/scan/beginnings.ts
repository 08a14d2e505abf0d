/** Where in bytes a match may begin or lie, told from the program of an expression, so that the automaton need not look at most texts. */
import type { ByteNode, ByteProgram } from "./byte-program.ts";

/** Finds the next place from `from` on; -1 where there is none. */
export interface Beginnings {
  /** True: matches begin at the places. False: a match has one of the places somewhere in it. */
  readonly areStarts: boolean;
  /** Of bytes that lie together; what `next` is asked about. */
  prepare(bytes: Uint8Array): void;
  next(from: number): number;
}

/** Bytes of a match that are looked at. */
const mostBytes = 12;
/** Rarer than this is worth a look of its own: one place in so many bytes. */
const worthwhile = 400;

/** Null where places would be too many. */
export function beginningsOf(program: ByteProgram): Beginnings | null {
  const starts = startSets(program);
  const rareByte = requiredByte(program);
  const often = starts.reduce((share, set) => share * shareOf(set), 1);
  const byteOften = rareByte === null ? 1 : (shares[rareByte] as number);
  // A search for one byte is many times faster than one for several sets.
  if (rareByte !== null && byteOften < 8 * often) return new ByteBeginnings(rareByte);
  if (starts.length > 0 && often * worthwhile < 1) return new SetBeginnings(starts);
  return rareByte === null ? null : new ByteBeginnings(rareByte);
}

/** Matches hold this byte. */
class ByteBeginnings implements Beginnings {
  readonly areStarts = false;
  readonly #byte: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(byte: number) {
    this.#byte = byte;
  }

  prepare(bytes: Uint8Array): void {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  next(from: number): number {
    return this.#bytes.indexOf(this.#byte, from);
  }
}

/** Matches begin with a byte of each of these sets in turn. The engine of the language looks for that without ever going back far. */
class SetBeginnings implements Beginnings {
  readonly areStarts = true;
  readonly #pattern: RegExp;
  readonly #length: number;
  #text = "";

  constructor(sets: readonly ByteSet[]) {
    // Numbers of ours between brackets: nothing of the expression's own text.
    this.#pattern = new RegExp(sets.map(classText).join(""), "g");
    this.#length = sets.length;
  }

  prepare(bytes: Uint8Array): void {
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  }

  next(from: number): number {
    this.#pattern.lastIndex = from;
    return this.#pattern.test(this.#text) ? this.#pattern.lastIndex - this.#length : -1;
  }
}

/** By byte: 1 where it is in the set. */
type ByteSet = Uint8Array;

function classText(set: ByteSet): string {
  let text = "";
  for (let byte = 0; byte < set.length; byte += 1) {
    if (set[byte] === 1) text += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `[${text}]`;
}

/** The bytes that every match may have first, second and so on, as far as the shortest match goes. */
function startSets({ nodes, start }: ByteProgram): ByteSet[] {
  const sets: ByteSet[] = [];
  let open = reach(nodes, [start]);
  while (sets.length < mostBytes && !open.some((number) => nodes[number]?.kind === "match")) {
    const set = new Uint8Array(256);
    const reached = new Set<number>();
    for (const number of open) {
      const node = nodes[number] as ByteNode;
      if (node.kind !== "bytes") continue;
      for (const { low, high, to } of node.edges) {
        set.fill(1, low, high + 1);
        reached.add(to);
      }
    }
    if (reached.size === 0) break;
    sets.push(set);
    open = reach(nodes, [...reached]);
  }
  // Sets at the end that nearly every byte is in cost time and tell nothing.
  while (sets.length > 0 && shareOf(sets.at(-1) as ByteSet) > 0.3) sets.pop();
  return sets;
}

/** Nodes that are reached without a byte, whatever stands around. */
function reach(nodes: readonly ByteNode[], from: readonly number[]): number[] {
  const seen = new Set(from);
  for (const number of seen) {
    const node = nodes[number] as ByteNode;
    if (node.kind === "fork") for (const to of node.to) seen.add(to);
    else if (node.kind === "look") seen.add(node.to);
  }
  return [...seen];
}

/** True where a match can be without any byte. */
export function canBeEmpty({ nodes, start }: ByteProgram): boolean {
  return reach(nodes, [start]).some((number) => nodes[number]?.kind === "match");
}

/** The rarest byte that every match holds; null where there is none. */
function requiredByte({ nodes, start }: ByteProgram): number | null {
  const alone = new Set<number>();
  for (const node of nodes) {
    if (node.kind === "bytes") for (const { low, high } of node.edges) if (low === high) alone.add(low);
  }
  const byRareness = [...alone].sort((a, b) => (shares[a] as number) - (shares[b] as number));
  return byRareness.find((byte) => !matchesWithout(nodes, start, byte)) ?? null;
}

function matchesWithout(nodes: readonly ByteNode[], start: number, byte: number): boolean {
  const seen = new Set([start]);
  for (const number of seen) {
    const node = nodes[number] as ByteNode;
    if (node.kind === "match") return true;
    if (node.kind === "fork") for (const to of node.to) seen.add(to);
    else if (node.kind === "look") seen.add(node.to);
    else for (const { low, high, to } of node.edges) if (low !== byte || high !== byte) seen.add(to);
  }
  return false;
}

/** How much of a text a byte makes up, roughly: to choose by, nothing hangs on it. */
const shares = Float64Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (character === " ") return 0.14;
  if (/[etaoinshrdlu]/.test(character)) return 0.05;
  if (/[a-z]/.test(character)) return 0.015;
  if (/[0-9]/.test(character)) return 0.012;
  if (/[A-Z\n.,\-/]/.test(character)) return 0.006;
  return byte < 0x80 ? 0.002 : 0.003;
});

function shareOf(set: ByteSet): number {
  let share = 0;
  for (let byte = 0; byte < set.length; byte += 1) if (set[byte] === 1) share += shares[byte] as number;
  return Math.min(1, share);
}
