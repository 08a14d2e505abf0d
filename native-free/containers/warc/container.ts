/**
 * Web archives (WARC 1.0 and 1.1, ISO 28500:2017): each saved body is a child, named by its address, with the time of its
 * capture; headers, requests and metadata are text. Not supported: joining segmented records; archives in the older ARC form.
 * Compressed archives (each record a gzip member) come here unpacked.
 */
import { Buffer } from "node:buffer";
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Child, ExtractContext, Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import type { ItemTime } from "../../model/item.ts";
import { decodeBody, isCoded, readMessage } from "./http-body.ts";
import { findRecord, readRecord, type WarcRecord } from "./record.ts";

export const warcContainer: Extractor = {
  id: "warc",
  family: "container",
  name: "Web archive (WARC)",
  spec: "ISO 28500:2017",
  level: "partial",
  types: ["warc"],
  extract: (source, context) => extractWarc(source, context),
};

/** Addresses and times that become fields; all of them are text. */
const FIELD_RECORDS = 1000;
const TEXT_BYTES = 1 << 20;
const STEP_BYTES = 64 * 1024;
const LIST_CHARS = 32 * 1024;

async function* extractWarc(source: ByteSource, context: ExtractContext): AsyncGenerator<Extraction> {
  let [count, damaged, list] = [0, 0, ""];
  for (let at = 0; at < source.size;) {
    const record = readRecord(source, at);
    if (!record) {
      at = findRecord(source, at + 1);
      damaged += 1;
      continue;
    }
    count += 1;
    list += lineOf(record);
    if (count <= FIELD_RECORDS) yield* fieldsOf(record);
    yield* readBlock(source, record, count, context);
    if (record.isCut) damaged += 1;
    if (list.length > LIST_CHARS) {
      yield { what: "text", text: list, label: "records" };
      list = "";
    }
    at = afterBlank(source, record.end);
  }
  if (list !== "") yield { what: "text", text: list, label: "records" };
  if (count === 0) throw new EvidenceError("warc/damaged", { places: damaged, records: 0 });
  if (damaged === 0) return;
  yield { what: "finding", finding: finding("warc/damaged", { places: damaged, records: count }) };
  yield { what: "status", status: "partial", reason: "damaged" };
}

/** Two line ends follow every block; some writers leave more or fewer. */
function afterBlank(source: ByteSource, end: number): number {
  const bytes = readRange(source, end, 16);
  let length = 0;
  while (length < bytes.length && (bytes[length] === 0x0d || bytes[length] === 0x0a)) length += 1;
  return end + length;
}

function headerOf(record: WarcRecord, name: string): string {
  return (record.headers.get(name) ?? "").replace(/^<([^>]*)>$/, "$1");
}

function lineOf(record: WarcRecord): string {
  const words = ["warc-date", "warc-type", "warc-target-uri"].map((name) => headerOf(record, name));
  return `${words.filter((word) => word !== "").join(" ")}\n`;
}

function* fieldsOf(record: WarcRecord): Generator<Extraction> {
  const kind = headerOf(record, "warc-type");
  if (kind !== "response" && kind !== "resource") return;
  const [url, captured] = [headerOf(record, "warc-target-uri"), dateOf(record)];
  if (url !== "") yield { what: "field", name: "url", value: url, source: "warc" };
  if (captured !== null) yield { what: "field", name: "captured", value: captured, source: "warc" };
}

function dateOf(record: WarcRecord): string | null {
  const date = headerOf(record, "warc-date");
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(date) ? date : null;
}

async function* readBlock(
  source: ByteSource,
  record: WarcRecord,
  number: number,
  context: ExtractContext,
): AsyncGenerator<Extraction> {
  const kind = headerOf(record, "warc-type");
  const isHttp = /^application\/http/i.test(headerOf(record, "content-type"));
  const message = isHttp ? readMessage(source, record.blockAt, record.blockLength) : null;
  if (message) {
    yield { what: "text", text: `${message.headerText}\n`, label: `${kind} ${number}` };
    if (message.bodyLength === 0) return;
    const decoded = isCoded(message) ? decodeBody(source, message, context.wholeLimitBytes) : null;
    const open = decoded ? () => once(decoded) : () => copy(source, message.bodyAt, message.bodyLength);
    const sent = isCoded(message) && !decoded ? [finding("warc/body-coded")] : [];
    yield { what: "child", child: childOf(record, decoded?.length ?? message.bodyLength, open, sent) };
  } else if (isText(record, kind)) {
    const bytes = readRange(source, record.blockAt, Math.min(record.blockLength, TEXT_BYTES));
    const text = new TextDecoder("utf-8").decode(bytes);
    if (text.trim() !== "") yield { what: "text", text: `${text}\n`, label: `${kind} ${number}` };
  } else if (record.blockLength > 0) {
    const open = (): AsyncGenerator<Uint8Array> => copy(source, record.blockAt, record.blockLength);
    yield { what: "child", child: childOf(record, record.blockLength, open, []) };
  }
}

/** What archives say of themselves is short and written as fields; larger blocks are children. */
function isText(record: WarcRecord, kind: string): boolean {
  return (kind === "warcinfo" || kind === "metadata" || kind === "revisit") && record.blockLength <= TEXT_BYTES;
}

function childOf(
  record: WarcRecord,
  size: number,
  open: () => AsyncIterable<Uint8Array>,
  findings: Child["findings"],
): Child {
  const captured = dateOf(record);
  const times: ItemTime[] = captured === null ? [] : [{ kind: "b", value: captured, zone: "utc", source: "warc" }];
  const url = headerOf(record, "warc-target-uri");
  return {
    key: `record:${record.at}`,
    name: { text: url === "" ? `record-${record.at}` : url, bytes: null },
    kind: "file",
    origin: "entry",
    size,
    packedSize: record.blockLength,
    times,
    findings: record.isCut ? [...findings, finding("warc/record-cut")] : findings,
    content: { open },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

async function* copy(source: ByteSource, at: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += STEP_BYTES) {
    yield readRange(source, at + done, Math.min(STEP_BYTES, length - done));
  }
}
