/**
 * TLSH (Oliver, Cheng, Chen: "TLSH – A Locality Sensitive Hash", 2013), version T1 with 128 buckets and one byte of checksum: a
 * digest of 35 bytes that changes little where the bytes change little. Not given for fewer than 50 bytes or for bytes without variety,
 * as the reference does.
 */

/** Pearson's permutation (RFC 3074, section 6). */
const pearson = Uint8Array.from(
  `1 87 49 12 176 178 102 166 121 193 6 84 249 230 44 163 14 197 213 181 161 85 218 80 64 239 24 226 236 142 38 200 110 177 104 103
141 253 255 50 77 101 81 18 45 96 31 222 25 107 190 70 86 237 240 34 72 242 20 214 244 227 149 235 97 234 57 22 60 250 82 175 208 5 127
199 111 62 135 248 174 169 211 58 66 154 106 195 245 171 17 187 182 179 0 243 132 56 148 75 128 133 158 100 130 126 91 13 153 246 216 219
119 68 223 78 83 88 201 99 122 11 92 32 136 114 52 10 138 30 48 183 156 35 61 26 143 74 251 94 129 162 63 152 170 7 115 167 241 206 3 150
55 59 151 220 90 53 23 131 125 173 15 238 79 95 89 16 105 137 225 224 217 160 37 123 118 73 2 157 46 116 9 145 134 228 207 212 202 215 69
229 27 188 67 124 168 252 42 4 29 108 21 247 19 205 39 203 233 40 186 147 198 192 155 33 164 191 98 204 165 180 117 76 140 36 210 172 41
54 159 8 185 232 113 196 231 47 146 120 51 65 28 144 254 221 93 189 194 139 112 43 71 109 184 209`
    .split(/\s+/)
    .map(Number),
);

const codedBuckets = 128;
const fewestBytes = 50;

/** Second step of the hash for each of the six salts: `pearson[salt]` is fixed. */
const salts = [2, 3, 5, 7, 11, 13].map((salt) => pearson[salt] as number);

export class TlshHasher {
  readonly #buckets = new Float64Array(256);
  readonly #window = new Uint8Array(4);
  #checksum = 0;
  #length = 0;

  add(bytes: Uint8Array): void {
    const buckets = this.#buckets;
    const [s2, s3, s5, s7, s11, s13] = salts as [number, number, number, number, number, number];
    const zero = pearson[0] as number;
    let [d, c, b, a] = this.#window as unknown as [number, number, number, number];
    let checksum = this.#checksum;
    let length = this.#length;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      length += 1;
      if (length >= 5) {
        checksum = pearson[(pearson[(pearson[zero ^ byte] as number) ^ a] as number) ^ checksum] as number;
        const p2 = pearson[s2 ^ byte] as number;
        const p3 = pearson[s3 ^ byte] as number;
        const p5 = pearson[s5 ^ byte] as number;
        const p7 = pearson[s7 ^ byte] as number;
        const p11 = pearson[s11 ^ byte] as number;
        const p13 = pearson[s13 ^ byte] as number;
        buckets[pearson[(pearson[p2 ^ a] as number) ^ b] as number]! += 1;
        buckets[pearson[(pearson[p3 ^ a] as number) ^ c] as number]! += 1;
        buckets[pearson[(pearson[p5 ^ b] as number) ^ c] as number]! += 1;
        buckets[pearson[(pearson[p7 ^ b] as number) ^ d] as number]! += 1;
        buckets[pearson[(pearson[p11 ^ a] as number) ^ d] as number]! += 1;
        buckets[pearson[(pearson[p13 ^ c] as number) ^ d] as number]! += 1;
      }
      d = c;
      c = b;
      b = a;
      a = byte;
    }
    this.#window.set([d, c, b, a]);
    this.#checksum = checksum;
    this.#length = length;
  }

  /** `T1` and 70 hexadecimal digits; null where there is too little, or too little variety. */
  finish(): string | null {
    if (this.#length < fewestBytes) return null;
    const coded = this.#buckets.slice(0, codedBuckets);
    const sorted = coded.toSorted();
    const [q1, q2, q3] = [sorted[31], sorted[63], sorted[95]] as [number, number, number];
    const filled = coded.filter((count) => count > 0).length;
    if (q3 === 0 || filled <= codedBuckets / 2) return null;
    const body: number[] = [];
    for (let at = 0; at < codedBuckets; at += 4) {
      let byte = 0;
      for (let bucket = 3; bucket >= 0; bucket--) {
        const count = coded[at + bucket] as number;
        byte = (byte << 2) | (count > q3 ? 3 : count > q2 ? 2 : count > q1 ? 1 : 0);
      }
      body.unshift(byte);
    }
    const ratios = ((Math.trunc((q1 * 100) / q3) % 16) << 4) | (Math.trunc((q2 * 100) / q3) % 16);
    const head = [swapped(this.#checksum), swapped(lengthCode(this.#length)), ratios];
    return `T1${Buffer.from([...head, ...body])
      .toString("hex")
      .toUpperCase()}`;
  }
}

function swapped(byte: number): number {
  return ((byte & 15) << 4) | (byte >>> 4);
}

/** The length on a logarithmic scale that is coarser for longer files (section 3.3 of the paper). */
function lengthCode(length: number): number {
  const log = Math.log(length);
  if (length <= 656) return Math.floor(log / 0.4054651) & 255;
  if (length <= 3199) return Math.floor(log / 0.26236426 - 8.72777) & 255;
  return Math.floor(log / 0.09531018 - 62.5472) & 255;
}

/** 0 for equal digests; the farther apart, the higher. Below 30 files are closely related, above 100 hardly. Null for malformed digests. */
export function tlshDistance(one: string, other: string): number | null {
  const [a, b] = [parsed(one), parsed(other)];
  if (!a || !b) return null;
  let distance = scaled(ring(swapped(a[1] as number), swapped(b[1] as number), 256), 1, 12);
  for (const shift of [4, 0]) {
    const apart = ring(((a[2] as number) >>> shift) & 15, ((b[2] as number) >>> shift) & 15, 16);
    distance += apart <= 1 ? apart : (apart - 1) * 12;
  }
  if (a[0] !== b[0]) distance += 1;
  for (let at = 3; at < 35; at++) {
    for (let shift = 0; shift < 8; shift += 2) {
      const apart = Math.abs((((a[at] as number) >>> shift) & 3) - (((b[at] as number) >>> shift) & 3));
      distance += apart === 3 ? 6 : apart;
    }
  }
  return distance;
}

function parsed(digest: string): Uint8Array | null {
  return /^T1[0-9A-F]{70}$/i.test(digest) ? Buffer.from(digest.slice(2), "hex") : null;
}

function ring(a: number, b: number, size: number): number {
  const apart = Math.abs(a - b);
  return Math.min(apart, size - apart);
}

function scaled(apart: number, free: number, factor: number): number {
  return apart <= free ? apart : apart * factor;
}
