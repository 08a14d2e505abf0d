/** `vestige verify`: says part by part whether anything changed since it was signed, and names the first bad entry or line. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { partialName } from "../../acquire/image/image-plan.ts";
import { isCase, openCase } from "../../case/case-folder.ts";
import { readAnchor } from "../../custody/anchor.ts";
import { verifyCase, verifyLooseFile, type CaseVerdict, type VerifiedPart } from "../../custody/verify-case.ts";
import { sourcePathOf, verifySource, type SourceDifference, type SourceVerdict } from "../../custody/verify-source.ts";
import { verifyManifest } from "../../custody/manifest.ts";
import { verifyJournal } from "../../custody/verify-journal.ts";
import { custodySays, imageSays, reviewSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import type { JsonValue, Output } from "../output.ts";

export const verifyCommand: Command = {
  name: "verify",
  summary: "say whether anything changed since it was signed",
  group: "custody",
  args: [{ name: "CASE", summary: "case folder, or a manifest, report or checkpoint inside one, or an image file" }],
  flags: [
    {
      name: "anchor",
      value: "FILE",
      summary: "a checkpoint kept outside the case, or SEQ:HASH typed from a paper report",
    },
    { name: "own-only", summary: "do not ask another maker's reader (ewfverify), where one is installed, as well" },
    { name: "source", summary: "hash the files of folder exhibits again and compare them with the manifest" },
  ],
  help: `Checks the journal entry by entry, the checkpoints, the keys, every exhibit's manifest, the results in its work
file and every report. It reads only and asks for no passphrase. Without an anchor, a journal whose end was cut off after the last checkpoint, or that was
replaced as a whole with all its checkpoints, cannot be told from the original: give --anchor. Exits 1 where something
changed. Images of a case are read in full, and what changed is named by byte range and file; an image without a case
is compared with the facts beside it, or with the hashes that it keeps. An E01 is read by ewfverify, too, where that is installed.

  vestige verify CASE
  vestige verify /media/usb/M01.E01
  vestige verify /media/usb/clone-sdb.acquisition.json
  vestige verify CASE --anchor /media/usb/0000000999.json
  vestige verify CASE --anchor 999:3f2a…
  vestige verify CASE --source
  vestige verify CASE/reports/2026-11-21-custody-42.json`,
  run: runVerify,
};

async function runVerify(context: CommandContext): Promise<ExitCode> {
  const path = resolve(context.args[0] as string);
  const anchorText = flagText(context.flags, "anchor");
  const anchor = anchorText === null ? null : readAnchor(anchorText);
  if (existsSync(path) && statSync(path).isFile()) {
    // An image inside a case is verified with its exhibit's signed manifest, which names what changed.
    const exit = caseAbove(path) ? null : await verifyLoose(path, context);
    return exit ?? verifyFile(path, context.output);
  }
  if (!existsSync(path) && existsSync(partialName(path))) {
    throw new OperatorError("image/partial", imageSays.partialThere(path));
  }
  openCase(path);
  const verdict = verifyCase(path, { anchor });
  for (const part of verdict.parts) showPart(part, context.output);
  const imagesOk = await verifyImages(path, verdict, context);
  const sourceOk = context.flags["source"] ? verifySources(path, verdict, context) : true;
  return conclude(verdict, imagesOk && sourceOk, context);
}

/** The readers of images and containers are loaded when they are needed: they bring every format with them. */
const imageVerifiers = () => import("../verify-images.ts");
const containerVerifiers = () => import("../logical.ts");

/** An image, a container or its facts outside of a case; null for any other file. */
async function verifyLoose(path: string, context: CommandContext): Promise<ExitCode | null> {
  const { isLooseContainer, verifyLooseContainer } = await containerVerifiers();
  if (isLooseContainer(path)) return verifyLooseContainer(path, context);
  const { isLooseFacts, looseImage, verifyLooseFacts, verifyLooseImage } = await imageVerifiers();
  if (isLooseFacts(path)) return verifyLooseFacts(path, context);
  const image = looseImage(path);
  return image && verifyLooseImage(path, image, context);
}

/** Reads the image or the container of every exhibit whose manifest holds. */
async function verifyImages(caseDir: string, verdict: CaseVerdict, context: CommandContext): Promise<boolean> {
  let allSame = true;
  for (const { part, name, ok } of verdict.parts) {
    if ((part !== "image" && part !== "exhibit") || !ok || context.signal.aborted) continue;
    const verify =
      part === "image"
        ? (await imageVerifiers()).verifyImageExhibit
        : (await containerVerifiers()).verifyContainerExhibit;
    allSame = (await verify(join(caseDir, "exhibits", name), name, context)) && allSame;
  }
  return allSame;
}

function conclude(verdict: CaseVerdict, sourceOk: boolean, { output, signal }: CommandContext): ExitCode {
  const { journal } = verdict;
  if (journal.firstBad === null && journal.unanchoredTail > 0)
    output.line(custodySays.unanchored(journal.unanchoredTail));
  for (const intent of journal.openIntents) output.warn(custodySays.openIntent(intent.seq, output.safe(intent.act)));
  const undecided = verdict.parts.filter(isUndecided).length;
  const bad = verdict.parts.filter((part) => !part.ok).length - undecided + (sourceOk ? 0 : 1);
  if (undecided > 0) output.line(custodySays.someUndecided(undecided));
  if (signal.aborted) output.warn(custodySays.verifyStopped());
  else output.line(bad === 0 ? custodySays.allUnchanged() : custodySays.somethingChanged(bad));
  const exit = bad > 0 ? exitCodes.loss : signal.aborted ? exitCodes.stopped : exitCodes.done;
  output.summary(exit, {
    ok: bad === 0,
    parts: verdict.parts.length,
    changed: bad,
    undecided,
    entries: journal.entries,
    firstBadEntry: journal.firstBad?.seq ?? null,
    unanchoredTail: journal.unanchoredTail,
    openIntents: journal.openIntents.length,
  });
  return exit;
}

function showPart(part: VerifiedPart, output: Output): void {
  const label = part.name === "" ? part.part : `${part.part} ${output.safe(part.name)}`;
  output.line(custodySays.part(label, sentenceOf(part)));
  const { seq, line, count, recordedAt, ok, problem, name } = part;
  output.event("vestige.verdict/1", "part", { part: part.part, name, ok, problem, seq, line, count, recordedAt });
}

function isUndecided({ problem }: VerifiedPart): boolean {
  return problem === "undecided";
}

function sentenceOf(part: VerifiedPart): string {
  if (isUndecided(part)) return custodySays.undecided();
  if (part.problem === "rebuildable") return custodySays.rebuildable();
  return part.ok ? custodySays.unchanged(goodDetail(part)) : custodySays.changed(badDetail(part));
}

function goodDetail({ part, count }: VerifiedPart): string {
  if (part === "journal") return custodySays.entriesDetail(count);
  if (part === "checkpoints") return custodySays.checkpointDetail(count);
  if (part === "anchor") return custodySays.anchorDetail(count - 1);
  if (part === "work") return custodySays.workDetail();
  if (part === "image") return imageSays.imageDetail(count);
  if (part === "review") return reviewSays.linesDetail(count);
  return part === "exhibit" ? custodySays.manifestDetail(count) : "";
}

function badDetail({ part, problem, seq, line }: VerifiedPart): string {
  const sentence = custodySays.problem(problem ?? "");
  if (part === "journal" && seq !== null && line !== null) return custodySays.badEntry(seq, line, sentence);
  return line === null ? sentence : custodySays.badLine(line, sentence);
}

/** A file inside a case is verified with the keys of that case. */
function verifyFile(file: string, output: Output): ExitCode {
  const caseDir = caseAbove(file);
  if (!caseDir) throw new OperatorError("custody/verify-nothing", custodySays.verifyNothing(file));
  const journal = verifyJournal(caseDir);
  const keys = journal.keys;
  const part = keys ? verifyLooseFile(file, keys.caseId, keys.officers()) : null;
  if (!part) throw new OperatorError("custody/verify-nothing", custodySays.verifyNothing(file));
  showPart(part, output);
  // The keys come from the journal, so a changed journal leaves the file's verdict without ground.
  const ground = journal.firstBad === null;
  if (!ground && journal.firstBad) {
    const { seq, line, problem } = journal.firstBad;
    output.line(
      custodySays.part("journal", custodySays.changed(custodySays.badEntry(seq, line, custodySays.problem(problem)))),
    );
  }
  const exit = part.ok && ground ? exitCodes.done : exitCodes.loss;
  output.summary(exit, { ok: part.ok && ground, parts: 1, changed: part.ok ? 0 : 1 });
  return exit;
}

function caseAbove(file: string): string | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (isCase(folder)) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** True where every source is what its manifest says. Exhibits whose manifest changed are not compared. */
function verifySources(caseDir: string, verdict: CaseVerdict, context: CommandContext): boolean {
  const { output, signal } = context;
  const keys = verdict.journal.keys;
  const exhibits = verdict.parts.filter((part) => part.part === "exhibit" && part.problem !== "missing");
  for (const { part, name } of verdict.parts) if (part === "image") output.note(imageSays.noSourceOfImage(name));
  if (exhibits.length === 0) output.note(custodySays.noExhibitsWithSource());
  let allSame = true;
  for (const { name, ok } of exhibits) {
    if (!ok || !keys || signal.aborted) continue;
    const folder = join(caseDir, "exhibits", name);
    const body = verifyManifest(folder, keys).body;
    const source = sourcePathOf(body);
    if (source === null || !existsSync(source)) {
      throw new OperatorError("custody/source-absent", custodySays.sourceAbsent(name, output.safe(source ?? "?")));
    }
    const onDifference = (difference: SourceDifference) => showDifference(name, difference, output);
    const compared = verifySource(source, folder, "files.jsonl", { signal, onDifference });
    showSource(name, compared, output);
    allSame &&= compared.ok || compared.stopped;
  }
  return allSame;
}

function showDifference(exhibit: string, { what, path, detail }: SourceDifference, output: Output): void {
  output.line(custodySays.sourceFile(what, output.safe(path), output.safe(detail ?? "")));
  output.event("vestige.difference/1", "difference", { exhibit, what, path, detail });
}

function showSource(exhibit: string, verdict: SourceVerdict, output: Output): void {
  const { ok, files, changed, missing, added, unreadable, stopped } = verdict;
  const sentence = ok
    ? custodySays.unchanged(custodySays.sourceDetail(files))
    : custodySays.changed(custodySays.sourceDiffers(changed, missing, added, unreadable));
  if (!stopped) output.line(custodySays.part(`source ${exhibit}`, sentence));
  const counts: Record<string, JsonValue> = {
    files,
    bytes: verdict.bytes,
    changed,
    missing,
    new: added,
    unreadable,
    stopped,
  };
  output.event("vestige.verdict/1", "source", { part: "source", name: exhibit, ok, ...counts });
}
