/**
 * Keccak-256 as it was before FIPS 202 (rate 1088, capacity 512, domain byte 0x01): what Ethereum and Monero use.
 * Written for short input; The Keccak reference 3.0, sections 1.2 and 2.3. Lanes are pairs of 32-bit halves, the lower
 * first.
 */

const rateBytes = 136;
const rounds = 24;

/** Round constants by the LFSR of section 1.2 (x^8 + x^6 + x^5 + x^4 + 1). */
const roundConstants = (() => {
  const out = new Int32Array(rounds * 2);
  let register = 1;
  for (let round = 0; round < rounds; round++) {
    for (let j = 0; j < 7; j++) {
      const bit = (1 << j) - 1;
      if ((register & 1) === 1) out[round * 2 + (bit >> 5)]! ^= 1 << (bit & 31);
      register = (register << 1) ^ ((register >> 7) * 0x171);
    }
  }
  return out;
})();

/** For each lane in the order of π: where it goes and by how many bits ρ turns it. */
const [targets, turns] = (() => {
  const places = new Uint8Array(24);
  const offsets = new Uint8Array(24);
  let x = 1;
  let y = 0;
  for (let t = 0; t < 24; t++) {
    offsets[t] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
    places[t] = x + 5 * y;
  }
  return [places, offsets];
})();

const state = new Int32Array(50);
const column = new Int32Array(10);
const row = new Int32Array(10);
const block = new Uint8Array(rateBytes);

/** 32 bytes of its own for `length` bytes from `from` on. */
export function keccak256(bytes: Uint8Array, from = 0, length = bytes.length): Uint8Array {
  state.fill(0);
  let place = from;
  for (let left = length; ; left -= rateBytes, place += rateBytes) {
    const take = Math.min(left, rateBytes);
    block.fill(0);
    block.set(bytes.subarray(place, place + take));
    if (take < rateBytes) {
      block[take]! ^= 0x01;
      block[rateBytes - 1]! ^= 0x80;
    }
    for (let i = 0; i < rateBytes / 4; i++) {
      const at = i * 4;
      state[i]! ^= block[at]! | (block[at + 1]! << 8) | (block[at + 2]! << 16) | (block[at + 3]! << 24);
    }
    permute();
    if (take < rateBytes) break;
  }
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = state[i >> 2]! >>> ((i & 3) * 8);
  return out;
}

function permute(): void {
  for (let round = 0; round < rounds; round++) {
    theta();
    rhoAndPi();
    chi();
    state[0]! ^= roundConstants[round * 2]!;
    state[1]! ^= roundConstants[round * 2 + 1]!;
  }
}

function theta(): void {
  for (let i = 0; i < 10; i++)
    column[i] = state[i]! ^ state[i + 10]! ^ state[i + 20]! ^ state[i + 30]! ^ state[i + 40]!;
  for (let x = 0; x < 5; x++) {
    const left = ((x + 4) % 5) * 2;
    const right = ((x + 1) % 5) * 2;
    const low = column[left]! ^ ((column[right]! << 1) | (column[right + 1]! >>> 31));
    const high = column[left + 1]! ^ ((column[right + 1]! << 1) | (column[right]! >>> 31));
    for (let y = 0; y < 50; y += 10) {
      state[y + x * 2]! ^= low;
      state[y + x * 2 + 1]! ^= high;
    }
  }
}

function rhoAndPi(): void {
  let low = state[2]!;
  let high = state[3]!;
  for (let t = 0; t < 24; t++) {
    const target = targets[t]! * 2;
    const turn = turns[t]! & 31;
    // Turning by 32 and more swaps the halves first.
    const [a, b] = turns[t]! < 32 ? [low, high] : [high, low];
    low = state[target]!;
    high = state[target + 1]!;
    state[target] = turn === 0 ? a : (a << turn) | (b >>> (32 - turn));
    state[target + 1] = turn === 0 ? b : (b << turn) | (a >>> (32 - turn));
  }
}

function chi(): void {
  for (let y = 0; y < 50; y += 10) {
    for (let i = 0; i < 10; i++) row[i] = state[y + i]!;
    for (let i = 0; i < 10; i++) state[y + i] = row[i]! ^ (~row[(i + 2) % 10]! & row[(i + 4) % 10]!);
  }
}
