/**
 * Writes the sample folder and its manifest; the same bytes every time, on every machine.
 *
 *     npm run samples                            samples/folder and samples/expected.json
 *     npm run samples -- --with-corners DIR      a copy in DIR, which must not exist, with what git cannot keep
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { makeCorners } from "./corners.ts";
import type { Sample } from "./sample.ts";
import { allSamples } from "./samples.ts";

const samplesFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The manifest: what the product must say of every sample. */
function manifestText(samples: readonly Sample[]): string {
  const files = samples.map(({ path: file, data, expect }) => ({
    path: file,
    size: data.length,
    sha256: createHash("sha256").update(data).digest("hex"),
    ...expect,
  }));
  return `${JSON.stringify({ schema: "vestige.samples/1", files }, null, 1)}\n`;
}

function writeFolder(folder: string, samples: readonly Sample[]): void {
  for (const { path: file, data } of samples) {
    const place = path.join(folder, ...file.split("/"));
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, data, { flag: "wx" });
    utimesSync(place, 1_770_000_000, 1_770_000_000.25);
  }
}

function main(args: readonly string[]): number {
  const samples = allSamples();
  if (args.length === 0) {
    const folder = path.join(samplesFolder, "folder");
    rmSync(folder, { recursive: true, force: true });
    writeFolder(folder, samples);
    writeFileSync(path.join(samplesFolder, "expected.json"), manifestText(samples));
    return 0;
  }
  const [flag, target] = args;
  if (flag !== "--with-corners" || target === undefined || existsSync(target)) {
    process.stderr.write("Expected no argument, or --with-corners and a folder that does not exist yet.\n");
    return 2;
  }
  const folder = path.resolve(target);
  writeFolder(folder, samples);
  for (const line of makeCorners(folder)) process.stderr.write(`not made: ${line}\n`);
  return 0;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));

export { manifestText, writeFolder };
