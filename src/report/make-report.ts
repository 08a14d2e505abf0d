/**
 * Makes a report: announces it, lists the items, makes a checkpoint, collects the content, signs it, writes JSON and HTML,
 * puts the checker page beside them, and records what was written. Both forms carry the same content hash.
 */
import { mkdirSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { canonicalJson, type JsonObject } from "../../native-free/model/canonical-json.ts";
import { asOperatorError, writeAtomically } from "../case/atomic-file.ts";
import { exhibitLabels, readExhibit, type Case } from "../case/case-folder.ts";
import { readOperation } from "../case/operation.ts";
import { systemClock, type Clock } from "../custody/clock.ts";
import { domains, signDocument } from "../custody/document.ts";
import { sha256Hex, type Act, type Journal } from "../custody/journal.ts";
import type { Signer } from "../custody/signer.ts";
import { toolIdentity } from "../custody/tool-identity.ts";
import type { ReportContent, ReportContents, ReportedFile, ReportKind, SignedReport } from "./content.ts";
import { writeItemsFile, type ItemsFile } from "./items-file.ts";
import { reportKinds } from "./kinds.ts";
import { loadReportContent, verifyPageBytes } from "./load-content.ts";
import { renderHtml } from "./render.ts";

export interface ReportOptions<K extends ReportKind = ReportKind> {
  /** Default: custody. */
  readonly kind?: K;
  /** Exhibits that the report is about, where its kind takes labels; default: all. */
  readonly labels?: readonly string[];
  /** `json` leaves out the HTML form. The JSON form is what is signed and is always written. */
  readonly format?: "html" | "json";
  readonly clock?: Clock;
  readonly signal?: AbortSignal | null;
}

export interface MadeReport<K extends ReportKind = "custody"> {
  readonly content: ReportContents[K];
  /** Hex. */
  readonly contentHash: string;
  /** Paths; `html` is null where it was not asked for. */
  readonly json: string;
  readonly html: string | null;
  /** Null where this kind of report lists no items. */
  readonly items: K extends "custody" ? string : string | null;
  readonly verifyPage: string;
  readonly verifyPageSha256: string;
}

/** Throws OperatorError; what was announced is then recorded as failed. */
export function makeReport<K extends ReportKind = "custody">(
  theCase: Case,
  journal: Journal,
  signer: Signer,
  options: ReportOptions<K> = {},
): MadeReport<K> {
  const kind = options.kind ?? ("custody" as K);
  // A form that was tampered with must stop the report before anything is announced.
  readOperation(theCase);
  const labels = options.labels ?? exhibitLabels(theCase);
  for (const label of labels) readExhibit(theCase, label);
  const announced: JsonObject = { kind, format: options.format ?? "html" };
  const act = journal.begin("report", options.labels ? { ...announced, labels } : announced, signer);
  try {
    return writeReport(theCase, journal, signer, act, { ...options, kind, labels });
  } catch (error) {
    act.failed({ error: (error as { code?: string } | null)?.code ?? "fault" });
    throw error;
  }
}

function writeReport<K extends ReportKind>(
  theCase: Case,
  journal: Journal,
  signer: Signer,
  act: Act,
  options: ReportOptions<K> & { readonly kind: K; readonly labels: readonly string[] },
): MadeReport<K> {
  const { kind, labels } = options;
  const clock = options.clock ?? systemClock;
  const made = new Date(clock.utcMs()).toISOString();
  const { reports } = theCase.paths;
  makeFolder(reports);
  const name = `${made.slice(0, 10)}-${kind}-${act.seq}`;
  const items = reportKinds[kind].listsItems ? join(reports, `${name}-items.jsonl`) : null;
  const listed = items === null ? null : writeItemsFile(theCase, labels, items, options.signal ?? null);
  const page = join(reports, "verify.html");
  writeAtomically(page, verifyPageBytes());
  const files = [...(items !== null && listed ? [itemsFact(items, listed)] : []), pageFact(page)];
  const content = loadReportContent(theCase, journal, {
    ...{ kind, labels, number: act.seq, name, made },
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
  const html = options.format === "json" ? null : join(reports, `${name}.html`);
  const verifyPageSha256 = sha256Hex(verifyPageBytes());
  act.done({
    kind,
    contentHash: signed.contentHash,
    ...writeForms(signed, json, html),
    itemsSha256: listed?.sha256 ?? null,
    verifyPageSha256,
    checkpoint: content.checkpoint.body.seq,
    files: [json, html, items, page].filter((file) => file !== null).map((file) => basename(file)),
  });
  const { contentHash } = signed;
  return {
    content,
    contentHash,
    json,
    html,
    items: items as MadeReport<K>["items"],
    verifyPage: page,
    verifyPageSha256,
  };
}

/** SHA-256 (hex) of what was written. */
function writeForms(signed: SignedReport<ReportContent>, json: string, html: string | null) {
  const jsonText = `${canonicalJson(signed)}\n`;
  writeAtomically(json, jsonText);
  const htmlText = html === null ? null : renderHtml(signed);
  if (html !== null && htmlText !== null) writeAtomically(html, htmlText);
  const hashOf = (text: string) => sha256Hex(Buffer.from(text));
  return { jsonSha256: hashOf(jsonText), htmlSha256: htmlText === null ? null : hashOf(htmlText) };
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
  const sha256 = sha256Hex(verifyPageBytes());
  return { name: basename(file), what: "verify-page", sha256, bytes: statSync(file).size, lines: null, root: null };
}
