/** What `vestige tree` does. Loaded when it is needed: it brings the reader of every format with it. */
import { mayHoldFiles } from "../../../native-free/layers/volume-tree.ts";
import type { FileSystem, FileSystemEntry } from "../../../native-free/filesystems/file-system.ts";
import { walkBelow, type Walked } from "../../../native-free/layers/walk.ts";
import { sentenceOf } from "../../../native-free/model/findings.ts";
import { stateOf } from "../../../native-free/model/item.ts";
import { browseSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import type { CommandContext } from "../command.ts";
import { wholeNumber } from "../desk.ts";
import { atPlace, breathe, contentOf, findingOf, treesAt, type LookedInto, type Tree } from "./place.ts";
import { pathText, Rows } from "./rows.ts";
import { isHousekeeping } from "./shown.ts";

const breathEvery = 8192;
const deepest = 2000;

export async function treeOf(context: CommandContext): Promise<ExitCode> {
  return atPlace(context, async ({ place }) => {
    const drawing = new Drawing(context);
    try {
      for (const each of treesAt(place)) await drawing.add(each);
      if (drawing.isEmpty) throw new OperatorError("source/no-folder", browseSays.noFolder(pathText(place.path)));
    } finally {
      drawing.flush();
    }
    return drawing.end();
  });
}

class Drawing {
  readonly #context: CommandContext;
  readonly #rows: Rows;
  readonly #depth: number;
  readonly #counts = { directories: 0, others: 0, outside: 0 };
  /** For each level above: whether its directory goes on below. */
  readonly #goesOn: boolean[] = [];
  #drawn = 0;
  #cut = false;
  #lost = false;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#rows = new Rows(context.output);
    this.#depth = wholeNumber(context.flags, "depth", deepest, 1, deepest);
  }

  get isEmpty(): boolean {
    return this.#drawn === 0;
  }

  flush(): void {
    this.#rows.flush();
  }

  async add(each: LookedInto): Promise<void> {
    const { output } = this.#context;
    const { node, opened, path, tree } = each;
    const name = path === "" ? browseSays.wholeMedium() : pathText(path);
    // What a table is made of shows in its volumes.
    if (!mayHoldFiles(node)) return;
    this.#drawn += 1;
    if (tree) {
      const head = tree.directory === null ? `${tree.path}/` : tree.path;
      this.#rows.line(browseSays.sectionHead(pathText(head), contentOf(each, output)));
      return this.#draw(tree);
    }
    if (opened.problem) {
      this.#lost = true;
      this.#rows.line(browseSays.notOpened(name, output.safe(sentenceOf(opened.problem))));
    } else this.#rows.line(browseSays.sectionHead(name, contentOf(each, output)));
  }

  async #draw({ fileSystem, directory, path }: Tree): Promise<void> {
    const { output, flags, signal } = this.#context;
    const onProblem: Parameters<typeof walkBelow>[3]["onProblem"] = (where, problem) => {
      this.#lost = true;
      output.warn(browseSays.notListed(pathText(where), output.safe(sentenceOf(findingOf(problem)))));
    };
    const isShown = (entry: FileSystemEntry): boolean => flags["all"] === true || !isHousekeeping(entry);
    const top = new Set<string>();
    let seen = 0;
    for (const walked of walkBelow(fileSystem, directory, path, { mostDepth: this.#depth - 1, isShown, onProblem })) {
      const { entry, depth, last } = walked;
      this.#goesOn[depth] = !last;
      if (directory === null && depth === 0) top.add(entry.key);
      if (entry.kind === "directory") this.#counts.directories += 1;
      else this.#counts.others += 1;
      if (entry.kind === "directory" && depth === this.#depth - 1) this.#cut = true;
      const lines = this.#goesOn.slice(0, depth).map((on) => (on ? "│   " : "    "));
      const size = flags["sizes"] === true && entry.kind !== "directory" ? entry.size : null;
      this.#rows.line(`${lines.join("")}${last ? "└── " : "├── "}${this.#nameOf(walked, size)}`);
      this.#rows.event("vestige.entry/1", "entry", {
        ...{ path: walked.path, depth, kind: entry.kind, state: stateOf(entry), size: entry.size, key: entry.key },
      });
      if (++seen % breathEvery === 0) await breathe(signal);
    }
    if (directory === null) await this.#countOutside(fileSystem, top, isShown);
  }

  /** What hangs in no folder, and all that lies below it. `top`: keys of what the root holds. */
  async #countOutside(
    fileSystem: FileSystem,
    top: ReadonlySet<string>,
    isShown: (entry: FileSystemEntry) => boolean,
  ): Promise<void> {
    const outside = new Set<string>();
    let seen = 0;
    for (const entry of fileSystem.entries()) {
      if (++seen % breathEvery === 0) await breathe(this.#context.signal);
      const { parent, key } = entry;
      if (parent === null ? top.has(key) : !outside.has(parent)) continue;
      if (!isShown(entry)) continue;
      outside.add(key);
      this.#counts.outside += 1;
    }
  }

  #nameOf({ entry, name: shown }: Walked, size: number | null): string {
    const { output } = this.#context;
    const name = pathText(shown);
    const folder = entry.kind === "directory" ? `${name}/` : name;
    const linked = entry.target ? browseSays.linkTo(folder, output.safe(entry.target.text)) : folder;
    const sized = size === null ? linked : browseSays.treeSized(linked, size);
    const state = stateOf(entry);
    return state === "allocated" ? sized : browseSays.treeDeleted(sized, state);
  }

  end(): ExitCode {
    const { output } = this.#context;
    if (this.#cut) output.note(browseSays.treeCut(this.#depth));
    output.note(browseSays.treeCounts(this.#counts.directories, this.#counts.others, this.#counts.outside));
    const exit = this.#lost ? exitCodes.loss : exitCodes.done;
    output.summary(exit, { ...this.#counts });
    return exit;
  }
}
