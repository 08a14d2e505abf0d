/**
 * Compiles the WebAssembly kernels: `native-free/kernels/assembly/` to `native-free/kernels/deflate-wasm.ts`, each file of
 * `assembly/scan/` to a module in `scan-wasm.ts` and of `assembly/digest/` in `digest-wasm.ts`. The same sources give the same bytes. Run it after a change: `npm run kernels`.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import asc from "assemblyscript/asc";

const folder = resolve(import.meta.dirname, "..", "native-free", "kernels");
const sources = join(folder, "assembly");
const scanSources = join(sources, "scan");
const digestSources = join(sources, "digest");
const deflateOptions = ["--initialMemory", "15", "--maximumMemory", "15"];

/** Where the built modules are kept. */
export const kernelFile = join(folder, "deflate-wasm.ts");
export const scanFile = join(folder, "scan-wasm.ts");
export const digestFile = join(folder, "digest-wasm.ts");

/** Modules of a folder and the pages of memory that each begins with. */
const scanModules = { "pattern-scan": 1, histogram: 2, triggers: 8, "wide-runs": 2 };
const digestModules = { blake2b: 1, blake3: 1 };

const hashOf = (place: string): string => {
  const hash = createHash("sha256");
  const names = readdirSync(place).filter((name) => name.endsWith(".ts"));
  for (const name of names.toSorted()) hash.update(`${name}\0`).update(readFileSync(join(place, name)));
  return hash.digest("hex");
};

/** SHA-256 over names and contents of the sources, in the order of their names. */
export const hashOfSources = (): string => hashOf(sources);
export const hashOfScanSources = (): string => hashOf(scanSources);
export const hashOfDigestSources = (): string => hashOf(digestSources);

/** The module. Throws with the compiler's messages where there are any. */
async function compile(place: string, name: string, options: readonly string[]): Promise<Uint8Array> {
  let made: Uint8Array | undefined;
  const args = [`${name}.ts`, "--outFile", `${name}.wasm`, "-O3", "--noAssert", "--runtime", "stub"];
  args.push("--enable", "simd", ...options);
  const { error, stderr } = await asc.main(args, {
    readFile: (file, base) => readSource(place, join(base, file)),
    writeFile: (_, content) => {
      made = typeof content === "string" ? undefined : content;
    },
    listFiles: () => [],
  });
  const messages = stderr.toString();
  if (error || messages !== "" || !made) throw new Error(`${name} does not compile: ${messages}`, { cause: error });
  return made;
}

function readSource(place: string, name: string): string | null {
  const known = readdirSync(place).find((source) => source === name && source.endsWith(".ts"));
  if (known === undefined) return null;
  // Decorators of functions are AssemblyScript only: other tools read the sources as well.
  return readFileSync(join(place, known), "utf8").replaceAll("\n// @inline\n", "\n// @ts-ignore: decorator\n@inline\n");
}

/** The text of the built module. */
export async function buildKernel(): Promise<string> {
  const code = await compile(sources, "deflate", deflateOptions);
  return `/** The kernel of \`assembly/\`, compiled; made by \`npm run kernels\`. */

/** SHA-256 of the sources, as scripts/build-kernels.ts takes it. */
export const sourceHash = "${hashOfSources()}";
export const wasmBase64 =
  "${Buffer.from(code).toString("base64")}";
`;
}

/** The text of the built modules that scan. */
export const buildScanKernels = (): Promise<string> => buildModules("scan", scanSources, scanModules);

/** The text of those that hash. */
export const buildDigestKernels = (): Promise<string> => buildModules("digest", digestSources, digestModules);

async function buildModules(what: string, place: string, modules: Readonly<Record<string, number>>): Promise<string> {
  const parts: string[] = [];
  for (const [name, pages] of Object.entries(modules)) {
    const code = await compile(place, name, ["--initialMemory", `${pages}`]);
    parts.push(`export const ${constantOf(name)} =\n  "${Buffer.from(code).toString("base64")}";\n`);
  }
  return `/** The kernels of \`assembly/${what}/\`, compiled; made by \`npm run kernels\`. */

/** SHA-256 of the sources, as scripts/build-kernels.ts takes it. */
export const sourceHash = "${hashOf(place)}";
${parts.join("")}`;
}

/** `wide-runs` is `wideRunsBase64`. */
const constantOf = (name: string): string =>
  `${name.replaceAll(/-(\w)/g, (_, first: string) => first.toUpperCase())}Base64`;

if (import.meta.main) {
  writeFileSync(kernelFile, await buildKernel());
  writeFileSync(scanFile, await buildScanKernels());
  writeFileSync(digestFile, await buildDigestKernels());
}
