/** What `vestige recover` does. Loaded when it is needed: it brings the reader of every format with it. */
import { mayHoldFiles } from "../../../native-free/layers/volume-tree.ts";
import type { FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { confidences, recoveryOf } from "../../../native-free/filesystems/recovery.ts";
import { PathBook, walkBelow } from "../../../native-free/layers/walk.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { sentenceOf } from "../../../native-free/model/findings.ts";
import { stateOf } from "../../../native-free/model/item.ts";
import { browseSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type CommandContext } from "../command.ts";
import type { JsonValue } from "../output.ts";
import { algorithmsOf, isTooLarge } from "./content-hash.ts";
import { entryJson } from "./entry-row.ts";
import { atPlace, breathe, contentOf, findingOf, tellFindings, treesAt, type OpenedPlace, type Tree } from "./place.ts";
import { RecoveryFolder } from "./recovery-folder.ts";
import { describeSource, type ManifestRow } from "./recovery-manifest.ts";
import { pathText } from "./rows.ts";
import { checkApart } from "./target.ts";

export async function recoverOf(context: CommandContext): Promise<ExitCode> {
  const { flags, output } = context;
  const to = flagText(flags, "to");
  if (to === null) throw new OperatorError("usage/to", browseSays.toFolderMissing());
  const names = [...new Set([...algorithmsOf(flags, []), "sha256"])];
  return atPlace(context, async (opened) => {
    checkApart(opened.evidence, to, output);
    const source = describeSource(opened.evidence, opened.place, flags, names);
    const folder = RecoveryFolder.open(to, source, names, output);
    try {
      return await new Recovering(context, opened, folder).run();
    } finally {
      folder.close();
    }
  });
}

const entriesPerBreath = 2048;
const bytesPerBreath = 1 << 24;

class Recovering {
  readonly #context: CommandContext;
  readonly #opened: OpenedPlace;
  readonly #folder: RecoveryFolder;
  readonly #all: boolean;
  #lossy = 0;
  #failed = 0;
  #lost = false;

  constructor(context: CommandContext, opened: OpenedPlace, folder: RecoveryFolder) {
    this.#context = context;
    this.#opened = opened;
    this.#folder = folder;
    this.#all = context.flags["all"] === true;
  }

  async run(): Promise<ExitCode> {
    const { output } = this.#context;
    const before = this.#folder.done;
    if (before > 0) output.note(browseSays.continued(before));
    const { place } = this.#opened;
    let trees = 0;
    for (const each of treesAt(place)) {
      if (each.tree) trees += 1;
      if (each.tree) await this.#tree(each.tree);
      else if (each.opened.problem) {
        this.#lost = true;
        output.warn(browseSays.notOpened(pathText(each.path), output.safe(sentenceOf(each.opened.problem))));
      } else if (mayHoldFiles(each.node)) {
        const name = each.path === "" ? browseSays.wholeMedium() : pathText(each.path);
        output.warn(browseSays.noFileSystem(name, contentOf(each, output)));
      }
    }
    if (trees === 0 && place.kind === "entry") await this.#entry(place, place.entry, place.path);
    if (trees === 0 && (place.kind === "slack" || place.kind === "space")) {
      throw new OperatorError("source/no-folder", browseSays.noFolder(pathText(place.path)));
    }
    this.#folder.finish();
    this.#opened.progress.end();
    return this.#tell();
  }

  #tell(): ExitCode {
    const { output } = this.#context;
    const { counts, contents } = this.#folder;
    for (const confidence of ["allocated", ...confidences]) {
      const { files, bytes } = counts.get(confidence) ?? { files: 0, bytes: 0 };
      if (files > 0 || confidence !== "allocated") output.line(browseSays.confidenceRow(confidence, files, bytes));
    }
    output.line(browseSays.recovered(contents, output.safe(this.#folder.path)));
    if (this.#lossy > 0) output.warn(browseSays.recoverLoss(this.#lossy));
    const lost = this.#lost || this.#lossy > 0 || this.#failed > 0;
    const exit = lost ? exitCodes.loss : exitCodes.done;
    const figures = Object.fromEntries([...counts].map(([word, { files }]) => [word, files] as const));
    output.summary(exit, { ...figures, contents, failed: this.#failed });
    return exit;
  }

  async #tree(tree: Tree): Promise<void> {
    const { output, signal } = this.#context;
    let seen = 0;
    for (const [entry, path] of this.#entriesOf(tree)) {
      if (this.#isWanted(entry)) await this.#entry(tree, entry, path);
      if (++seen % entriesPerBreath === 0) await this.#breathe(signal);
    }
    if (tree.directory === null && tellFindings(output, `${tree.path}/`, tree.fileSystem.findings)) this.#lost = true;
  }

  *#entriesOf({ fileSystem, directory, path }: Tree): Iterable<readonly [FileSystemEntry, string]> {
    if (directory === null) {
      const book = new PathBook(path);
      for (const entry of fileSystem.entries()) yield [entry, book.pathOf(entry)];
      return;
    }
    const { output } = this.#context;
    const below = walkBelow(fileSystem, directory, path, {
      onProblem: (where, problem) => {
        this.#lost = true;
        output.warn(browseSays.notListed(pathText(where), output.safe(sentenceOf(findingOf(problem)))));
      },
    });
    for (const { entry, path: full } of below) yield [entry, full];
  }

  /** Files and their streams that are gone; with `--all` those that are there, too. */
  #isWanted({ kind, nameClaim, origin }: FileSystemEntry): boolean {
    if (kind !== "file" && kind !== "stream") return false;
    return this.#all || nameClaim === "deleted" || nameClaim === "orphan" || origin === "slack";
  }

  async #entry(
    { fileSystem, node }: Pick<Tree, "fileSystem" | "node">,
    entry: FileSystemEntry,
    path: string,
  ): Promise<void> {
    if (this.#folder.has(path)) return;
    const extents = fileSystem.extentsOf(entry);
    const live = entry.nameClaim === "allocated" && stateOf(entry) === "allocated";
    const { confidence: found, total: _, ...bytes } = recoveryOf(entry, extents);
    const confidence = live ? "allocated" : found;
    const extentRows: JsonValue = extents.map(({ start, length, state }) => ({ start, length, state }));
    const row = { ...entryJson(entry, path, null, null), confidence, bytes: { ...bytes }, extents: extentRows };
    const hasBytes = entry.kind !== "symlink" && entry.kind !== "special";
    if (!hasBytes) return this.#folder.note({ ...row, confidence: "none" });
    if (!live && confidence === "none") return this.#folder.note(row);
    if (isTooLarge(entry.size, node.source)) return this.#leave(path, row, browseSays.sizeImplausible(entry.size));
    try {
      const lost = await this.#folder.take(row, fileSystem.open(entry), (count) => this.#passed(count));
      if (live && lost > 0) this.#lossy += 1;
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      this.#leave(path, row, sentenceOf(findingOf(error)));
    }
  }

  #leave(path: string, row: ManifestRow, problem: string): void {
    const { output } = this.#context;
    this.#failed += 1;
    output.warn(browseSays.recoverFailed(pathText(path), output.safe(problem)));
    this.#folder.note({ ...row, confidence: "none", problem });
  }

  #bytes = 0;
  #unpaused = 0;

  async #passed(count: number): Promise<void> {
    this.#bytes += count;
    this.#unpaused += count;
    if (this.#unpaused < bytesPerBreath) return;
    this.#unpaused = 0;
    await this.#breathe(this.#context.signal);
  }

  async #breathe(signal: AbortSignal): Promise<void> {
    this.#opened.progress.passing("recover", browseSays.recovering, this.#bytes, null);
    await breathe(signal, browseSays.recoverStopped(this.#context.output.safe(this.#folder.path)));
  }
}
