/** The tools that do the same work, from Debian packages. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { isInstalled, measure, type Measured } from "./measure.ts";

export interface Peer {
  readonly name: string;
  /** The Debian package. */
  readonly from: string;
  readonly program: string;
  run(folder: string, scratch: string): Promise<Measured>;
}

export const hashPeers: readonly Peer[] = [
  {
    name: "hashdeep",
    from: "hashdeep",
    program: "hashdeep",
    run: (folder) => measure("hashdeep", ["-c", "md5,sha1,sha256", "-r", folder]),
  },
  {
    name: "rhash",
    from: "rhash",
    program: "rhash",
    run: (folder) => measure("rhash", ["-M", "-H", "--sha256", "-r", folder]),
  },
];

export const indexPeer: Peer = {
  name: "recollindex",
  from: "recollcmd",
  program: "recollindex",
  run: (folder, scratch) => measure("recollindex", ["-z"], { env: recollEnvironment(folder, scratch) }),
};

/**
 * A configuration of its own: this folder alone, no picture contents (neither side finds words in them), and no limit
 * on the size of a text, since the product has none.
 */
export function recollEnvironment(folder: string, scratch: string): NodeJS.ProcessEnv {
  const configuration = path.join(scratch, "recoll");
  mkdirSync(configuration, { recursive: true });
  const lines = [
    `topdirs = ${folder}`,
    "noContentSuffixes = .jpg",
    "textfilemaxmbs = -1",
    "textfilepagekbs = -1",
    "defaultcharset = UTF-8",
    "loglevel = 1",
    "idxflushmb = 100",
    "nocjk = 1",
  ];
  writeFileSync(path.join(configuration, "recoll.conf"), `${lines.join("\n")}\n`);
  return { ...process.env, RECOLL_CONFDIR: configuration };
}

/** Documents that recoll finds for a word: proof that both sides read the same files. Null where recollq is absent. */
export async function recollHits(word: string, folder: string, scratch: string): Promise<number | null> {
  if (!isInstalled("recollq")) return null;
  const env = recollEnvironment(folder, scratch);
  const { stdout } = await measure("recollq", ["-Q", "-n", "0-1", word], { env, keep: true });
  const match = /^(\d+) results?/m.exec(stdout);
  return match ? Number(match[1]) : 0;
}
