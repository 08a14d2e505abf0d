/**
 * SHA-512 whose state can be taken out and put back, which node:crypto cannot: for hashes over what is written in several
 * sittings. An order of magnitude slower than node:crypto: only for small amounts. Specification: FIPS 180-4, 5.1.2 and 6.4.
 */

/** Plain data: survives messages between threads and JSON after encoding its array. */
export interface Sha512State {
  /** H(0) to H(7), high half first. */
  readonly words: readonly number[];
  /** Bytes that do not fill a block yet. */
  readonly pending: Uint8Array;
  /** Bytes hashed so far, the pending ones included. */
  readonly bytes: number;
}

const BLOCK = 128;
const ROUNDS = 80;

/** The first 64 bits behind the point of roots of primes (FIPS 180-4, 4.2.3 and 5.3.5), as high and low halves. */
function rootBits(count: number, root: 2n | 3n): Int32Array {
  const words = new Int32Array(2 * count);
  for (let [prime, found] = [2n, 0]; found < count; prime++) {
    let divisor = 2n;
    while (divisor * divisor <= prime && prime % divisor !== 0n) divisor++;
    if (divisor * divisor <= prime) continue;
    // The whole part of the root of prime · 2^(64·root) is the root with 64 bits behind the point.
    const wanted = prime << (64n * root);
    let [low, high] = [0n, 1n << 72n];
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** root <= wanted) low = middle;
      else high = middle;
    }
    words[2 * found] = Number(BigInt.asIntN(32, low >> 32n));
    words[2 * found + 1] = Number(BigInt.asIntN(32, low));
    found++;
  }
  return words;
}

const K = rootBits(ROUNDS, 3n);
const initial = [...rootBits(8, 2n)];
const schedule = new Int32Array(2 * ROUNDS);

export class Sha512 {
  readonly #state: Int32Array;
  readonly #pending = new Uint8Array(BLOCK);
  #held: number;
  #bytes: number;

  constructor(from: Sha512State | null = null) {
    this.#state = Int32Array.from(from?.words ?? initial);
    this.#held = from?.pending.length ?? 0;
    if (from) this.#pending.set(from.pending);
    this.#bytes = from?.bytes ?? 0;
  }

  get state(): Sha512State {
    return { words: [...this.#state], pending: this.#pending.slice(0, this.#held), bytes: this.#bytes };
  }

  update(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(BLOCK - this.#held, bytes.length);
      this.#pending.set(bytes.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < BLOCK) return;
      compress(this.#state, this.#pending, 0);
      this.#held = 0;
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) compress(this.#state, bytes, at);
    this.#pending.set(bytes.subarray(at));
    this.#held = bytes.length - at;
  }

  /** 64 bytes; the hash can go on afterwards. */
  digest(): Uint8Array {
    const end = new Sha512(this.state);
    const padded = new Uint8Array((this.#held < 112 ? BLOCK : 2 * BLOCK) - this.#held);
    padded[0] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(this.#bytes / 0x2000_0000));
    view.setUint32(padded.length - 4, (this.#bytes % 0x2000_0000) * 8);
    end.update(padded);
    const out = new DataView(new ArrayBuffer(64));
    end.#state.forEach((word, index) => out.setInt32(4 * index, word));
    return new Uint8Array(out.buffer);
  }
}

/** Fills the message schedule (6.4.2 step 1) from the block at `at`. */
function schedules(block: Uint8Array, at: number): void {
  for (let word = 0; word < 32; word++, at += 4) {
    schedule[word] = (block[at]! << 24) | (block[at + 1]! << 16) | (block[at + 2]! << 8) | block[at + 3]!;
  }
  for (let word = 32; word < 2 * ROUNDS; word += 2) {
    const h2 = schedule[word - 4]!;
    const l2 = schedule[word - 3]!;
    const h15 = schedule[word - 30]!;
    const l15 = schedule[word - 29]!;
    const s1h = ((h2 >>> 19) | (l2 << 13)) ^ ((l2 >>> 29) | (h2 << 3)) ^ (h2 >>> 6);
    const s1l = ((l2 >>> 19) | (h2 << 13)) ^ ((h2 >>> 29) | (l2 << 3)) ^ ((l2 >>> 6) | (h2 << 26));
    const s0h = ((h15 >>> 1) | (l15 << 31)) ^ ((h15 >>> 8) | (l15 << 24)) ^ (h15 >>> 7);
    const s0l = ((l15 >>> 1) | (h15 << 31)) ^ ((l15 >>> 8) | (h15 << 24)) ^ ((l15 >>> 7) | (h15 << 25));
    const low = (s1l >>> 0) + (schedule[word - 13]! >>> 0) + (s0l >>> 0) + (schedule[word - 31]! >>> 0);
    schedule[word + 1] = low;
    schedule[word] = s1h + schedule[word - 14]! + s0h + schedule[word - 32]! + Math.floor(low / 0x1_0000_0000);
  }
}

/** Steps 2 to 4 of 6.4.2. Plain assignments: until it is optimised, a row of variables set at once is an array each time. */
function compress(state: Int32Array, block: Uint8Array, at: number): void {
  schedules(block, at);
  let ah = state[0]!;
  let al = state[1]!;
  let bh = state[2]!;
  let bl = state[3]!;
  let ch = state[4]!;
  let cl = state[5]!;
  let dh = state[6]!;
  let dl = state[7]!;
  let eh = state[8]!;
  let el = state[9]!;
  let fh = state[10]!;
  let fl = state[11]!;
  let gh = state[12]!;
  let gl = state[13]!;
  let hh = state[14]!;
  let hl = state[15]!;
  for (let round = 0; round < 2 * ROUNDS; round += 2) {
    const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const t1 =
      (hl >>> 0) +
      (s1l >>> 0) +
      (((el & fl) ^ (~el & gl)) >>> 0) +
      (K[round + 1]! >>> 0) +
      (schedule[round + 1]! >>> 0);
    const t1h =
      (hh + s1h + ((eh & fh) ^ (~eh & gh)) + K[round]! + schedule[round]! + Math.floor(t1 / 0x1_0000_0000)) | 0;
    const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const t2 = (s0l >>> 0) + (((al & bl) ^ (al & cl) ^ (bl & cl)) >>> 0);
    const t2h = (s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + Math.floor(t2 / 0x1_0000_0000)) | 0;
    hh = gh;
    hl = gl;
    gh = fh;
    gl = fl;
    fh = eh;
    fl = el;
    const e = (dl >>> 0) + ((t1 | 0) >>> 0);
    eh = (dh + t1h + Math.floor(e / 0x1_0000_0000)) | 0;
    el = e | 0;
    dh = ch;
    dl = cl;
    ch = bh;
    cl = bl;
    bh = ah;
    bl = al;
    const a = ((t1 | 0) >>> 0) + ((t2 | 0) >>> 0);
    ah = (t1h + t2h + Math.floor(a / 0x1_0000_0000)) | 0;
    al = a | 0;
  }
  add(state, 0, ah, al);
  add(state, 2, bh, bl);
  add(state, 4, ch, cl);
  add(state, 6, dh, dl);
  add(state, 8, eh, el);
  add(state, 10, fh, fl);
  add(state, 12, gh, gl);
  add(state, 14, hh, hl);
}

function add(state: Int32Array, word: number, high: number, low: number): void {
  const sum = (state[word + 1]! >>> 0) + (low >>> 0);
  state[word + 1] = sum;
  state[word] = state[word]! + high + Math.floor(sum / 0x1_0000_0000);
}
