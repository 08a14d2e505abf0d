/**
 * Finds the Node.js that runs the product: the pinned one from the platform package, else a system Node that is new
 * enough. Plain JavaScript without dependencies, so that any Node from 18 on can run it.
 */
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Older Nodes lack parts of the runtime that the product is tested with. */
export const oldestNode = [24, 12];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** True where `version` ("v24.21.0") is at least `oldestNode`. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

/** Absolute path of the pinned runtime, wherever npm put its package; null where this platform has none. */
export function pinnedRuntime(platform = process.platform, arch = process.arch) {
  const name = `node-${platform === "win32" ? "win" : platform}-${arch}`;
  let manifest;
  try {
    manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
  const binary = path.join(path.dirname(manifest), "bin", platform === "win32" ? "node.exe" : "node");
  return existsSync(binary) ? binary : null;
}

/** Runtimes to try, best first; empty where there is none. */
export function runtimes() {
  const found = [pinnedRuntime()];
  if (isNewEnough(process.version)) found.push(process.execPath);
  return [...new Set(found.filter((file) => file !== null))];
}

/** The sentence for an officer whose system has no runtime. */
export function noRuntime() {
  return (
    `Expected the pinned Node.js for ${process.platform}-${process.arch} or a system Node.js of at least ` +
    `${oldestNode.join(".")}, found ${process.version}; install again with optional packages, or a newer Node.js.`
  );
}

/** True where this very process runs on that binary. */
export function isThisProcess(binary) {
  return realpathSync(binary) === realpathSync(process.execPath);
}

/** TypeScript in a checkout, JavaScript in a package. */
export function mainModule() {
  const source = path.join(root, "src", "main.ts");
  return existsSync(source) ? source : path.join(root, "dist", "src", "main.js");
}

/**
 * Folder where Node keeps compiled code between starts: taking the types out of a checkout's sources costs half a second
 * of each. Null in a package, whose JavaScript is quick and whose folder need not be writable.
 */
export function compileCache() {
  return mainModule().endsWith(".ts") ? path.join(root, "node_modules", ".cache", "vestige") : null;
}
