/**
 * Which program acted: name and version of the package, and a build id over the program's own files, so that an entry
 * names the very bytes that ran and not only what they were called.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { ToolIdentity } from "./entry.ts";

let identity: ToolIdentity | null = null;

/** Computed once per process. */
export function toolIdentity(): ToolIdentity {
  identity ??= identify(join(import.meta.dirname, "..", ".."));
  return identity;
}

function identify(root: string): ToolIdentity {
  const manifest = JSON.parse(readFileSync(findUpwards(root, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  return { name: manifest.name, version: manifest.version, build: buildId(root) };
}

function findUpwards(folder: string, name: string): string {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  if (dirname(folder) === folder) throw new Error(`no ${name} above the program`);
  return findUpwards(dirname(folder), name);
}

/** First 32 hex digits of SHA-256 over the sorted lines `sha256 path` of every program file. */
function buildId(root: string): string {
  const lines: string[] = [];
  for (const part of ["src", "workers", "native-free"]) {
    const folder = join(root, part);
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(?:ts|js|mjs|wasm|html)$/.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      const path = relative(root, file).replaceAll("\\", "/");
      lines.push(`${createHash("sha256").update(readFileSync(file)).digest("hex")} ${path}`);
    }
  }
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex").slice(0, 32);
}
