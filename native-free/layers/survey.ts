/** Everything that a source holds, layer by layer: media, their volumes, file systems, and the images in those. */
import type { RunKind } from "../bytes/byte-source.ts";
import type { FileSystem, FileSystemEntry } from "../filesystems/file-system.ts";
import type { ImageFormat } from "../images/index.ts";
import { isEvidenceError } from "../model/errors.ts";
import { finding, type Finding } from "../model/findings.ts";
import { pathName } from "../model/forensic-path.ts";
import { usualBudgets, type SurveyBudgets } from "./budgets.ts";
import { imageIn, openNested } from "./nested-image.ts";
import { keyInPath, mediumOf, type Medium } from "./resolve.ts";
import { fileSystemOf, mayHoldFiles, nodesOf, type OpenedFileSystem, type VolumeNode } from "./volume-tree.ts";

export type Surveyed =
  | { readonly what: "medium"; readonly medium: Medium; readonly depth: number }
  | { readonly what: "volume"; readonly medium: Medium; readonly node: VolumeNode; readonly opened: OpenedFileSystem }
  | {
      readonly what: "nested";
      readonly path: string;
      /** Of the medium that holds it. */
      readonly depth: number;
      readonly format: ImageFormat;
      /** Null where it was opened: its medium follows. */
      readonly problem: Finding | null;
    }
  | { readonly what: "budget"; readonly of: keyof SurveyBudgets; readonly limit: number };

/** Outer layers before inner ones. Each budget that runs out is told once. */
export function survey(medium: Medium, budgets: SurveyBudgets = usualBudgets): Iterable<Surveyed> {
  return new Surveyor(budgets).of(medium, 0);
}

class Surveyor {
  readonly #budgets: SurveyBudgets;
  readonly #told = new Set<keyof SurveyBudgets>();
  #images = 0;
  #entries = 0;

  constructor(budgets: SurveyBudgets) {
    this.#budgets = budgets;
  }

  *of(medium: Medium, depth: number): Iterable<Surveyed> {
    yield { what: "medium", medium, depth };
    const fileSystems: [VolumeNode, FileSystem][] = [];
    for (const node of nodesOf(medium.volumes)) {
      const opened = mayHoldFiles(node) ? fileSystemOf(node) : { fileSystem: null, problem: null };
      yield { what: "volume", medium, node, opened };
      if (opened.fileSystem) fileSystems.push([node, opened.fileSystem]);
    }
    for (const [node, fileSystem] of fileSystems) yield* this.#inside(medium, node, fileSystem, depth);
  }

  *#inside(medium: Medium, node: VolumeNode, fileSystem: FileSystem, depth: number): Iterable<Surveyed> {
    const reader = [medium.path, node.path, `${fileSystem.format}:`].filter((part) => part !== "").join("/");
    const directories = new Map<string, { readonly path: string; readonly entry: FileSystemEntry }>();
    for (const entry of fileSystem.entries()) {
      if (this.#entries >= this.#budgets.entries) return yield* this.#out("entries");
      this.#entries += 1;
      const parent = entry.parent === null ? null : (directories.get(entry.parent) ?? null);
      const path = `${parent?.path ?? reader}/${pathName(entry.name, keyInPath(entry))}`;
      if (entry.kind === "directory") directories.set(entry.key, { path, entry });
      const format = imageIn(fileSystem, entry);
      if (!format) continue;
      if (depth >= this.#budgets.depth) return yield* this.#out("depth");
      if (this.#images >= this.#budgets.images) return yield* this.#out("images");
      this.#images += 1;
      yield* this.#nested(fileSystem, { format, entry, directory: parent?.entry ?? null }, path, depth);
    }
  }

  *#nested(
    fileSystem: FileSystem,
    nested: Parameters<typeof openNested>[1],
    path: string,
    depth: number,
  ): Iterable<Surveyed> {
    const { format } = nested;
    let medium: Medium;
    try {
      medium = mediumOf(openNested(fileSystem, nested), path);
    } catch (error) {
      if (!isEvidenceError(error)) throw error;
      return yield { what: "nested", path, depth, format, problem: finding(error.code, error.params) };
    }
    // A file that is called like a raw image and holds nothing known is just a file.
    const { recognised, system } = medium.volumes;
    if (format.registration.id === "raw" && !system && recognised.length === 0) return;
    yield { what: "nested", path, depth, format, problem: null };
    yield* this.of(medium, depth + 1);
  }

  *#out(of: keyof SurveyBudgets): Iterable<Surveyed> {
    if (this.#told.has(of)) return;
    this.#told.add(of);
    yield { what: "budget", of, limit: this.#budgets[of] };
  }
}

/** Bytes of a medium by what stands behind them, without reading it. */
export function kindsOf({ image }: Medium): ReadonlyMap<RunKind, number> {
  const bytes = new Map<RunKind, number>();
  for (const { kind, length } of image.runsIn(0, image.size)) bytes.set(kind, (bytes.get(kind) ?? 0) + length);
  return bytes;
}
