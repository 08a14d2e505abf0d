/**
 * Compiles the WebAssembly kernels: `native-free/kernels/assembly/` to `native-free/kernels/deflate-wasm.ts`. The same
 * sources give the same bytes. Run it after a change: `npm run kernels`.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import asc from "assemblyscript/asc";

const folder = resolve(import.meta.dirname, "..", "native-free", "kernels");
const sources = join(folder, "assembly");
const pages = "12";

/** Where the built module is kept. */
export const kernelFile = join(folder, "deflate-wasm.ts");

/** SHA-256 over names and contents of the sources, in the order of their names. */
export function hashOfSources(): string {
  const hash = createHash("sha256");
  const names = readdirSync(sources).filter((name) => name.endsWith(".ts"));
  for (const name of names.toSorted()) hash.update(`${name}\0`).update(readFileSync(join(sources, name)));
  return hash.digest("hex");
}

/** The module. Throws with the compiler's messages where there are any. */
async function compileKernel(): Promise<Uint8Array> {
  let made: Uint8Array | undefined;
  const args = ["deflate.ts", "--outFile", "deflate.wasm", "-O3", "--converge", "--noAssert", "--runtime", "stub"];
  args.push("--enable", "simd", "--initialMemory", pages, "--maximumMemory", pages);
  const { error, stderr } = await asc.main(args, {
    readFile: (name, base) => readSource(join(base, name)),
    writeFile: (_, content) => {
      made = typeof content === "string" ? undefined : content;
    },
    listFiles: () => [],
  });
  const messages = stderr.toString();
  if (error || messages !== "" || !made) throw new Error(`the kernel does not compile: ${messages}`, { cause: error });
  return made;
}

function readSource(name: string): string | null {
  const known = readdirSync(sources).find((source) => source === name && source.endsWith(".ts"));
  return known === undefined ? null : readFileSync(join(sources, known), "utf8");
}

/** The text of the built module. */
export async function buildKernel(): Promise<string> {
  const code = await compileKernel();
  return `/** The kernel of \`assembly/\`, compiled; made by \`npm run kernels\`. */

/** SHA-256 of the sources, as scripts/build-kernels.ts takes it. */
export const sourceHash = "${hashOfSources()}";
export const wasmBase64 =
  "${Buffer.from(code).toString("base64")}";
`;
}

if (import.meta.main) writeFileSync(kernelFile, await buildKernel());
