/** What `vestige info` says of a source: text for the officer, an event for every part with --json. */
import { isLost } from "../../native-free/bytes/byte-source.ts";
import { kindsOf, type Surveyed } from "../../native-free/layers/survey.ts";
import { LogicalMedium } from "../../native-free/layers/logical-medium.ts";
import type { Medium } from "../../native-free/layers/resolve.ts";
import type { OpenedFileSystem, VolumeNode } from "../../native-free/layers/volume-tree.ts";
import { imageFormats, type DiskImage } from "../../native-free/images/index.ts";
import { logicalFormats } from "../../native-free/images/logical-index.ts";
import { pathName } from "../../native-free/model/forensic-path.ts";
import { volumeSystemFormats } from "../../native-free/volumes/index.ts";
import type { Fact } from "../../native-free/model/facts.ts";
import { findings as kinds, sentenceOf, type Finding } from "../../native-free/model/findings.ts";
import { basename } from "node:path";
import { infoSays } from "../messages/en.ts";
import { exitCodes, type ExitCode } from "../messages/operator-error.ts";
import type { OpenedEvidence } from "../source/evidence.ts";
import type { FoundImage } from "../source/image-files.ts";
import { bytesText, countText } from "./amounts.ts";
import type { Output } from "./output.ts";

const shownFindings = 20;

export class InfoTeller {
  readonly #output: Output;
  /** Media inside of others stand further to the right. */
  #indent = "";
  #lost = false;
  #wrong = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  source({ path, found, opened, unwrapped }: OpenedEvidence): void {
    const output = this.#output;
    const bytes = opened.files.reduce((sum, { size }) => sum + size, 0);
    this.#line(infoSays.imageHead(output.safe(path), formatName(found.format)));
    if (unwrapped)
      this.#line(infoSays.unpacked(unwrapped.kind, output.safe(basename(unwrapped.path)), bytesText(unwrapped.bytes)));
    const ending = misnamed(path, found);
    if (ending !== null) output.warn(infoSays.notWhatItIsCalled(output.safe(path), ending));
    if (opened.files.length > 1) this.#line(infoSays.imageFiles(opened.files.length, bytesText(bytes)));
    output.event("vestige.source/1", "source", {
      source: path,
      format: found.format,
      unpackedFrom: unwrapped?.kind ?? null,
      others: unwrapped?.others ?? [],
      files: opened.files.map((file) => ({ path: file.path, size: file.size })),
    });
  }

  tell(found: Surveyed): void {
    if (found.what === "medium") {
      this.#indent = "    ".repeat(found.depth);
      this.#medium(found.medium);
    } else if (found.what === "volume") this.#volume(found.medium, found.node, found.opened);
    else if (found.what === "nested") this.#nested(found);
    else {
      // None was asked for.
      if (!(found.of === "depth" && found.limit === 0)) this.#lost = true;
      this.#line(infoSays.budgetLine(found.of, found.limit));
      this.#output.event("vestige.budget/1", "budget", { budget: found.of, limit: found.limit });
    }
  }

  #line(text: string): void {
    this.#output.line(`${this.#indent}${text}`);
  }

  /** The exit code. */
  end(checked: boolean): ExitCode {
    this.#indent = "";
    if (checked) this.#line(infoSays.checkedAll());
    if (this.#wrong === 0 && !this.#lost) this.#line(infoSays.nothingWrong());
    return this.#lost ? exitCodes.loss : exitCodes.done;
  }

  #medium(medium: Medium): void {
    const output = this.#output;
    const { image, volumes, path } = medium;
    const logical = image instanceof LogicalMedium;
    if (!logical) this.#line(infoSays.mediumLine(image.size, image.bytesPerSector));
    this.#facts(image.facts);
    for (const [algorithm, value] of Object.entries(image.storedHashes)) {
      this.#line(infoSays.storedHash(algorithm, output.safe(value)));
    }
    for (const { name } of image.others ?? []) this.#line(infoSays.otherMedium(output.safe(name)));
    const bytes = kindsOf(medium);
    const lost = [...bytes].filter(([kind]) => isLost(kind));
    if (lost.length > 0) {
      this.#lost = true;
      const sum = lost.reduce((total, [, count]) => total + count, 0);
      this.#line(infoSays.lostShare(sum, lost.map(([kind]) => kind).join(", ")));
      this.#lostRuns(image, path);
    }
    output.event("vestige.medium/1", "medium", {
      path,
      format: image.format,
      size: image.size,
      sectorBytes: image.bytesPerSector,
      storedHashes: { ...image.storedHashes },
      facts: factsObject(image.facts),
      others: (image.others ?? []).map(({ name }) => name),
      bytes: Object.fromEntries(bytes),
    });
    this.#findings(image.findings, path);
    if (logical) return this.#logical(image);
    if (!volumes.system) this.#line(infoSays.noTable());
    this.#line(`  ${infoSays.volumeHead()}`);
  }

  #volume(medium: Medium, node: VolumeNode, { fileSystem, problem }: OpenedFileSystem): void {
    if (medium.image instanceof LogicalMedium) return this.#findings(fileSystem?.findings ?? [], medium.path);
    const output = this.#output;
    const { volume, source, start, system } = node;
    const said = system ? systemName(system.format) : this.#content(node, fileSystem);
    const type = volume ? [volume.type, volume.typeName ?? ""].filter((text) => text !== "").join(" ") : "";
    const flags = volume && volume.flags.length > 0 ? ` (${volume.flags.join(", ")})` : "";
    const label = volume?.label ? ` "${output.safe(volume.label)}"` : "";
    const place = start === null ? "-" : countText(start);
    const name = node.path === "" ? "(medium)" : node.path;
    const kind = node.kind === "gap" ? "" : `${output.safe(type)}${label}${flags}`;
    this.#line(`  ${infoSays.volumeLine(name, place, countText(volume?.length ?? source.size), kind, said)}`);
    output.event("vestige.volume/1", "volume", {
      path: [medium.path, node.path].filter((part) => part !== "").join("/"),
      kind: node.kind,
      start,
      length: volume?.length ?? source.size,
      type: volume?.type ?? null,
      typeName: volume?.typeName ?? null,
      label: volume?.label ?? null,
      uuid: volume?.uuid ?? null,
      flags: volume?.flags ?? [],
      scheme: system?.format ?? null,
      recognised: node.recognised.map(({ facts, ...each }) => ({ ...each, facts: factsObject(facts) })),
      fileSystem: fileSystem
        ? {
            format: fileSystem.format,
            variant: fileSystem.variant,
            label: fileSystem.label,
            facts: factsObject(fileSystem.facts),
          }
        : null,
    });
    if (system) {
      this.#facts(system.facts, "      ");
      this.#findings(system.findings, node.path);
    }
    for (const { facts } of system ? [] : node.recognised) this.#facts(facts, "      ");
    if (problem) this.#findings([problem], node.path);
    if (fileSystem) this.#findings(fileSystem.findings, node.path);
  }

  /** Where the bytes of the medium are that are not there. */
  #lostRuns(image: DiskImage, path: string): void {
    let shown = 0;
    for (const { start, length, kind } of image.runsIn(0, image.size)) {
      if (!isLost(kind)) continue;
      if (shown < shownFindings) this.#line(infoSays.lostRun(kind, infoSays.findingPlace(start, length)));
      this.#output.event("vestige.lost/1", "lost", { path, kind, start, length });
      shown += 1;
    }
    if (shown > shownFindings) this.#line(infoSays.moreFindings(shown - shownFindings));
  }

  /** Its files have no volume to stand in. */
  #logical({ format, fileSystem }: LogicalMedium): void {
    this.#facts(fileSystem.facts);
    let shown = 0;
    for (const entry of fileSystem.list(null)) {
      if (shown === shownFindings) return this.#line(infoSays.moreEntries());
      this.#line(infoSays.topEntry(`${format}:/${this.#output.safe(pathName(entry.name))}`, entry.kind, entry.size));
      shown += 1;
    }
  }

  #content({ kind, recognised, source }: VolumeNode, fileSystem: OpenedFileSystem["fileSystem"]): string {
    const output = this.#output;
    if (kind === "gap") return infoSays.gapWord();
    const words = recognised.map((each) => {
      const name = infoSays.fileSystemLine(each.kind, each.label === null ? null : output.safe(each.label));
      if (each.role === "encrypted" && !each.kind.startsWith("possibly")) return infoSays.encryptedWord(name);
      if (each.role === "member") return infoSays.memberWord(name);
      return each.role === "file system" && !fileSystem ? infoSays.knownNotRead(name) : name;
    });
    if (fileSystem && words.length === 0) words.push(infoSays.fileSystemLine(fileSystem.variant, fileSystem.label));
    return words.length > 0 ? words.join("; ") : source.size === 0 ? infoSays.empty() : infoSays.notKnown();
  }

  #nested({ path, depth, format, problem }: Extract<Surveyed, { what: "nested" }>): void {
    const output = this.#output;
    const { name } = format.registration;
    this.#indent = "    ".repeat(depth);
    output.event("vestige.nested/1", "nested", {
      path,
      format: format.registration.id,
      problem: problem?.code ?? null,
    });
    if (!problem) return this.#line(infoSays.nestedHead(output.safe(path), name));
    this.#line(infoSays.nestedNot(output.safe(path), output.safe(sentenceOf(problem))));
    this.#count([problem]);
  }

  #facts(facts: readonly Fact[], indent = ""): void {
    for (const { name, value } of facts) {
      const text = typeof value === "number" ? countText(value) : this.#output.safe(value);
      this.#line(`${indent}${infoSays.factLine(name, text)}`);
    }
  }

  #findings(found: readonly Finding[], path: string): void {
    const output = this.#output;
    this.#count(found);
    for (const each of found.slice(0, shownFindings)) {
      const place = each.offset === null ? "" : infoSays.findingPlace(each.offset, each.length);
      const severity = kinds[each.code]?.severity ?? "loss";
      this.#line(infoSays.findingLine(severity, output.safe(sentenceOf(each)), place));
    }
    if (found.length > shownFindings) this.#line(infoSays.moreFindings(found.length - shownFindings));
    for (const { code, offset, length, params } of found) {
      output.event("vestige.finding/1", "finding", { path, code, offset, length, params: { ...params } });
    }
  }

  #count(found: readonly Finding[]): void {
    this.#wrong += found.length;
    if (found.some(({ code }) => kinds[code]?.severity === "loss")) this.#lost = true;
  }
}

/** The ending of an image format on a file that is none of any; null where name and content do not contradict. */
export function misnamed(path: string, { signed }: FoundImage): string | null {
  const ending = /\.(e01|ex01|s01|l01|aff4|vmdk|vhdx?|avhdx?|qcow2?|vdi|sparseimage|nrg)$/i.exec(path)?.[1];
  return signed || ending === undefined ? null : ending;
}

const factsObject = (facts: readonly Fact[]): Record<string, string | number> =>
  Object.fromEntries(facts.map(({ name, value }) => [name, value]));

function formatName(id: string): string {
  return (
    [...imageFormats, ...logicalFormats].find(({ registration }) => registration.id === id)?.registration.name ?? id
  );
}

function systemName(id: string): string {
  return volumeSystemFormats.find(({ registration }) => registration.id === id)?.registration.name ?? id;
}
