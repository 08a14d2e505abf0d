/**
 * The walk of `triggers.ts` as a WebAssembly kernel, which goes fast over what holds no trigger; without WebAssembly, the walk
 * itself. Both make the same calls in the same order.
 */
import { copyBytes } from "../bytes/copy-bytes.ts";
import { growTo, kernelExports, type KernelMemory, type KernelNumber } from "../kernels/scan-module.ts";
import { triggersBase64 } from "../kernels/scan-wasm.ts";
import type { TextView } from "./entity.ts";
import { endingKeys, longestWord, mostGap } from "./name-ending.ts";
import { isIn, longest, pairCount, type TokenRule } from "./trigger-rules.ts";
import { definedTriggersIn, triggersOfToken, type OnTrigger, type TriggerTable } from "./triggers.ts";

interface Exports {
  readonly memory: KernelMemory;
  readonly byLengthAt: KernelNumber;
  readonly byLeadAt: KernelNumber;
  readonly byFirstAt: KernelNumber;
  readonly byBeforeAt: KernelNumber;
  readonly byNextAt: KernelNumber;
  readonly bySecondAt: KernelNumber;
  readonly byTotalAt: KernelNumber;
  readonly byPairAt: KernelNumber;
  readonly byEndingAt: KernelNumber;
  readonly endingsAt: KernelNumber;
  readonly recognisersAt: KernelNumber;
  readonly askTotalAt: KernelNumber;
  readonly askEndingAt: KernelNumber;
  readonly otherHeadsAt: KernelNumber;
  readonly eventsAt: KernelNumber;
  readonly mostEvents: KernelNumber;
  readonly inputAt: KernelNumber;
  readonly mostInput: KernelNumber;
  readonly listsAt: KernelNumber;
  prepare(eventsOfStep: number, wordCount: number, digitCount: number): void;
  begin(): void;
  clearEvents(): void;
  countEvents(): number;
  reason(): number;
  endWords(): void;
  run(from: number, to: number, length: number, offset: number, isLast: boolean): number;
}

/** Why `run` ended before the end: what it cannot see whole goes on behind the input. */
const longToken = 2;
/** Bytes of the input behind those where tokens may begin. */
const lookAhead = 2048;
/** The longest word in front of a token, and what may stand between. */
const lookBehind = longestWord + mostGap + 4;
const zeroBytes = 80;
/** Bounds of rules above this are none. */
const unbounded = 0x7fffffff;
const mostPlace = 0xffffffff;
/** Bits of the kernel's tables; larger sets of rules are walked without it. */
const mostRules = 128;
const mostKinds = 255;

const kernels = new WeakMap<TriggerTable, TriggerKernel | null>();

/** Calls for each trigger that stands in the text, places ascending but for those of words. */
export function triggersIn(text: TextView, table: TriggerTable, found: OnTrigger): void {
  let kernel = kernels.get(table);
  if (kernel === undefined) {
    const exports = table.rules.length <= mostRules ? (kernelExports(triggersBase64) as Exports | null) : null;
    kernel = exports && new TriggerKernel(table, exports);
    kernels.set(table, kernel);
  }
  if (kernel && !kernel.isBusy && text.to < mostPlace) kernel.find(text, found);
  else definedTriggersIn(text, table, found);
}

class TriggerKernel {
  /** True during a call of `found`, which may look for triggers in another text. */
  isBusy = false;
  readonly #table: TriggerTable;
  readonly #exports: Exports;
  readonly #memory: Uint8Array;
  readonly #events: Uint32Array;
  readonly #input: number;
  readonly #step: number;

  constructor(table: TriggerTable, exports: Exports) {
    this.#table = table;
    this.#exports = exports;
    writeRules(table.rules, exports);
    exports.prepare(writeLists(table, exports), Math.min(table.wordCount, unbounded), table.mostDigits);
    this.#memory = new Uint8Array(exports.memory.buffer);
    this.#events = new Uint32Array(exports.memory.buffer, exports.eventsAt.value, exports.mostEvents.value * 2);
    this.#input = exports.inputAt.value;
    this.#step = exports.mostInput.value - lookAhead;
  }

  find(text: TextView, found: OnTrigger): void {
    this.isBusy = true;
    try {
      this.#exports.begin();
      this.#exports.clearEvents();
      for (let at = text.from; at < text.to;) at = this.#piece(text, at, found);
      this.#exports.endWords();
      this.#drain(found);
    } finally {
      this.isBusy = false;
    }
  }

  /** One filling of the input, from `at` on; where to go on. */
  #piece(text: TextView, at: number, found: OnTrigger): number {
    const places = Math.min(this.#step, text.to - at);
    const length = Math.min(text.to - at, places + lookAhead);
    const before = Math.min(lookBehind, at - text.from);
    const start = this.#input;
    this.#memory.fill(0, start - lookBehind, start);
    copyBytes(text.bytes, at - before, length + before, this.#memory, start - before);
    this.#memory.fill(0, start + length, start + length + zeroBytes);
    const isLast = at + length === text.to;
    for (let place = 0; place < places;) {
      place = this.#exports.run(place, places, length, at, isLast);
      const isLong = this.#exports.reason() === longToken;
      // A token that long ends every run of words.
      if (isLong) this.#exports.endWords();
      this.#drain(found);
      if (isLong) return triggersOfToken(text, at + place, this.#table, found);
      if (place >= places) return at + place;
    }
    return at + places;
  }

  #drain(found: OnTrigger): void {
    const count = this.#exports.countEvents() * 2;
    const events = this.#events;
    for (let event = 0; event < count; event += 2) found(events[event]!, events[event + 1]!);
    this.#exports.clearEvents();
  }
}

/** Puts the lists of signs and words into the kernel's memory. Returns how many events one token or sign makes at most. */
function writeLists(table: TriggerTable, exports: Exports): number {
  const lists = [...table.signs, table.words];
  let end = exports.listsAt.value;
  growTo(exports.memory, end + lists.reduce((sum, list) => sum + list.length, 0) * 4);
  const view = new DataView(exports.memory.buffer);
  lists.forEach((list, index) => {
    view.setUint32(exports.otherHeadsAt.value + index * 4, end, true);
    for (const recogniser of list) {
      view.setUint32(end, recogniser, true);
      end += 4;
    }
  });
  view.setUint32(exports.otherHeadsAt.value + lists.length * 4, end, true);
  return mostRules + table.words.length + Math.max(...lists.map((list) => list.length)) + 1;
}

/** Bytes of a bit for each rule. */
const setBytes = mostRules / 8;
/** For a rule, whether it lets through what has an index; null where it lets everything through. */
type Condition = (rule: TokenRule) => ((index: number) => boolean) | null;

const ofSet =
  (name: "before" | "first" | "next" | "second" | "pairs"): Condition =>
  (rule) => {
    const set = rule[name];
    return set && ((index) => set[index] === 1);
  };

/** Puts the rules into the kernel's tables: by what is seen, those that it suits. */
function writeRules(rules: readonly TokenRule[], exports: Exports): void {
  const memory = new Uint8Array(exports.memory.buffer);
  const put = (at: number, count: number, condition: Condition): void => {
    const free = new Uint8Array(setBytes);
    const tests = rules.map(condition);
    tests.forEach((test, bit) => {
      if (test === null) free[bit >> 3]! |= 1 << (bit & 7);
    });
    for (let index = 0; index < count; index++) memory.set(free, at + index * setBytes);
    tests.forEach((test, bit) => {
      if (test === null) return;
      for (let index = 0; index < count; index++)
        if (test(index)) memory[at + index * setBytes + (bit >> 3)]! |= 1 << (bit & 7);
    });
  };
  const counts = longest + 1;
  put(exports.byLengthAt.value, counts * 8, (rule) => (index) => isIn(rule.length, index >> 3) && hasSeen(rule, index));
  put(exports.byLeadAt.value, counts, (rule) => (letters) => isIn(rule.letters, letters) && isIn(rule.digits, 0));
  const byDigitsAt = exports.byLeadAt.value + counts * setBytes;
  put(byDigitsAt, counts, (rule) => (digits) => isIn(rule.letters, 0) && isIn(rule.digits, digits));
  put(exports.byFirstAt.value, 256, ofSet("first"));
  put(exports.byBeforeAt.value, 256, ofSet("before"));
  put(exports.byNextAt.value, 256, ofSet("next"));
  put(exports.bySecondAt.value, 256, ofSet("second"));
  put(exports.byPairAt.value, pairCount, ofSet("pairs"));
  put(exports.byTotalAt.value, counts, ({ total }) => total && ((digits) => isIn(total, digits)));
  put(
    exports.askTotalAt.value,
    1,
    ({ total }) =>
      () =>
        total !== null,
  );
  put(
    exports.askEndingAt.value,
    1,
    ({ after }) =>
      () =>
        after !== null,
  );
  const recognisers = new Uint32Array(exports.memory.buffer, exports.recognisersAt.value, mostRules);
  rules.forEach((rule, bit) => {
    recognisers[bit] = rule.recogniser;
  });
  writeEndings(rules, memory, exports);
}

const hasSeen = (rule: TokenRule, index: number): boolean => ((rule.seen >> (index & 7)) & 1) === 1;

/** Words in front that the same rules ask for are of one kind; kind 0 are those that none asks for. */
function writeEndings(rules: readonly TokenRule[], memory: Uint8Array, exports: Exports): void {
  const kinds = new Map<string, number>();
  const kindOf = (key: number): number => {
    const asked = rules.map(({ after }) => after === null || after.has(key));
    const name = asked.map(Number).join("");
    let kind = kinds.get(name);
    if (kind === undefined) {
      kind = kinds.size;
      if (kind > mostKinds) throw new RangeError("words in front of tokens are of too many kinds");
      kinds.set(name, kind);
      const at = exports.byEndingAt.value + kind * setBytes;
      asked.forEach((isAsked, bit) => {
        if (isAsked) memory[at + (bit >> 3)]! |= 1 << (bit & 7);
      });
    }
    return kind;
  };
  // Key 0 is no word.
  kindOf(0);
  const endings = rules.flatMap(({ after }) => after ?? []);
  for (let key = 1; key < endingKeys; key++)
    if (endings.some((ending) => ending.has(key))) memory[exports.endingsAt.value + key] = kindOf(key);
}
