/** Compares what npm installed with the lockfile, so that nothing is installed twice and nothing is run half installed. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/** True where a list of npm's (`os`, `cpu`: "linux", "!win32") admits a value. */
function admits(list, value) {
  if (list === undefined) return true;
  const names = Array.isArray(list) ? list : [list];
  if (names.includes(`!${value}`)) return false;
  const wanted = names.filter((name) => !name.startsWith("!"));
  return wanted.length === 0 || wanted.includes("any") || wanted.includes(value);
}

function libc() {
  if (process.platform !== "linux") return null;
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
}

function isForThisMachine(entry) {
  if (!admits(entry.os, process.platform) || !admits(entry.cpu, process.arch)) return false;
  return entry.libc === undefined || admits(entry.libc, libc());
}

/**
 * Package places of the lockfile below `root` that are absent or of another version or content: `needed` must be there,
 * `optional` ones are for this machine but may fail.
 */
export function missingPackages(root) {
  const wanted = readJson(path.join(root, "package-lock.json")).packages;
  const present = readJson(path.join(root, "node_modules", ".package-lock.json"))?.packages ?? {};
  const needed = [];
  const optional = [];
  for (const [place, entry] of Object.entries(wanted)) {
    if (place === "") continue;
    const found = present[place];
    if (found?.version === entry.version && found.integrity === entry.integrity) {
      if (existsSync(path.join(root, place, "package.json"))) continue;
    }
    if (!entry.optional && !entry.devOptional) needed.push(place);
    else if (isForThisMachine(entry)) optional.push(place);
  }
  return { needed, optional };
}
