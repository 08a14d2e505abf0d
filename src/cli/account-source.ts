/** What `vestige account` does. Loaded when it is needed: it brings the reader of every format with it. */
import {
  accountIn,
  accountOf,
  cellLetters,
  mediumClasses,
  unreadWord,
  type AccountPart,
  type AccountRange,
  type MediumAccount,
  type MediumClass,
} from "../../native-free/layers/account.ts";
import type { Medium } from "../../native-free/layers/resolve.ts";
import { fileSystemOf, mayHoldFiles, nodesOf, type VolumeNode } from "../../native-free/layers/volume-tree.ts";
import { accountSays } from "../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../messages/operator-error.ts";
import { resolveIn } from "../source/evidence-path.ts";
import { openEvidence } from "../source/evidence.ts";
import { bytesText, countText } from "./amounts.ts";
import { flagText, type CommandContext } from "./command.ts";
import { evidenceOptionsOf } from "./evidence-flags.ts";
import { tellFindings } from "./browse/place.ts";
import type { JsonValue, Output } from "./output.ts";
import { ProgressLine } from "./progress.ts";

/** Signs and colours (ANSI 256) of a cell; the letters alone say the same where there is no colour. */
const colours: Readonly<Record<MediumClass, number>> = {
  ...{ content: 25, metadata: 60, slack: 178, unallocated: 250, gap: 244, unreadable: 124, "not-understood": 201 },
};
const stripRows = 4;

export async function accountFor({ args, flags, output, signal }: CommandContext): Promise<ExitCode> {
  const [path] = args as [string];
  const progress = new ProgressLine(output);
  const evidence = await openEvidence(path, evidenceOptionsOf(flags, signal, progress, output));
  try {
    const medium = askedOf(evidence.medium, flagText(flags, "at"), path);
    if (flags["ranges"] === true) for (const range of accountIn(medium)) tellRange(output, range);
    const { size } = medium.image;
    const width = Math.max(20, (process.stdout.columns ?? 100) - 4);
    const account = accountOf(medium, {
      cells: width * stripRows,
      onBytes: (bytes) => progress.passing("account", accountSays.progress, bytes, size),
    });
    progress.end();
    output.line(accountSays.head(output.safe(path), account.bytes));
    tellStrip(output, account, width);
    tellSums(output, account);
    let lost = account.sums.unreadable > 0;
    for (const part of account.parts) if (tellPart(output, part, medium)) lost = true;
    output.event("vestige.account/1", "account", {
      source: path,
      ...(account as unknown as Record<string, JsonValue>),
    });
    const exit = lost ? exitCodes.loss : exitCodes.done;
    output.summary(exit, { bytes: account.bytes, ...account.sums });
    return exit;
  } finally {
    evidence.close();
  }
}

/** The medium, or a volume of it as a medium of its own. */
function askedOf(medium: Medium, at: string | null, path: string): Medium {
  if (at === null) return medium;
  const found = resolveIn(medium, at, path);
  if (found.kind !== "volume") throw new OperatorError("usage/at", accountSays.wholeMedium(at));
  const { node, source } = found;
  const { format, bytesPerSector, storedHashes } = found.medium.image;
  const image = { format, bytesPerSector, storedHashes, facts: [], findings: [] };
  const whole = {
    ...image,
    size: source.size,
    readInto: source.readInto.bind(source),
    runsIn: source.runsIn.bind(source),
  };
  return { path: found.medium.path, image: whole, volumes: movedBy(node, -(node.start ?? 0), node.source) };
}

/** The tree below a volume, with places counted from the volume's first byte. */
function movedBy(node: VolumeNode, by: number, root: VolumeNode["source"]): VolumeNode {
  const children = node.children.map((child) => movedBy(child, by, root));
  return { ...node, start: node.source === root ? 0 : node.start === null ? null : node.start + by, children };
}

function tellRange(output: Output, range: AccountRange): void {
  const { start, length, class: kind, what, path } = range;
  const numbers = `${String(start).padStart(15)} ${String(length).padStart(15)}`;
  output.line(`${numbers}  ${accountSays.classNames[kind].padEnd(14)}  ${what}  ${output.safe(path)}`);
  output.event("vestige.range/1", "range", { start, length, class: kind, what, path });
}

function tellStrip(output: Output, { strip, cellBytes }: MediumAccount, width: number): void {
  const coloured = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  for (let at = 0; at < strip.length; at += width) {
    const row = strip.slice(at, at + width);
    output.line(`  ${coloured ? row.replace(/(.)\1*/g, (run) => paint(run)) : row}`);
  }
  if (strip !== "") output.line(accountSays.cells(bytesText(cellBytes)));
}

function paint(run: string): string {
  const kind = mediumClasses.find((each) => cellLetters[each] === run[0])!;
  return `\x1b[48;5;${colours[kind]}m\x1b[38;5;${kind === "unallocated" || kind === "slack" ? 0 : 15}m${run}\x1b[0m`;
}

function tellSums(output: Output, { sums, bytes }: MediumAccount): void {
  const width = countText(bytes).length;
  const row = (letter: string, name: string, amount: number): string => {
    const share = bytes === 0 ? "" : `${((amount / bytes) * 100).toFixed(2).padStart(7)} %`;
    return `  ${letter} ${name.padEnd(22)} ${countText(amount).padStart(width)} ${share}`;
  };
  for (const kind of mediumClasses) output.line(row(cellLetters[kind], accountSays.classNames[kind], sums[kind]));
  output.line(row(" ", accountSays.total(), bytes));
  output.line(accountSays.sumHolds(bytes));
}

/** True where the file system says that something of it is lost, or cannot be opened. */
function tellPart(output: Output, { path, bytes, words }: AccountPart, { volumes }: Medium): boolean {
  const node = Array.from(nodesOf(volumes)).find((each) => each.path === path);
  const name = path === "" ? accountSays.theMedium() : output.safe(path);
  output.line(accountSays.partHead(name, node ? nameOf(node) : "", bytesText(bytes)));
  for (const { class: kind, what, bytes: amount } of words) {
    output.line(`    ${cellLetters[kind]} ${what.padEnd(32)} ${countText(amount).padStart(18)}`);
  }
  if (!node) return false;
  // What the table of volumes says of itself: a volume beyond the end of the medium is lost, whatever its file system says.
  const tableLost = node.system ? tellFindings(output, path === "" ? "-" : path, node.system.findings) : false;
  if (!mayHoldFiles(node)) return tableLost;
  const { fileSystem, problem } = fileSystemOf(node);
  const root = [path, fileSystem ? `${fileSystem.format}:/` : "-"].filter((text) => text !== "").join("/");
  return tellFindings(output, root, problem ? [problem] : (fileSystem?.findings ?? [])) || tableLost;
}

function nameOf(node: VolumeNode): string {
  if (node.kind === "gap") return accountSays.gap();
  if (node.system) return node.system.format;
  const { fileSystem, problem } = fileSystemOf(node);
  return fileSystem?.variant ?? unreadWord(node, problem !== null);
}
