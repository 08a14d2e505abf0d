/** Flags of the commands that open an image without a case, and what they come to. */
import { infoSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import type { EvidenceOptions } from "../source/evidence.ts";
import { flagText, type Flag, type FlagValues } from "./command.ts";
import type { Output } from "./output.ts";
import type { ProgressLine } from "./progress.ts";

export const evidenceFlags: readonly Flag[] = [
  {
    name: "snapshot",
    value: "NAME",
    summary: "a snapshot or track that the image also holds, by the name that vestige info gives it",
  },
  { name: "temporary", value: "DIR", summary: "where compressed images are unpacked (the system's temporary folder)" },
  { name: "unpack-limit", value: "BYTES", summary: "unpack no more than so much (default 256G)" },
];

export const atFlag: Flag = {
  name: "at",
  value: "PATH",
  summary: "forensic path inside the source: p2, p2/fat:/folder/file, p1/fat:/disk.vmdk/p1",
};

const usualLimit = 256 * 2 ** 30;

/** Members of an archive that are named where one was taken. */
const namedOthers = 5;

export function evidenceOptionsOf(
  flags: FlagValues,
  signal: AbortSignal,
  progress: ProgressLine,
  output: Output,
): EvidenceOptions {
  const limit = flagText(flags, "unpack-limit");
  const folder = flagText(flags, "temporary");
  const say = (_: string, done: string, rate: string) => infoSays.unpacking(done, rate);
  return {
    other: flagText(flags, "snapshot"),
    limitBytes: limit === null ? usualLimit : byteCount(limit),
    signal,
    onOthers: (path, taken, others) => {
      const names = others.slice(0, namedOthers).map((name) => output.safe(name));
      output.warn(infoSays.packedOthers(output.safe(path), output.safe(taken), others.length, names));
    },
    onProgress: (bytes) => progress.passing("unpack", say, bytes, null),
    ...(folder === null ? {} : { folder }),
  };
}

const units: Readonly<Record<string, number>> = { "": 1, s: 512, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes as people write them: `4096`, `0x1000`, `8s` (sectors of 512 bytes), `4K`, `2G`. Throws OperatorError. */
export function byteCount(text: string): number {
  const [, hex, decimal, unit = ""] = /^(?:(0x[0-9a-f]+)|(\d+)([skmgt]?)b?)$/i.exec(text) ?? [];
  const value = hex === undefined ? Number(decimal) * (units[unit.toLowerCase()] ?? 1) : Number(hex);
  if (!Number.isSafeInteger(value)) throw new OperatorError("usage/number", infoSays.badNumber(text));
  return value;
}
