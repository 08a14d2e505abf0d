/** A small case made by the real custody code: keys, journal, session, manifest, checkpoint. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyIdOf, rawPublicKey } from "../../../native-free/hash/ed25519.ts";
import { LineTree } from "../../../native-free/hash/merkle.ts";
import type { ContentRow, ItemRow } from "../../../native-free/model/item.ts";
import { canonicalJson } from "../../../native-free/model/canonical-json.ts";
import {
  createCase,
  openCase,
  registerHash,
  writeExhibit,
  type Case,
  type ExhibitFile,
} from "../../../src/case/case-folder.ts";
import { WorkFileWriter } from "../../../src/case/work-file-writer.ts";
import { createJournal, type Journal } from "../../../src/custody/journal.ts";
import { writeManifest } from "../../../src/custody/manifest.ts";
import { login } from "../../../src/custody/session.ts";
import { officerSigner, type Signer } from "../../../src/custody/signer.ts";
import { writeRunRecord, type RunRecord } from "../../../src/examine/run-record.ts";
import { digestOf, itemRow, preparedContent } from "../../fixtures/work-file-rows.ts";

export function newSigner(name: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = rawPublicKey(publicKey);
  return officerSigner(name, keyIdOf(raw), raw, privateKey);
}

export interface SampleCase {
  readonly folder: string;
  readonly theCase: Case;
  readonly journal: Journal;
  readonly officer: Signer;
  remove(): void;
}

export interface SampleOptions {
  readonly number?: string;
  readonly demonstration?: boolean;
}

/** A case with its genesis entry and nothing else. */
export function newCase(options: SampleOptions = {}): SampleCase {
  const base = mkdtempSync(join(tmpdir(), "vestige-report-"));
  const folder = join(base, "case");
  const officer = newSigner("Ines Ørsted");
  const { keyId, publicKey } = officer;
  const theCase = createCase(folder, {
    number: options.number ?? "2026-0042",
    authority: "Decision OF/2026/0117 of 3 November 2026",
    scope: "Sales records of 2024 and 2025",
    demonstration: options.demonstration ?? false,
    officers: [{ name: officer.officer, keyId, publicKey }],
  });
  const genesis = { caseId: theCase.file.id, caseNumber: theCase.file.number, officers: [officer] };
  const journal = createJournal(
    folder,
    { ...genesis, officers: [{ officer: officer.officer, keyId, publicKey }] },
    officer,
  );
  return {
    folder,
    theCase: openCase(folder),
    journal,
    officer,
    remove: () => {
      journal.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Signs in; the session's files stay beside the case. */
export function signIn(sample: SampleCase): Signer {
  return login(sample.journal, sample.officer, 1, { folder: join(sample.folder, "..", "sessions") });
}

export interface SampleFile {
  readonly path: string;
  readonly content: string;
  readonly item?: Partial<ItemRow>;
  readonly described?: Partial<ContentRow>;
}

/** Registers an exhibit and writes a signed manifest over `files`, as an acquisition does. */
export function addExhibit(
  sample: SampleCase,
  label: string,
  files: readonly SampleFile[],
  signer = sample.officer,
): void {
  const { theCase, journal } = sample;
  const form = { ...intakeForm, label };
  journal.append("intake", { form, sha256: registerHash(form) }, signer, { exhibit: label });
  writeExhibit(theCase, form);
  const folder = theCase.paths.exhibit(label);
  const tree = new LineTree();
  const lines = files.map(({ path, content }) => manifestLine(path, content));
  for (const line of lines) tree.add(Buffer.from(line));
  writeFileSync(theCase.paths.manifest(label), lines.map((line) => `${line}\n`).join(""));
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  const body = {
    schema: "vestige.acquisition/1",
    caseId: theCase.file.id,
    exhibit: label,
    kind: "folder",
    source: "/mnt/export/sales",
    started: "2026-11-21T09:00:00.000Z",
    finished: "2026-11-21T09:00:04.000Z",
    zone: "Europe/Brussels",
    algorithms: ["md5", "sha1", "sha256"],
    files: { file: "files.jsonl", ...tree.finish() },
    entries: files.length,
    bytes,
    kinds: { file: files.length },
    statuses: { done: files.length },
    findings: {},
    notRecorded: { "birth-time: the file system keeps none": files.length },
    accessTimesKept: true,
    resumedEntries: 0,
    selfTest: {},
    tool: { name: "vestige", version: "0.1.0", build: "00" },
    options: { workers: 2 },
  };
  const act = journal.begin("acquire", { source: body.source }, signer, { exhibit: label });
  const document = writeManifest(folder, body, signer);
  act.done({ manifestHash: String(document["hash"]), entries: body.entries });
}

const intakeForm: ExhibitFile = {
  format: 1,
  label: "",
  description: "Folder exported from the file server",
  make: null,
  model: null,
  serial: null,
  custodian: "K. Maes",
  seizedAt: "2026-11-20T10:00:00+01:00",
  seizedPlace: "Antwerp",
  seizedBy: "Ines Ørsted",
  seals: ["SE-0101"],
  photos: [],
  decision: "acquire",
  reason: null,
  registered: "2026-11-21T08:00:00.000Z",
};

function manifestLine(path: string, content: string): string {
  return canonicalJson({
    schema: "vestige.file/1",
    path: { text: path, bytes: null },
    kind: "file",
    status: "done",
    reason: null,
    size: content.length,
    sha256: digestOf("sha256", content),
  });
}

/** Writes the work file and the run's record of an exhibit, every file one unit. */
export function processExhibit(sample: SampleCase, label: string, files: readonly SampleFile[]): void {
  const { paths } = sample.theCase;
  mkdirSync(paths.work(label), { recursive: true });
  const writer = WorkFileWriter.open(paths.items(label), { exhibit: label, profile: "ab".repeat(32) });
  writer.recover();
  const units = files.filter(({ item }) => item?.depth === undefined);
  writer.plan(units.map(({ path, content }, order) => ({ key: path, order, path, size: content.length })));
  let unit = "";
  for (const { path, content, item, described } of files) {
    if (item?.depth === undefined) unit = path;
    writer.addItems(unit, [itemRow(path, content, item)]);
    writer.addContent(preparedContent(content, described));
  }
  for (const { path } of units) writer.finishUnit({ key: path, items: 1, status: "done", reason: null });
  writer.close();
  writeRunRecord(paths, runRecord(label, files.length));
}

function runRecord(label: string, units: number): RunRecord {
  return {
    format: 1,
    exhibit: label,
    started: "2026-11-21T09:01:00.000Z",
    finished: "2026-11-21T09:01:09.000Z",
    durationMs: 8650,
    starts: 1,
    deaths: 0,
    lostThreads: 0,
    tool: { name: "vestige", version: "0.1.0", build: "00" },
    runtime: { node: "24.21.0", platform: "linux-x64", sqlite: "3.50" },
    profileHash: "ab".repeat(32),
    watchLists: [],
    passwords: 0,
    hashSets: "[]",
    options: { workers: 2, memoryMb: 1024, workerMemoryMb: 512, stallMs: 120_000 },
    measures: [
      { id: "network", enforced: true, how: "own network namespace" },
      { id: "memory", enforced: false, how: "no writable control group" },
    ],
    probes: [{ tried: "open a connection", refused: true }],
    counts: { units, unitsDone: units, items: units, contents: units, zeroSlack: { items: 0, bytes: 0 } },
    medium: null,
    digest: "cd".repeat(32),
  };
}

/** Names that act where a program forgets to escape them. */
export const hostileNames = [
  "<img src=x onerror=alert(1)>.txt",
  '"><svg onload=alert(1)>.txt',
  "invoice\u202Efdp.exe",
  "{{7*7}} ${7*7} <%= 7 %>.txt",
  "two\nlines\u0000.txt",
  "</style><script>alert(1)</script>.txt",
] as const;
