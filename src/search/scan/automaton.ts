/**
 * Says in one pass whether a text holds a match: a deterministic automaton over bytes of UTF-8, of which only the states are made that the
 * texts lead to. Time is linear in the text, whatever the expression. A text ends with the byte 0xFF, a part of one that another part follows
 * may end with 0xFE; UTF-8 has neither.
 */
import { looks, type ByteNode, type ByteProgram } from "./byte-program.ts";

/** Ends a text. */
export const endOfText = 0xff;
/** Ends a part of a text: what follows is not known, so that no condition on it holds. */
export const endOfPart = 0xfe;

/** Too many states are made for what they are worth: another engine is faster. */
export class TooManyStates extends Error {}

const unknown = 0;
const matched = 1;
const ended = 2;
const bytes = 256;

/** What stands before a place. */
const kinds = { textBegin: 0, lineFeed: 1, word: 2, other: 3 } as const;

interface State {
  readonly nodes: readonly number[];
  readonly before: number;
  /** No match is open. */
  readonly isStart: boolean;
}

/** A table of so many states takes 8 MiB. */
const mostStates = 8192;
/** Nodes of all states together. */
const mostNodes = 1 << 20;
/** Bytes that a state must serve on average, once the states have been made anew. */
const leastBytesPerState = 16;

export class Automaton {
  /** Following state × 256, or one of the three above, at state × 256 + byte. */
  #table = new Int32Array(64 * bytes);
  #states: State[] = [];
  readonly #known = new Map<string, number>();
  #nodesHeld = 0;
  #madeAnew = 0;
  #bytesSeen = 0;
  readonly #nodes: readonly ByteNode[];
  readonly #starts: readonly number[];
  readonly #classes: readonly (readonly number[])[];
  readonly #classOf: Uint8Array;
  readonly #looksAtLines: boolean;
  readonly #looksAtWords: boolean;

  constructor({ nodes, start }: ByteProgram) {
    this.#nodes = nodes;
    const conditions = nodes.reduce((all, node) => (node.kind === "look" ? all | node.conditions : all), 0);
    this.#looksAtWords = (conditions & (looks.wordEdge | looks.noWordEdge)) !== 0;
    this.#looksAtLines = (conditions & ~(looks.wordEdge | looks.noWordEdge)) !== 0;
    this.#starts = this.#closure([start]);
    this.#classes = byteClasses(nodes, this.#looksAtWords);
    this.#classOf = new Uint8Array(bytes);
    this.#classes.forEach((each, number) => each.forEach((byte) => (this.#classOf[byte] = number)));
  }

  /**
   * True where a match begins at `from` or after it and ends before the next end of text (or of a part), which must be there. What stands before `from` is
   * looked at where `from` is not 0 and no end of text stands there. Throws TooManyStates.
   */
  matches(text: Uint8Array, from: number): boolean {
    let state = this.#start(from === 0 ? endOfText : (text[from - 1] as number));
    let table = this.#table;
    let counted = from;
    for (let at = from; ; at += 1) {
      let next = table[state + (text[at] as number)] as number;
      if (next < bytes) {
        if (next === unknown) {
          this.#bytesSeen += at - counted;
          counted = at;
          next = this.#step(state, text[at] as number);
          table = this.#table;
        }
        if (next === matched) return true;
        if (next === ended) return false;
      }
      state = next;
    }
  }

  /**
   * The last place at or after `from` before which no match has begun that is still open when the first match ends; -1 where there is no match.
   * The leftmost match begins there or later. Otherwise as `matches`.
   */
  quietBefore(text: Uint8Array, from: number): number {
    let state = this.#start(from === 0 ? endOfText : (text[from - 1] as number));
    let quiet = from;
    let counted = from;
    for (let at = from; ; at += 1) {
      let next = this.#table[state + (text[at] as number)] as number;
      if (next === unknown) {
        this.#bytesSeen += at - counted;
        counted = at;
        next = this.#step(state, text[at] as number);
      }
      if (next === matched) return quiet;
      if (next === ended) return -1;
      state = next;
      if (this.#states[state / bytes - 1]?.isStart) quiet = at + 1;
    }
  }

  #start(before: number): number {
    const kind = before === endOfText ? kinds.textBegin : this.#kindOf(before);
    return this.#stateOf(this.#starts, this.#usefulKind(kind), true);
  }

  #kindOf(byte: number): number {
    if (byte === 10) return kinds.lineFeed;
    return isWordByte(byte) ? kinds.word : kinds.other;
  }

  /** States differ by what stands before them only where the expression looks at that. */
  #usefulKind(kind: number): number {
    if (kind === kinds.word) return this.#looksAtWords ? kind : kinds.other;
    return this.#looksAtLines ? kind : kinds.other;
  }

  /** Number of the state × 256, from 256. */
  #stateOf(nodes: readonly number[], before: number, isStart: boolean): number {
    const key = `${before}${isStart ? "!" : ":"}${nodes.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= mostStates || this.#nodesHeld > mostNodes) this.#makeAnew();
    const state = (this.#states.length + 1) * bytes;
    this.#states.push({ nodes, before, isStart });
    this.#nodesHeld += nodes.length;
    this.#known.set(key, state);
    if (state + bytes > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2);
      larger.set(this.#table);
      this.#table = larger;
    }
    return state;
  }

  #makeAnew(): void {
    this.#madeAnew += 1;
    if (this.#madeAnew > 2 && this.#bytesSeen < leastBytesPerState * this.#states.length) {
      this.#bytesSeen = 0;
      throw new TooManyStates("the expression has too many states");
    }
    this.#bytesSeen = 0;
    this.#states = [];
    this.#known.clear();
    this.#nodesHeld = 0;
    this.#table.fill(unknown);
  }

  /** Where a byte leads, remembered for all bytes of its class. */
  #step(from: number, byte: number): number {
    const state = this.#states[from / bytes - 1] as State;
    const rounds = this.#madeAnew;
    const next = this.#following(state, byte);
    if (rounds === this.#madeAnew) {
      const likewise = this.#classes[this.#classOf[byte] as number] as readonly number[];
      for (const each of likewise) this.#table[from + each] = next;
    }
    return next;
  }

  #following({ nodes, before }: State, byte: number): number {
    const open = this.#closure(nodes, this.#conditionsAt(before, byte));
    if (this.#hasMatch(open)) return matched;
    if (byte === endOfText || byte === endOfPart) return ended;
    const reached: number[] = [];
    for (const number of open) {
      const node = this.#nodes[number] as ByteNode;
      if (node.kind !== "bytes") continue;
      for (const { low, high, to } of node.edges) if (byte >= low && byte <= high) reached.push(to);
    }
    const following = this.#closure([...reached, ...this.#starts]);
    if (this.#hasMatch(following)) return matched;
    return this.#stateOf(following, this.#usefulKind(this.#kindOf(byte)), reached.length === 0);
  }

  #hasMatch(open: readonly number[]): boolean {
    return open.some((number) => this.#nodes[number]?.kind === "match");
  }

  #conditionsAt(before: number, byte: number): number {
    let holds = 0;
    if (before === kinds.textBegin) holds |= looks.textBegin | looks.lineBegin;
    if (before === kinds.lineFeed) holds |= looks.lineBegin;
    if (byte === endOfText) holds |= looks.textEnd | looks.lineEnd;
    if (byte === 10) holds |= looks.lineEnd;
    if (byte === endOfPart) return holds;
    return holds | ((before === kinds.word) === isWordByte(byte) ? looks.noWordEdge : looks.wordEdge);
  }

  /** Nodes that are reached without a byte, sorted; of those that look around, the ones whose conditions hold lead on. */
  #closure(from: readonly number[], holds = 0): readonly number[] {
    const seen = new Set<number>();
    const open = [...from];
    const kept: number[] = [];
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      if (seen.has(number)) continue;
      seen.add(number);
      const node = this.#nodes[number] as ByteNode;
      if (node.kind === "fork") open.push(...node.to);
      else {
        kept.push(number);
        if (node.kind === "look" && (node.conditions & ~holds) === 0) open.push(node.to);
      }
    }
    return kept.sort((a, b) => a - b);
  }
}

function isWordByte(byte: number): boolean {
  if (byte < 0x30 || byte > 0x7a) return false;
  return byte <= 0x39 || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte >= 0x61;
}

/** Bytes between which no edge and no condition tells. */
function byteClasses(nodes: readonly ByteNode[], words: boolean): number[][] {
  const begins = new Set([0, 10, 11, endOfPart, endOfText]);
  for (const node of nodes) {
    if (node.kind !== "bytes") continue;
    for (const { low, high } of node.edges) begins.add(low).add(high + 1);
  }
  if (words) for (const byte of [0x30, 0x3a, 0x41, 0x5b, 0x5f, 0x60, 0x61, 0x7b]) begins.add(byte);
  const classes: number[][] = [];
  for (let byte = 0; byte < bytes; byte += 1) {
    if (begins.has(byte)) classes.push([]);
    (classes.at(-1) as number[]).push(byte);
  }
  return classes;
}
