/**
 * Recall and precision of carving on the layouts of NIST's tests of carving tools: Vestige beside foremost, scalpel and photorec on the same
 * media. The table is carving.md beside this file. The normal run holds Vestige's figures against the table; `VESTIGE_RECORD=1` writes it
 * anew, `VESTIGE_CAMPAIGN=1` holds the figures of the peers against it too.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { MemorySource } from "../../native-free/bytes/byte-source.ts";
import { carvers } from "../../native-free/carving/index.ts";
import { ByteScanner } from "../../native-free/scanning/scan-bytes.ts";
import { carvedByPeers, carvedHere } from "../fixtures/carving/carve-programs.ts";
import { emptyScore, ratesOf, scoreOf, type CarvedOutput, type CarveScore } from "../fixtures/carving/carve-score.ts";
import { generatedCorpus, layoutTypes, publishedCorpus, type LayoutFile } from "../fixtures/carving/layout-types.ts";
import { layOut, layouts, noiseOf, type Layout } from "../fixtures/carving/layouts.ts";
import { freshFolder } from "../fixtures/evidence-folder.ts";

const isCampaign = process.env["VESTIGE_CAMPAIGN"] === "1";
const isRecording = process.env["VESTIGE_RECORD"] === "1";
const table = fileURLToPath(new URL("carving.md", import.meta.url));
const seed = 20;
const peers = ["foremost", "scalpel", "photorec"] as const;
const base = freshFolder("carving");

/** Generated files stand in where few are published. */
function corpus(): LayoutFile[] {
  const published = publishedCorpus({ perType: 10, leastBytes: 1000, mostBytes: 300_000 });
  if (published.length === 0) return [];
  const isRare = (type: string): boolean => published.filter((file) => file.type === type).length < 5;
  return [...published, ...generatedCorpus().filter(({ type }) => isRare(type))];
}

const files = corpus();
const scores = new Map<Layout, Map<string, Map<string, CarveScore>>>();

function scoresOf(layout: Layout, withPeers: boolean): Map<string, Map<string, CarveScore>> {
  const medium = layOut(layout, files, seed);
  const found = new Map<string, CarvedOutput[] | null>([["Vestige", carvedHere(medium.bytes)]]);
  if (withPeers)
    for (const [name, outputs] of carvedByPeers(medium.bytes, join(base, "peers"))) found.set(name, outputs);
  const scored = new Map<string, Map<string, CarveScore>>();
  for (const [name, outputs] of found) if (outputs) scored.set(name, scoreOf(medium, outputs));
  return scored;
}

const rate = (value: number): string => value.toFixed(3);

function layoutRow(layout: string, name: string, score: CarveScore): string {
  const { files: all, complete, incomplete, embedded, wrong, wrongWhole } = score;
  const { recall, precision } = ratesOf(score);
  const told = name === "Vestige" ? wrongWhole : "–";
  const cells = [layout, name, all, complete, incomplete, all - complete - incomplete, wrong, told, embedded];
  return `| ${[...cells, rate(recall), rate(precision)].join(" | ")} |`;
}

/** Whether the program carves files of the type at all. */
function isKnown(type: string, name: string): boolean {
  const about = layoutTypes.find(({ id }) => id === type);
  return name === "Vestige" || (about !== undefined && about[name as (typeof peers)[number]].length > 0);
}

/** Of all types that the program knows; what never was a file is counted of all. */
function totalOf(name: string, byType: ReadonlyMap<string, CarveScore>): CarveScore {
  const total = { ...byType.get("")! };
  for (const [type, score] of byType) {
    if (type === "" || isKnown(type, name)) continue;
    total.files -= score.files;
    total.complete -= score.complete;
    total.incomplete -= score.incomplete;
  }
  return total;
}

function typeRow(type: string, name: string): string {
  const known = isKnown(type, name);
  const cells = layouts.map((layout) => {
    const score = scores.get(layout)?.get(name)?.get(type) ?? emptyScore();
    return known ? `${score.complete}/${score.files} · ${score.incomplete} · ${score.wrong}` : "–";
  });
  return `| ${[type, name, ...cells].join(" | ")} |`;
}

const names = ["Vestige", ...peers];
/** What the wanted figures are of; the others lie in pieces, or not as a whole. */
const contiguous: readonly Layout[] = ["unpadded", "padded", "shifted"];
const wanted = { recall: 0.98, precision: 0.99 };

/** Of several layouts together. */
function sumRow(label: string, of: readonly Layout[], name: string): string[] {
  const sum = emptyScore();
  for (const layout of of) {
    const byType = scores.get(layout)?.get(name);
    if (!byType) return [];
    const total = totalOf(name, byType);
    for (const key of Object.keys(sum) as (keyof CarveScore)[]) sum[key] += total[key];
  }
  return [layoutRow(label, name, sum)];
}

function layoutTable(of: readonly Layout[]): string[] {
  const rows = of.flatMap((layout) =>
    names.flatMap((name) => {
      const byType = scores.get(layout)?.get(name);
      return byType ? [layoutRow(layout, name, totalOf(name, byType))] : [];
    }),
  );
  const columns = "Layout,Program,Files,Complete,Incomplete,Missed,False,False whole,Parts,Recall,Precision";
  return [...head(...columns.split(",")), ...rows, ...names.flatMap((name) => sumRow("together", of, name))];
}

const head = (...cells: string[]): string[] => [`| ${cells.join(" | ")} |`, `|${" --- |".repeat(cells.length)}`];

function written(): string {
  return `${[
    "# Carving",
    "",
    "Made by `test/differential/carving.test.ts` on media of published files (and a few that scripts make) laid out from a seed, with random bytes, words and",
    "zeros between. *Complete*: the SHA-256 of the file. *Incomplete*: begins where a file begins and is something else. *False*: begins in no file. *False",
    "whole*: what Vestige calls complete of the incomplete and the false ones; the peers do not tell. *Parts*: pictures in documents, members of archives; they",
    "count neither way. Recall: complete of all files of types that the program knows. Precision: complete of all outputs but parts. Of a cut file nothing can be complete, and of braided",
    "and reordered ones only what a program puts together. foremost, scalpel and photorec of Debian: all types of these that they know; photorec with its usual options,",
    "scalpel with the lines of its example, stopping at the first end of a file.",
    "",
    "## Contiguous files",
    "",
    `Wanted of Vestige: recall ${wanted.recall}, precision ${wanted.precision} or more.`,
    "",
    ...layoutTable(contiguous),
    "",
    "## Files in pieces, cut, and braided",
    "",
    ...layoutTable(layouts.filter((layout) => !contiguous.includes(layout))),
    "",
    "## By type",
    "",
    "Complete of all · incomplete · false.",
    "",
    ...head("Type", "Program", ...layouts),
    ...layoutTypes.flatMap(({ id }) => names.map((name) => typeRow(id, name))),
  ].join("\n")}\n`;
}

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
  const isWhole = layouts.every((layout) => peers.every((peer) => scores.get(layout)?.has(peer)));
  if (isRecording && isWhole) writeFileSync(table, written());
});

describe("carving of layouts", () => {
  it.for(layouts)("gives of %s what the table says", (layout, { skip }) => {
    if (files.length === 0) return skip("needs the published data beside the project");
    const scored = scoresOf(layout, isRecording || isCampaign);
    scores.set(layout, scored);
    if (isRecording) return;
    const recorded = existsSync(table) ? readFileSync(table, "utf8").split("\n") : [];
    for (const [name, byType] of scored) expect(recorded).toContain(layoutRow(layout, name, totalOf(name, byType)));
  });

  it.for(contiguous)("finds the files of %s as wanted", (layout, { skip }) => {
    if (files.length === 0) return skip("needs the published data beside the project");
    const byType = (scores.get(layout) ?? scoresOf(layout, false)).get("Vestige")!;
    const { recall, precision } = ratesOf(totalOf("Vestige", byType));
    expect(recall).toBeGreaterThanOrEqual(wanted.recall);
    expect(precision).toBeGreaterThanOrEqual(wanted.precision);
  });

  it.each(["padded", "unpadded", "shifted"] as const)(
    "finds every generated file of %s, and nothing else",
    (layout) => {
      const medium = layOut(layout, generatedCorpus(), seed);
      const all = scoreOf(medium, carvedHere(medium.bytes)).get("")!;
      expect({ complete: all.complete, wrongWhole: all.wrongWhole }).toEqual({ complete: all.files, wrongWhole: 0 });
    },
  );
});

describe("carving of noise", () => {
  const megabytes = isCampaign ? 1000 : 200;

  it(`finds no file in ${megabytes} MB without a pattern`, () => {
    const scanner = new ByteScanner({ carvers, recognisers: [], terms: null, decoders: [] });
    const none = (): void => undefined;
    const complete: string[] = [];
    const size = 50_000_000;
    for (let done = 0; done < megabytes * 1e6; done += size) {
      const source = new MemorySource(new Uint8Array(noiseOf(size, seed + done)));
      scanner.scan(
        source,
        { from: 0, to: size, carve: true, blockBytes: 4096 },
        {
          ...{ feature: none, term: none, cut: none },
          file(_inside, { offset, carved: { kind, verdict, length } }) {
            if (verdict === "complete") complete.push(`${kind} at ${done + offset}, ${length} bytes`);
          },
        },
      );
    }
    expect(complete).toEqual([]);
  });
});
