/** What may be overwritten: everything that is in use, is evidence, or belongs to a case is refused before the question is asked. */
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { exhibitLabels, isCase, readExhibit, type Case } from "../../case/case-folder.ts";
import type { Journal } from "../../custody/journal.ts";
import { readDocument } from "../../custody/manifest.ts";
import { wipeSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { deviceFacts, deviceFamily, fileFacts, liesOn, partitionsOf, swapsOn } from "../../platform/block-devices.ts";
import type { DeviceFacts } from "../../platform/block-devices.ts";
import { deviceFolder } from "../../platform/linux-device.ts";
import { errorCode } from "../../source/describe-entry.ts";

export interface WipeTarget {
  /** Real path. */
  readonly path: string;
  readonly isDevice: boolean;
  readonly size: number;
  readonly sectorBytes: number;
  readonly facts: DeviceFacts;
  /** What the officer may type to confirm: the serial number where the device has one, the path. */
  readonly confirmations: readonly string[];
}

export interface WipeCheck {
  /** Allows a regular file, as loop devices and tests have it. */
  readonly asFile: boolean;
  readonly theCase: Case | null;
  readonly journal: Journal | null;
}

/** Throws OperatorError: absent, of another kind, in use, read-only, empty, evidence or part of a case. */
export function checkedTarget(given: string, check: WipeCheck): WipeTarget {
  const shown = resolve(given);
  if (!existsSync(shown)) throw new OperatorError("wipe/absent", wipeSays.absent(shown));
  const path = realpathSync(shown);
  const stat = statSync(path);
  const isDevice = stat.isBlockDevice();
  if (!isDevice && !(check.asFile && stat.isFile())) {
    throw new OperatorError("wipe/kind", wipeSays.kind(path, stat.isFile()));
  }
  const facts = isDevice ? deviceFacts(stat.rdev) : fileFacts(path, stat.size);
  if (isDevice) checkUnused(path, deviceFolder(stat.rdev), facts);
  if (facts.size === 0) throw new OperatorError("wipe/empty", wipeSays.empty(path));
  checkWritable(path, facts);
  checkNotCase(path, facts);
  if (check.theCase) checkNotEvidence(path, facts, check.theCase, check.journal);
  const serial = facts.serial?.trim() ?? "";
  const confirmations = [...new Set([...(serial === "" ? [] : [serial]), path, shown])];
  return { path, isDevice, size: facts.size, sectorBytes: facts.logicalSectorBytes, facts, confirmations };
}

function checkUnused(path: string, folder: string, facts: DeviceFacts): void {
  const family = deviceFamily(folder);
  const mount = facts.mounts[0];
  if (mount) throw new OperatorError("wipe/mounted", wipeSays.mounted(path, mount.at));
  if (swapsOn(family)) throw new OperatorError("wipe/swap", wipeSays.swap(path));
  const holder = holdersOf(folder)[0];
  if (holder !== undefined) throw new OperatorError("wipe/held", wipeSays.held(path, holder));
  // File systems that span devices have a number of their own, which the mount table may not lead back to this one.
  for (const place of ["/", import.meta.dirname]) {
    if (liesOn(place, family)) throw new OperatorError("wipe/system", wipeSays.system(path));
  }
}

/** Names of what is built upon a device, its partitions, or the disk that it is a part of. */
function holdersOf(folder: string): string[] {
  const disk = existsSync(join(folder, "partition")) ? [join(folder, "..")] : [];
  const parts = partitionsOf(folder).map((name) => join(folder, name));
  return [folder, ...parts, ...disk]
    .map((each) => join(each, "holders"))
    .filter((each) => existsSync(each))
    .flatMap((each) => readdirSync(each));
}

function checkWritable(path: string, { readOnly }: DeviceFacts): void {
  if (readOnly === true) throw new OperatorError("wipe/read-only", wipeSays.readOnly(path));
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new OperatorError("wipe/refused", wipeSays.refused(path, errorCode(error)));
  }
}

/** A file in a case, or a loop device over one. */
function checkNotCase(path: string, { backingFile }: DeviceFacts): void {
  for (const file of [path, ...(backingFile === null ? [] : [backingFile])]) {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      if (isCase(folder)) throw new OperatorError("wipe/case", wipeSays.inCase(path, folder));
      if (folder === dirname(folder)) break;
    }
  }
}

interface Known {
  readonly exhibit: string;
  readonly path: string | null;
  readonly serial: string | null;
  readonly backingFile: string | null;
}

/**
 * Serial numbers decide where both sides have one: device names are given anew with every connection. Else the path or the
 * file behind a loop device.
 */
function checkNotEvidence(path: string, facts: DeviceFacts, theCase: Case, journal: Journal | null): void {
  const serial = textOf(facts.serial);
  for (const known of knownSources(theCase, journal)) {
    const theirs = textOf(known.serial);
    const paths = [known.path, known.backingFile].filter((each) => each !== null);
    const samePlace = [path, facts.backingFile].some((each) => each !== null && paths.includes(each));
    const isSource = serial !== null && theirs !== null ? serial === theirs : samePlace;
    if (isSource) throw new OperatorError("wipe/evidence", wipeSays.evidence(path, known.exhibit));
  }
}

function textOf(value: unknown): string | null {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? null : text;
}

/** What exhibits were read from, by form, manifest and announced acquisition, and the devices that clones were written to. */
function knownSources(theCase: Case, journal: Journal | null): Known[] {
  const known: Known[] = [];
  for (const label of exhibitLabels(theCase)) {
    known.push({ exhibit: label, path: null, serial: readExhibit(theCase, label).serial, backingFile: null });
    const document = readDocument(theCase.paths.acquisition(label)) as { manifest?: unknown } | null;
    const body = (document?.manifest ?? {}) as Record<string, unknown>;
    known.push(sourceIn(label, body["source"], body["medium"]));
    for (const target of [body["image"], ...(Array.isArray(body["further"]) ? (body["further"] as unknown[]) : [])]) {
      const { folder, clone } = (target ?? {}) as { folder?: unknown; clone?: { device?: unknown } | null };
      if (clone) known.push(sourceIn(label, folder, clone.device));
    }
  }
  const open = new Set(journal?.openIntents().map(({ seq }) => seq));
  for (const { body } of open.size === 0 ? [] : (journal?.entries() ?? [])) {
    if (body.act !== "acquire" || !open.has(body.seq) || body.exhibit === null) continue;
    known.push(sourceIn(body.exhibit, body.details["source"], body.details["medium"]));
  }
  return known;
}

function sourceIn(exhibit: string, source: unknown, medium: unknown): Known {
  const { serial, backingFile } = (medium ?? {}) as { serial?: unknown; backingFile?: unknown };
  return { exhibit, path: textOf(source), serial: textOf(serial), backingFile: textOf(backingFile) };
}
