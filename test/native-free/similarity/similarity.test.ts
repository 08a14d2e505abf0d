/** Values by which like contents are found: those of bytes as the programs ssdeep 2.14 and tlsh 3.4 give them, those of texts by their meaning. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../../native-free/model/fold.ts";
import { SsdeepHasher, ssdeepScore } from "../../../native-free/similarity/ssdeep.ts";
import { likeness, TextSketcher } from "../../../native-free/similarity/text-sketch.ts";
import { tlshDistance, TlshHasher } from "../../../native-free/similarity/tlsh.ts";

function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let x = seed;
  for (let at = 0; at < length; at++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    bytes[at] = x >>> 16;
  }
  return bytes;
}

const changed = noise(100_000, 5);
changed.set(noise(300, 9), 50_000);

/** Bytes, what ssdeep prints, what tlsh prints (behind T1); undefined where tlsh 3.4 wants more bytes than the reference since version 4. */
const known: readonly (readonly [string, Uint8Array, string, string | null | undefined])[] = [
  ["nothing", new Uint8Array(0), "3::", null],
  ["7 bytes", noise(7, 1), "3:B:B", null],
  ["60 bytes", noise(60, 2), "3:N9ye548b4n9ccJIKswzm:NNG9tds2m", undefined],
  [
    "500 bytes",
    noise(500, 3),
    "12:oAaHfaw0ec9mBIF5bfX4WDLSilNVBoIzXyGLtInV+4pJMOsPiaI:w/a1eYmOFKMLSQvBNyG5IV+4Eij",
    "C1F00E02EE12AEDA3869C5E391A4235C689A8F6CD09464B824DE479B3214AC8BB09408",
  ],
  [
    "5 kB",
    noise(5000, 4),
    "96:NJqJIr7CuMyXbnHaDPqk2O4pHZn9UV7pEM65OYI5Tm7aMQ5rRUyeXcf3i5N:N6uCZAn6DPuFZniled5O9MmrRD+cfi5N",
    "7AA18F592C92C119416B4437EE4C77C384E6FD3772B2583402DFBE26E0BD169651423D",
  ],
  [
    "100 kB",
    noise(100_000, 5),
    "1536:bc4KdQpM0gc+2No51XDeHWT0fb1jQMUHNDsHCKohzLoWDwfz+vNEapnM5zFOO7bb:ABSM9yIXrTUPyWoYz+vtRyDvLn",
    "B3A31297701F420A6CEBF80807ED3E6FFA859646C9BFD4E8F81A044B325865FD6901E0",
  ],
  [
    "1 MB",
    noise(1_000_000, 6),
    "24576:iLU27UBXqlWgKKRRVvyEBioo5irRkzb4mKUq:KfUB0tB3cE05yRkzbyUq",
    "6E2533398464745E3CAAA8CE867E0BF48A86E5D0739CCBCC6107B534373D645D4E8EA7",
  ],
  [
    "100 kB with a change",
    changed,
    "1536:bc4KdQpM0gc+2No51XDeHWT0fb1jQMUHNDiHCKohzLoWDwfz+vNEapnM5zFOO7bb:ABSM9yIXrTUPyooYz+vtRyDvLn",
    "74A31297701F460A6CEBF80807ED3E6FFA95A646C5BF94E8FC4E044B325865FD6901A0",
  ],
  ["zeros", new Uint8Array(4096), "3::", null],
];

function ssdeepOf(...pieces: readonly Uint8Array[]): string {
  const hasher = new SsdeepHasher();
  for (const piece of pieces) hasher.add(piece);
  return hasher.finish();
}

function tlshOf(...pieces: readonly Uint8Array[]): string | null {
  const hasher = new TlshHasher();
  for (const piece of pieces) hasher.add(piece);
  return hasher.finish();
}

describe("of bytes", () => {
  it.each(known)("%s have the values of ssdeep and tlsh", (_name, bytes, ssdeep, tlsh) => {
    expect(ssdeepOf(bytes)).toBe(ssdeep);
    if (tlsh === undefined) expect(tlshOf(bytes)).toMatch(/^T1[0-9A-F]{70}$/);
    else expect(tlshOf(bytes)).toBe(tlsh === null ? null : `T1${tlsh}`);
  });

  it("do not depend on how the bytes come", () => {
    const bytes = noise(30_000, 8);
    const whole = [ssdeepOf(bytes), tlshOf(bytes)];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 6 }), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = ends.map((end, at) => bytes.subarray(at === 0 ? 0 : ends[at - 1], end));
        expect([ssdeepOf(...pieces), tlshOf(...pieces)]).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it("compare as ssdeep and tlsh do", () => {
    const [whole, other] = [known[5]!, known[7]!];
    expect(ssdeepScore(whole[2], other[2])).toBe(99);
    expect(ssdeepScore(whole[2], whole[2])).toBe(100);
    expect(ssdeepScore(whole[2], known[4]![2])).toBe(0);
    expect(tlshDistance(`T1${whole[3]}`, `T1${other[3]}`)).toBe(11);
    expect(tlshDistance(`T1${whole[3]}`, `T1${known[4]![3]}`)).toBe(710);
    expect(tlshDistance(`T1${known[4]![3]}`, `T1${known[6]![3]}`)).toBe(976);
    expect(tlshDistance(`T1${whole[3]}`, `T1${whole[3]}`)).toBe(0);
    expect([ssdeepScore("x", "3::"), tlshDistance("T1", "T1")]).toEqual([null, null]);
  });
});

const words =
  "salt sugar rum gin tea coffee cocoa pallet crate barrel seal truck ship port duty levy form invoice origin code".split(
    " ",
  );

function text(seed: number, count: number): string {
  const bytes = noise(count, seed);
  return Array.from(bytes, (byte) => words[byte % words.length]).join(" ");
}

function sketchOf(...blocks: readonly string[]): Uint32Array {
  const sketcher = new TextSketcher();
  for (const block of blocks) sketcher.add(fold(block));
  return sketcher.finish() as Uint32Array;
}

describe("of texts", () => {
  it("are equal for the same words, whatever their writing and marks", () => {
    const plain = text(1, 300);
    expect(likeness(sketchOf(plain), sketchOf(plain.toUpperCase().replaceAll(" ", ",\n ")))).toBe(1);
  });

  it("estimate the share of runs in common", () => {
    const one = text(2, 2000);
    const most = `${one.split(" ").slice(0, 1800).join(" ")} ${text(3, 200)}`;
    expect(likeness(sketchOf(one), sketchOf(most))).toBeGreaterThan(0.6);
    expect(likeness(sketchOf(one), sketchOf(most))).toBeLessThan(0.98);
    expect(likeness(sketchOf(one), sketchOf(text(4, 2000).replaceAll("a", "b")))).toBeLessThan(0.2);
  });

  it("are as good as the same where blocks overlap", () => {
    const all = text(5, 1200).split(" ");
    const parted = sketchOf(all.slice(0, 700).join(" "), all.slice(600).join(" "));
    expect(likeness(sketchOf(all.join(" ")), parted)).toBeGreaterThan(0.95);
  });

  it("are not given for a few words", () => {
    const sketcher = new TextSketcher();
    sketcher.add("only a few words");
    expect(sketcher.finish()).toBeNull();
  });
});
