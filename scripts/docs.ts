/**
 * The generated parts of README.md: formats, commands, hash of the verifier. `npm run docs` writes them, `npm run docs --
 * --check` only says whether they are up to date.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { carvers } from "../native-free/carving/index.ts";
import { containers } from "../native-free/containers/index.ts";
import { recognisers } from "../native-free/entities/index.ts";
import { extractors } from "../native-free/extractors/index.ts";
import type { Extractor } from "../native-free/model/extraction.ts";
import { categories } from "../native-free/typing/categories.ts";
import { commands } from "../src/cli/commands/index.ts";

const readme = fileURLToPath(new URL("../README.md", import.meta.url));
const verifier = new URL("../src/report/verify/verify.html", import.meta.url);

/** Text in a table cell of Markdown. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function formatTable(): string {
  const row = (reader: Extractor) => [reader.name, reader.family, reader.level, reader.types.join(" "), reader.spec];
  return table(["Format", "Family", "Level", "Types", "Specification"], [...extractors, ...containers].map(row));
}

function typeTable(): string {
  const rows = categories.map(({ name, types }) => [name, String(types.length), types.map(({ id }) => id).join(" ")]);
  return table(["Category", "Types", "Ids"], rows);
}

function carverTable(): string {
  const rows = carvers.map(({ name, level, kinds, spec }) => [name, level, kinds.map(({ id }) => id).join(" "), spec]);
  return table(["Files", "Level", "Kinds", "Specification"], rows);
}

function entityTable(): string {
  const rows = recognisers.flatMap(({ kinds }) => kinds.map(({ id, name, spec }) => [name, id, spec]));
  return table(["Identifier", "Id", "Defined by"], rows);
}

function commandTable(): string {
  const row = (command: (typeof commands)[number]): string[] => {
    const args = command.args.map(({ name, optional, rest }) => {
      const shown = rest ? `${name}…` : name;
      return optional ? `[${shown}]` : shown;
    });
    return [`\`vestige ${[command.name, ...args].join(" ")}\``, command.summary];
  };
  return table(["Command", "What it does"], commands.map(row));
}

function verifierHash(): string {
  const hash = createHash("sha256").update(readFileSync(verifier)).digest("hex");
  return `SHA-256 of \`verify.html\` in this version:\n\n    ${hash}`;
}

const parts: Readonly<Record<string, () => string>> = {
  formats: formatTable,
  types: typeTable,
  carvers: carverTable,
  entities: entityTable,
  commands: commandTable,
  verifier: verifierHash,
};

/** README.md with its generated parts made anew. Throws when a marker is absent. */
export async function withGeneratedParts(text: string): Promise<string> {
  let whole = text;
  for (const [name, make] of Object.entries(parts)) {
    const begin = `<!-- generated: ${name} -->`;
    const end = `<!-- end of generated: ${name} -->`;
    const from = whole.indexOf(begin);
    const to = whole.indexOf(end);
    if (from < 0 || to < from) throw new Error(`README.md lacks the markers of "${name}"`);
    whole = `${whole.slice(0, from + begin.length)}\n\n${make()}\n\n${whole.slice(to)}`;
  }
  return format(whole, { ...(await resolveConfig(readme)), parser: "markdown" });
}

async function main(args: readonly string[]): Promise<number> {
  const before = readFileSync(readme, "utf8");
  const after = await withGeneratedParts(before);
  if (args.includes("--check")) {
    if (before !== after) process.stderr.write("README.md is not up to date; run: npm run docs\n");
    return before === after ? 0 : 1;
  }
  if (before !== after) writeFileSync(readme, after);
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
