/** Chunks like those of evidence, by class: real files of the shared test data and of this machine where they are, else made. */
import { Buffer } from "node:buffer";
import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Chance, prose, Vocabulary } from "../folder/words.ts";

const sharedData = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const packages = fileURLToPath(new URL("../../../node_modules/", import.meta.url));

function readPart(file: string, at: number, most: number): Buffer {
  const descriptor = openSync(file, "r");
  const bytes = Buffer.alloc(most);
  const length = readSync(descriptor, bytes, 0, most, at);
  closeSync(descriptor);
  return bytes.subarray(0, length);
}

/** Up to `most` bytes of the files below `folder` whose names match, in the order of their paths, 2 MiB of each. */
function filesOf(folder: string, names: RegExp, most: number): Buffer {
  if (!existsSync(folder)) return Buffer.alloc(0);
  const found = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
  const parts: Buffer[] = [];
  let left = most;
  for (const file of found) {
    if (left <= 0) break;
    const part = readPart(file, 0, Math.min(left, 1 << 21));
    parts.push(part);
    left -= part.length;
  }
  return Buffer.concat(parts);
}

const verbs = ["Accepted password for", "session opened for", "Started session of", "connect from", "DHCPREQUEST for"];
const programs = ["sshd", "kernel", "systemd", "CRON", "dhclient", "postfix/smtpd"];

function logLines(length: number): Buffer {
  const chance = new Chance(7);
  const lines: string[] = [];
  let seconds = 1_795_289_694;
  for (let size = 0; size < length;) {
    seconds += chance.below(20);
    const address = `10.0.${chance.below(256)}.${chance.below(256)} port ${chance.below(65_536)}`;
    const said = `${chance.pick(verbs)} user${chance.below(50)} ${address}`;
    const line = `${new Date(seconds * 1000).toISOString()} host ${chance.pick(programs)}[${chance.below(30_000)}]: ${said}\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, length);
}

function noiseOf(length: number): Buffer {
  const chance = new Chance(11);
  return Buffer.from(Uint8Array.from({ length }, () => chance.below(256)));
}

function proseOf(language: string, length: number): Buffer {
  return Buffer.from(prose(new Vocabulary(language, 3), new Chance(5), length));
}

/** Name of the class to its bytes, up to `most` each; classes without files are left out. */
export function evidenceCorpus(most: number): ReadonlyMap<string, Buffer> {
  const data = (folder: string): string => path.join(sharedData, folder);
  const classes: readonly (readonly [string, () => Buffer])[] = [
    ["English text", () => filesOf(data("images/dsoprea-go-ext4"), /\.txt$/, most)],
    ["made-up prose", () => proseOf("en", most)],
    ["made-up Russian", () => proseOf("ru", most >> 1)],
    ["Office, OLE", () => filesOf(data("documents"), /\.(doc|xls|ppt|msg)$/i, most)],
    ["executables", () => readPart(process.execPath, 20_000_000, most)],
    ["event logs", () => filesOf(data("artefacts"), /\.evtx$/, most)],
    ["text logs", () => logLines(most)],
    ["databases, hives", () => filesOf(data("artefacts"), /\.(db|sqlite|mdb|edb|dat)$/i, most)],
    ["mail stores", () => filesOf(sharedData, /\.(pst|dbx)$/i, most)],
    ["source code", () => filesOf(path.join(packages, "typescript", "lib"), /(typescript\.js|\.d\.ts)$/, most)],
    ["HTML, XML, JSON", () => filesOf(sharedData, /\.(html?|xml|json|eml|csv)$/i, most)],
    ["disk images", () => filesOf(data("images"), /\.(dd|raw|img|iso|ext4|exfat|dmg|vhd)$/i, most)],
    ["compressed files", () => filesOf(sharedData, /\.(jpe?g|zip|gz|mp4|pdf|docx|png)$/i, most)],
    ["noise", () => noiseOf(most >> 1)],
  ];
  return new Map(
    classes.map(([name, make]) => [name, make()] as const).filter(([, bytes]) => bytes.length >= 4 * 32_768),
  );
}

/** Whole chunks that are not all zero, which never reach the compressor. */
export function chunksOf(bytes: Buffer, chunkBytes: number): Buffer[] {
  const blank = Buffer.alloc(chunkBytes);
  const count = Math.floor(bytes.length / chunkBytes);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * chunkBytes, (at + 1) * chunkBytes)).filter(
    (chunk) => Buffer.compare(chunk, blank) !== 0,
  );
}
