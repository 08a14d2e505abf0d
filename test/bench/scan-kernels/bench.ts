/**
 * `npm run bench -- scan-kernels`: the kernels that read every byte of a medium, in GB/s of one core, beside a search for one needle by
 * node:buffer, their definitions in TypeScript, and what memory itself allows. Each piece of data is done several times in turn by all;
 * of each piece the fastest turn counts, so that other programs disturb little.
 *
 *     --bytes N   of each class, default 2e6     --rounds N   default 20     --only WORD   rows whose names contain it
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { parseArgs } from "node:util";
import { carvers } from "../../../native-free/carving/index.ts";
import type { Recogniser, TextView, Trigger } from "../../../native-free/entities/entity.ts";
import { triggersIn } from "../../../native-free/entities/trigger-kernel.ts";
import { definedTriggersIn, TriggerTable } from "../../../native-free/entities/triggers.ts";
import { definedHistogram, histogram } from "../../../native-free/kernels/histogram.ts";
import { definedPatterns, PatternScanner, type ScanPattern } from "../../../native-free/kernels/pattern-scan.ts";
import { DefinedAnchors, forEachWideRun } from "../../../native-free/kernels/wide-runs.ts";
import { Chance, Vocabulary } from "../folder/words.ts";
import { scanCorpus } from "./corpus.ts";

const { values: flags } = parseArgs({
  options: {
    bytes: { type: "string", default: "2e6" },
    rounds: { type: "string", default: "20" },
    only: { type: "string", default: "" },
  },
});
const pieceBytes = 1 << 16;
/** Milliseconds for which each kernel runs first: its best code is compiled meanwhile. */
const warmUp = 400;

/** A kernel, once over a piece. */
type Work = (piece: Uint8Array) => unknown;

const chance = new Chance(3);
const noHit = (): void => undefined;

/** The product's signatures, and made ones up to 150 in all where it has fewer: 3 to 8 bytes, as signatures are. */
function signatures(): ScanPattern[] {
  const own = carvers.flatMap(({ signatures: all }) => all.map(({ bytes, fold = false }) => ({ bytes, fold })));
  while (own.length < 150) {
    const bytes = Array.from({ length: 3 + chance.below(6) }, () =>
      chance.below(3) === 0 ? 0x41 + chance.below(26) : chance.below(256),
    );
    own.push({ bytes, fold: false });
  }
  return own.slice(0, 150);
}

/** Made-up words and pairs of words in three encodings, in either case; hardly any stands in the data. */
function terms(count: number): ScanPattern[] {
  const vocabulary = new Vocabulary("en", 9);
  const word = (): string => chance.pick(vocabulary.words);
  return Array.from({ length: count }, (_, index): ScanPattern => {
    const text = index % 2 === 0 ? `${word()} ${word()}` : `${word()}${word()}`;
    const narrow = Array.from(Buffer.from(text, "latin1"));
    if (index % 3 === 1) return { bytes: narrow.flatMap((byte) => [byte, 0]), fold: true };
    if (index % 3 === 2) return { bytes: narrow.flatMap((byte) => [0, byte]), fold: true };
    return { bytes: narrow, fold: true };
  });
}

function scan(patterns: readonly ScanPattern[]): Work {
  const scanner = new PatternScanner(patterns);
  return (piece) => scanner.scan(piece, 0, piece.length, noHit);
}

function scanDefined(patterns: readonly ScanPattern[]): Work {
  const scanner = new PatternScanner(patterns, definedPatterns);
  return (piece) => scanner.scan(piece, 0, piece.length, noHit);
}

const asking = (triggers: readonly Trigger[]): Recogniser => ({
  id: "asking",
  family: "entity",
  name: "Asking",
  spec: "none",
  level: "complete",
  kinds: [],
  triggers,
  recognise: () => null,
});

/** What identifiers look like that are told by their shape: addresses, containers, account and card numbers, word lists. */
const table = new TriggerTable([
  asking([
    { on: "sign", sign: "@" },
    { on: "sign", sign: "://" },
    { on: "sign", sign: "<<" },
  ]),
  asking([{ on: "token", length: [11, 11], letters: [4, 4], has: "digit" }]),
  asking([{ on: "token", length: [15, 34], letters: [2, 2], has: "digit" }]),
  asking([{ on: "token", length: [17, 18], has: "both" }]),
  asking([{ on: "number", digits: [12, Infinity] }]),
  asking([{ on: "words", count: 12 }]),
]);

const viewOf = (piece: Uint8Array): TextView => ({ bytes: piece, from: 0, to: piece.length });
const counts = new Uint32Array(256);
const copy = new Uint8Array(pieceBytes);
const needle = Buffer.from("VESTIGE\x01");
const defined = new DefinedAnchors();
/** What came of it, so that it is not left out. */
export let sum = 0;

function sumOf(piece: Uint8Array): void {
  const words = new Float64Array(piece.buffer, piece.byteOffset, piece.length >> 3);
  let total = 0;
  for (let at = 0; at < words.length; at++) total += words[at]!;
  sum += total;
}

const works: readonly (readonly [name: string, work: Work])[] = [
  ["copy", (piece) => copy.set(piece)],
  ["sum of doubles", sumOf],
  ["Buffer.indexOf", (piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.length).indexOf(needle)],
  ["signatures, 150", scan(signatures())],
  ["  definition", scanDefined(signatures())],
  ["terms, 1,000", scan(terms(1000))],
  ["terms, 10,000", scan(terms(10_000))],
  ["  definition", scanDefined(terms(10_000))],
  ["terms, 100,000", scan(terms(100_000))],
  ["both, 10,150", scan([...signatures(), ...terms(10_000)])],
  ["histogram", (piece) => histogram().count(piece, 0, piece.length, counts)],
  ["  definition", (piece) => definedHistogram.count(piece, 0, piece.length, counts)],
  ["triggers", (piece) => triggersIn(viewOf(piece), table, noHit)],
  ["  definition", (piece) => definedTriggersIn(viewOf(piece), table, noHit)],
  ["wide runs", (piece) => forEachWideRun(piece, 0, piece.length, 4, noHit)],
  ["  definition", (piece) => forEachWideRun(piece, 0, piece.length, 4, noHit, defined)],
];

function piecesOf(bytes: Buffer): Uint8Array[] {
  const count = Math.floor(bytes.length / pieceBytes);
  // Arrays of their own: aligned, and plain.
  return Array.from({ length: count }, (_, at) =>
    Uint8Array.from(bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes)),
  );
}

/** Nanoseconds: of each piece and work the fastest turn, summed over the pieces. */
function fastest(pieces: readonly Uint8Array[], wanted: readonly Work[]): number[] {
  const best = wanted.map(() => pieces.map(() => Infinity));
  for (const work of wanted)
    for (const end = performance.now() + warmUp; performance.now() < end;) pieces.slice(0, 4).forEach(work);
  for (let round = 0; round < Number(flags.rounds); round++) {
    wanted.forEach((work, row) => {
      pieces.forEach((piece, at) => {
        const begun = process.hrtime.bigint();
        work(piece);
        best[row]![at] = Math.min(best[row]![at]!, Number(process.hrtime.bigint() - begun));
      });
    });
  }
  return best.map((times) => times.reduce((a, b) => a + b, 0));
}

let group = "";
const rows = works.filter(([name]) => {
  if (!name.startsWith(" ")) group = name;
  return group.includes(flags.only);
});
const classes = Array.from(scanCorpus(Number(flags.bytes)), ([name, bytes]) => ({ name, pieces: piecesOf(bytes) }));
process.stdout.write(`${"GB/s of one core".padEnd(18)}${classes.map(({ name }) => name.padStart(12)).join("")}\n`);
const columns = classes.map(({ pieces }) => {
  const times = fastest(
    pieces,
    rows.map(([, work]) => work),
  );
  return times.map((time) => (pieces.length * pieceBytes) / time);
});
rows.forEach(([name], row) => {
  const speeds = columns.map((column) => column[row]!.toFixed(2).padStart(12));
  process.stdout.write(`${name.padEnd(18)}${speeds.join("")}\n`);
});
