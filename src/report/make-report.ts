/**
 * Makes a report: announces it, lists the items, makes a checkpoint, collects the content, signs it, writes JSON and HTML,
 * puts the checker page beside them, and records what was written. Both forms carry the same content hash.
 */
import { createHash } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { canonicalJson } from "../../native-free/model/canonical-json.ts";
import { asOperatorError, writeAtomically } from "../case/atomic-file.ts";
import { exhibitLabels, type Case } from "../case/case-folder.ts";
import { readOperation } from "../case/operation.ts";
import { systemClock, type Clock } from "../custody/clock.ts";
import { domains, signDocument } from "../custody/document.ts";
import { sha256Hex, type Act, type Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import type { ReportContent, ReportedFile, ReportKind, SignedReport } from "./content.ts";
import { writeItemsFile, type ItemsFile } from "./items-file.ts";
import { loadReportContent, verifyPageBytes } from "./load-content.ts";
import { renderHtml } from "./render.ts";

export interface ReportOptions {
  readonly kind?: ReportKind;
  /** `json` leaves out the HTML form. The JSON form is what is signed and is always written. */
  readonly format?: "html" | "json";
  readonly clock?: Clock;
  readonly signal?: AbortSignal | null;
}

export interface MadeReport {
  readonly content: ReportContent;
  /** Hex. */
  readonly contentHash: string;
  /** Paths; `html` is null where it was not asked for. */
  readonly json: string;
  readonly html: string | null;
  readonly items: string;
  readonly verifyPage: string;
  readonly verifyPageSha256: string;
}

/** Throws OperatorError; what was announced is then recorded as failed. */
export function makeReport(theCase: Case, journal: Journal, signer: Signer, options: ReportOptions = {}): MadeReport {
  const kind = options.kind ?? "custody";
  // A form that was tampered with must stop the report before anything is announced.
  readOperation(theCase);
  const act = journal.begin("report", { kind, format: options.format ?? "html" }, signer);
  try {
    return writeReport(theCase, journal, signer, act, { ...options, kind });
  } catch (error) {
    act.failed({ error: (error as { code?: string } | null)?.code ?? "fault" });
    throw error;
  }
}

function writeReport(
  theCase: Case,
  journal: Journal,
  signer: Signer,
  act: Act,
  options: ReportOptions & { kind: ReportKind },
): MadeReport {
  const clock = options.clock ?? systemClock;
  const made = new Date(clock.utcMs()).toISOString();
  const { reports } = theCase.paths;
  makeFolder(reports);
  const name = `${made.slice(0, 10)}-${options.kind}-${act.seq}`;
  const items = join(reports, `${name}-items.jsonl`);
  const listed = writeItemsFile(theCase, exhibitLabels(theCase), items, options.signal ?? null);
  const page = join(reports, "verify.html");
  writeAtomically(page, verifyPageBytes());
  const files = [itemsFact(items, listed), pageFact(page)];
  const content = loadReportContent(theCase, journal, {
    kind: options.kind,
    number: act.seq,
    name,
    made,
    zone: clock.zone(),
    officer: signer.officer,
    host: hostname(),
    tool: toolIdentity(),
    checkpoint: journal.checkpoint(signer),
    items: listed,
    files,
  });
  const signed = signDocument(domains.report, content, signer, clock.utcMs()) as unknown as SignedReport;
  const json = join(reports, `${name}.json`);
  const jsonText = `${canonicalJson(signed)}\n`;
  writeAtomically(json, jsonText);
  const html = options.format === "json" ? null : join(reports, `${name}.html`);
  const htmlText = html === null ? null : renderHtml(signed);
  if (html !== null && htmlText !== null) writeAtomically(html, htmlText);
  act.done({
    kind: options.kind,
    contentHash: signed.contentHash,
    jsonSha256: sha256Hex(Buffer.from(jsonText)),
    htmlSha256: htmlText === null ? null : sha256Hex(Buffer.from(htmlText)),
    itemsSha256: listed.sha256,
    verifyPageSha256: files[1].sha256,
    checkpoint: content.checkpoint.body.seq,
    files: [json, html, items, page].filter((file) => file !== null).map((file) => basename(file)),
  });
  const { contentHash } = signed;
  return { content, contentHash, json, html, items, verifyPage: page, verifyPageSha256: files[1].sha256 };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw asOperatorError(error, folder);
  }
}

function itemsFact(file: string, { sha256, lines, root, bytes }: ItemsFile): ReportedFile {
  return { name: basename(file), what: "items", sha256, bytes, lines, root };
}

function pageFact(file: string): ReportedFile {
  const sha256 = createHash("sha256").update(verifyPageBytes()).digest("hex");
  return { name: basename(file), what: "verify-page", sha256, bytes: statSync(file).size, lines: null, root: null };
}
