/** `vestige acquire … --format aff4-l`, and `vestige verify` of what it makes. */
import { basename, join } from "node:path";
import { availableParallelism } from "node:os";
import { closeSync, openSync, existsSync, statSync } from "node:fs";
import { isAff4Logical } from "../../native-free/images/aff4l/reader.ts";
import { FileSource } from "../../workers/file-source.ts";
import type { ContainerFacts } from "../acquire/folder/acquisition.ts";
import { checkContainer, type CheckOptions, type ContainerCheck } from "../acquire/logical/check-container.ts";
import { entriesOf } from "../acquire/logical/copy-folder.ts";
import { acquireLogicalExhibit } from "../acquire/logical/logical-exhibit.ts";
import { acquireLogicalLoose, looseFacts, type LooseBody } from "../acquire/logical/logical-loose.ts";
import { readDocument } from "../custody/manifest.ts";
import { custodySays, logicalSays } from "../messages/en.ts";
import { exitCodes, type ExitCode } from "../messages/operator-error.ts";
import { bytesText, countText } from "./amounts.ts";
import type { CommandContext } from "./command.ts";
import { openDesk } from "./desk.ts";
import type { Output } from "./output.ts";
import { ProgressLine } from "./progress.ts";

/** `vestige acquire CASE LABEL FOLDER --format aff4-l` */
export async function logicalIntoCase(context: CommandContext): Promise<ExitCode> {
  const [folder, label, source] = context.args as [string, string, string];
  const desk = await openDesk(context, folder);
  const progress = new ProgressLine(context.output);
  try {
    const { workers } = desk.machine;
    const body = await acquireLogicalExhibit({ ...desk, label, source, workers, onProgress: showing(progress) });
    progress.end();
    return tellCopied(body, context.output);
  } finally {
    progress.end();
    desk.journal.close();
  }
}

/** `vestige acquire FOLDER --to PATH --format aff4-l`: container, list and facts beside each other, unsigned. */
export async function logicalWithoutCase(context: CommandContext, to: string, workers: number): Promise<ExitCode> {
  const { output, signal } = context;
  const source = context.args[0] as string;
  const progress = new ProgressLine(output);
  try {
    const body = await acquireLogicalLoose({ source, target: to, workers, signal, onProgress: showing(progress) });
    progress.end();
    output.note(logicalSays.unsigned(output.safe(looseFacts(to))));
    return tellCopied(body, output);
  } finally {
    progress.end();
  }
}

function showing(progress: ProgressLine) {
  return (stage: "read" | "verify", entries: number, bytes: number, total: number): void => {
    if (stage === "read") progress.acquiring(entries, bytes);
    else progress.imaging("verify", bytes, total);
  };
}

type Copied = Pick<
  LooseBody,
  "exhibit" | "source" | "entries" | "bytes" | "kinds" | "statuses" | "files" | "container"
>;

/** Entries that could not be read are loss. */
function tellCopied(body: Copied, output: Output): ExitCode {
  const { exhibit, source, entries, bytes, kinds, statuses, files, container } = body;
  const { contents, duplicates } = container;
  const counts = [countText(contents), countText(duplicates)] as const;
  output.line(logicalSays.copied(output.safe(exhibit), countText(kinds.file ?? 0), bytesText(bytes), ...counts));
  output.line(logicalSays.container(output.safe(container.file), bytesText(container.size), container.sha256));
  output.line(logicalSays.verifiedAgain(countText(contents)));
  const exit = (statuses.failed ?? 0) + (statuses.partial ?? 0) > 0 ? exitCodes.loss : exitCodes.done;
  output.event("vestige.acquisition/1", "acquisition", {
    exhibit,
    source,
    entries,
    bytes,
    statuses: { ...statuses },
    root: files.root,
    container: { ...container },
  });
  output.summary(exit, { entries, bytes, contents, duplicates });
  return exit;
}

/** The container that the signed manifest of an exhibit names; null for a folder that is read in place, and for images. */
export function containerOf(exhibitFolder: string): ContainerFacts | null {
  const document = readDocument(join(exhibitFolder, "acquisition.json")) as { manifest?: unknown } | null;
  return statedContainer(document?.manifest);
}

function statedContainer(body: unknown): ContainerFacts | null {
  const container = (body as { container?: Partial<ContainerFacts> } | null | undefined)?.container;
  const isPlain = typeof container?.file === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(container.file);
  return isPlain && container?.format === "aff4-l" && typeof container.sha256 === "string"
    ? (container as ContainerFacts)
    : null;
}

/**
 * Reads the container of an exhibit whose manifest was found sound and compares it with the signed list. True where nothing
 * changed, and where the exhibit has none.
 */
export async function verifyContainerExhibit(folder: string, label: string, context: CommandContext): Promise<boolean> {
  const container = containerOf(folder);
  if (container === null) return true;
  const path = join(folder, container.file);
  if (!existsSync(path)) {
    const sentence = logicalSays.exhibitContainerAbsent(label, container.file);
    context.output.line(custodySays.part(logicalSays.linePart(label), custodySays.changed(sentence)));
    tellVerdict(context.output, label, false, null);
    return false;
  }
  const check = await checked({ container: path, entries: () => entriesOf(join(folder, "files.jsonl")) }, context);
  return tellCheck(check, container.sha256, label, context.output);
}

/** True where `path` is a logical container: a file that ends so and describes files, not a medium. */
export function isLooseContainer(path: string): boolean {
  if (!/\.aff4(-l)?$/i.test(path)) return false;
  const descriptor = openSync(path, "r");
  try {
    return isAff4Logical(new FileSource(descriptor, statSync(path).size, "-"));
  } finally {
    closeSync(descriptor);
  }
}

/** `vestige verify X.aff4`: every content against the hashes that the container states, the file against the facts beside it. */
export async function verifyLooseContainer(path: string, context: CommandContext): Promise<ExitCode> {
  const recorded = statedContainer(readDocument(looseFacts(path.replace(/\.aff4(-l)?$/i, ""))));
  const check = await checked({ container: path, entries: null }, context);
  const ok = tellCheck(check, recorded?.sha256 ?? null, basename(path), context.output);
  const exit = ok ? exitCodes.done : exitCodes.loss;
  context.output.summary(exit, { ok, parts: 1, changed: ok ? 0 : 1 });
  return exit;
}

async function checked(
  what: Pick<CheckOptions, "container" | "entries">,
  { output, signal }: CommandContext,
): Promise<ContainerCheck> {
  const progress = new ProgressLine(output);
  const { size } = statSync(what.container);
  try {
    const onProgress = (bytes: number) => progress.imaging("verify", bytes, size);
    return await checkContainer({ ...what, workers: availableParallelism(), signal, onProgress });
  } finally {
    progress.end();
  }
}

const shownFiles = 50;

function tellCheck(check: ContainerCheck, sha256: string | null, name: string, output: Output): boolean {
  const isSigned = sha256 === null || sha256 === check.sha256;
  const ok = check.ok && isSigned;
  const { files, contents, bytes, damaged } = check;
  const verdict = ok
    ? custodySays.unchanged(logicalSays.agrees(files, contents, bytesText(bytes)))
    : custodySays.changed(damaged.length > 0 ? logicalSays.differs(damaged.length) : logicalSays.fileDiffers());
  output.line(custodySays.part(logicalSays.linePart(output.safe(name)), verdict));
  for (const { path, problem } of damaged.slice(0, shownFiles)) {
    output.line(logicalSays.damagedFile(output.safe(path.text), problem));
  }
  if (damaged.length > shownFiles) output.line(logicalSays.moreFiles(damaged.length - shownFiles));
  for (const code of check.findings) output.line(logicalSays.containerFinding(output.safe(code)));
  tellVerdict(output, name, ok, check);
  return ok;
}

function tellVerdict(output: Output, name: string, ok: boolean, check: ContainerCheck | null): void {
  output.event("vestige.verdict/1", "container", {
    part: "container",
    name,
    ok,
    sha256: check?.sha256 ?? null,
    files: check?.files ?? 0,
    contents: check?.contents ?? 0,
    duplicates: check?.duplicates ?? 0,
    bytes: check?.bytes ?? 0,
    damaged: check?.damaged.map(({ path, problem }) => ({ path: path.text, bytes: path.bytes, problem })) ?? [],
    findings: [...(check?.findings ?? [])],
  });
}
