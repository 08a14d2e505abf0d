/** The media that are imaged: what they hold decides what compression is worth. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

export type Content = "mixed" | "compressible";

const words =
  "invoice account transfer office payment date amount customer total order declaration container origin weight duty tariff".split(
    " ",
  );

/** Lines like those of ledgers and logs: words that repeat, numbers that do not. */
function ledger(bytes: number): Buffer {
  const lines: string[] = [];
  for (let size = 0, row = Math.floor(Math.random() * 1e6); size < bytes; row++) {
    const word = () => words[Math.floor(Math.random() * words.length)]!;
    const line = `${row};${word()} ${word()};${Math.floor(Math.random() * 1e7)};${word()}\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, bytes);
}

const pieceBytes = 1 << 20;

/**
 * `mixed`: a third text, a third random (what is compressed or encrypted), a third zeros, in stretches of 1 MiB, as evidence
 * is; `compressible`: text throughout.
 */
export function makeMedium(file: string, bytes: number, content: Content): void {
  const texts = Array.from({ length: 16 }, () => ledger(pieceBytes));
  const empty = Buffer.alloc(pieceBytes);
  const descriptor = openSync(file, "w");
  try {
    for (let at = 0, piece = 0; at < bytes; piece++) {
      const text = texts[piece % texts.length]!;
      const chosen = content === "compressible" ? text : [text, randomBytes(pieceBytes), empty][piece % 3]!;
      at += writeSync(descriptor, chosen, 0, Math.min(chosen.length, bytes - at));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A read-only loop device over a file; null with a reason said where none can be made. */
export function attachLoop(file: string, say: (text: string) => void): string | null {
  const made = spawnSync("losetup", ["--find", "--show", "--read-only", file], { encoding: "utf8" });
  if (made.status === 0) return made.stdout.trim();
  say(`no loop device can be made: ${made.error?.message ?? made.stderr.trim()}`);
  return null;
}

export function detachLoop(device: string): void {
  spawnSync("losetup", ["--detach", device]);
}
