/** What `vestige read` does. Loaded when it is needed: it brings the reader of every format with it. */
import { isLost, readRange } from "../../native-free/bytes/byte-source.ts";
import { ownersIn, placesIn, type OwnedRange } from "../../native-free/layers/owners.ts";
import { wholeMedium, type Resolved } from "../../native-free/layers/resolve.ts";
import { infoSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { resolveIn } from "../source/evidence-path.ts";
import { openEvidence } from "../source/evidence.ts";
import { flagText, type CommandContext } from "./command.ts";
import { ProgressLine } from "./progress.ts";
import { byteCount, evidenceOptionsOf } from "./evidence-flags.ts";

const mostBytes = 64 * 2 ** 20;
const rowBytes = 16;

export async function readOf({ args, flags, output, signal }: CommandContext): Promise<ExitCode> {
  const [path, first, many] = args as [string, string, string];
  const [at, length] = [byteCount(first), byteCount(many)];
  const progress = new ProgressLine(output);
  const evidence = await openEvidence(path, evidenceOptionsOf(flags, signal, progress, output));
  try {
    progress.end();
    const inside = flagText(flags, "at");
    const { medium } = evidence;
    const found: Resolved = inside === null ? wholeMedium(medium) : resolveIn(medium, inside, path);
    const { source } = found;
    if (length > mostBytes) throw new OperatorError("usage/range", infoSays.tooMuch(length, mostBytes));
    if (length === 0 || at + length > source.size) {
      throw new OperatorError("usage/range", infoSays.outsideRange(at, length, source.size));
    }
    // Reading shows what is damaged; only then the runs are right.
    const whole = readRange(source, at, length);
    let lost = 0;
    for (const { owner, run } of placesIn(source, ownersOf(found, inside, at, length))) {
      if (isLost(run.kind)) lost += run.length;
      const { path: file, offset, exact } = run.place;
      const place = file === "-" ? "" : infoSays.placeIn(output.safe(file), offset, exact);
      const owned = owner.what === null ? owner.path : infoSays.ownedPart(owner.path, owner.what);
      output.line(infoSays.readPlace(output.safe(`-/${owned}`), owner.offset, place, run.kind));
      const bytes = whole.subarray(run.start - at, run.start - at + run.length);
      for (const row of rowsOf(bytes, run.start)) output.line(row);
      output.event("vestige.bytes/1", "bytes", {
        start: run.start,
        length: run.length,
        path: owner.path,
        offset: owner.offset,
        what: owner.what,
        kind: run.kind,
        place: { ...run.place },
        hex: Buffer.from(bytes).toString("hex"),
      });
    }
    const exit = lost > 0 ? exitCodes.loss : exitCodes.done;
    output.summary(exit, { bytes: length, lost });
    return exit;
  } finally {
    evidence.close();
  }
}

/** A medium is looked at through its volumes; a volume or a file under its own path. */
function ownersOf(found: Resolved, path: string | null, at: number, length: number): Iterable<OwnedRange> {
  if (found.kind === "volume" && found.node.kind === "medium") return ownersIn(found.node, at, length);
  return [{ start: at, length, path: path ?? "", offset: at, what: null }];
}

/** Rows of 16 bytes at multiples of 16, so that ranges line up. */
function* rowsOf(bytes: Uint8Array, start: number): Iterable<string> {
  for (let at = 0; at < bytes.length;) {
    const into = (start + at) % rowBytes;
    const row = bytes.subarray(at, Math.min(bytes.length, at + rowBytes - into));
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0"));
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."));
    const cells = [...Array.from({ length: into }, () => "  "), ...hex];
    yield `${(start + at).toString(16).padStart(12, "0")}  ${cells.join(" ").padEnd(3 * rowBytes - 1)}  ${" ".repeat(into)}${text.join("")}`;
    at += row.length;
  }
}
