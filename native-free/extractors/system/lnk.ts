/**
 * Windows shortcuts: Microsoft MS-SHLLINK. Target with its times, size and volume, strings, network share, and the tracking
 * data with the machine's name and the identifiers of volume and file. Of the item list the names of drives and files are
 * read; of the property store the texts.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { mixedGuidText, nilGuid } from "../../bytes/guid.ts";
import { isEvidenceError } from "../../model/errors.ts";
import type { Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { ByteReader } from "../byte-reader.ts";
import { timeField } from "./file-time.ts";
import { itemListPath } from "./lnk-items.ts";
import { propertyTexts } from "./lnk-properties.ts";

export const lnkExtractor: Extractor = {
  id: "lnk",
  family: "extractor",
  name: "Windows shortcut: target, times, volume, machine",
  spec: "MS-SHLLINK",
  level: "partial",
  types: ["lnk"],
  extract: extractLink,
};

const headerBytes = 76;
const flag = { items: 1, info: 2, unicode: 0x80 };
const strings = [
  { flag: 4, label: "description", field: "description" },
  { flag: 8, label: "relative path", field: null },
  { flag: 0x10, label: "working directory", field: null },
  { flag: 0x20, label: "arguments", field: "arguments" },
  { flag: 0x40, label: "icon", field: null },
] as const;

class LinkRun {
  readonly reader: ByteReader;
  readonly lines: string[] = [];
  readonly targets = new Set<string>();

  constructor(source: ByteSource) {
    this.reader = new ByteReader(source, true, "system/damaged", "shortcut");
  }

  note(label: string, text: string): void {
    // eslint-disable-next-line no-control-regex
    const clean = text.replaceAll(/[\u0000-\u001f]+/g, " ").trim();
    if (clean !== "") this.lines.push(`${label}: ${clean}`);
  }

  target(path: string): void {
    if (path.trim() !== "") this.targets.add(path.trim());
  }
}

async function* extractLink(source: ByteSource): AsyncGenerator<Extraction> {
  const run = new LinkRun(source);
  const { reader } = run;
  const flags = reader.u32(20);
  yield* timeField(reader, 28, "created", "lnk target");
  yield* timeField(reader, 36, "accessed", "lnk target");
  yield* timeField(reader, 44, "modified", "lnk target");
  if (reader.u32(52) > 0) yield { what: "field", name: "size", value: String(reader.u32(52)), source: "lnk target" };
  try {
    yield* parts(run, flags);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    yield { what: "finding", finding: finding(error.code, error.params) };
    yield { what: "status", status: "partial", reason: "damaged" };
  }
  for (const value of run.targets) {
    yield { what: "field", name: "targetPath", value, source: "lnk" };
    run.note("target", value);
  }
  if (run.lines.length > 0) yield { what: "text", label: null, text: `${run.lines.join("\n")}\n` };
}

function* parts(run: LinkRun, flags: number): Generator<Extraction> {
  const { reader } = run;
  let at = headerBytes;
  if ((flags & flag.items) !== 0) {
    const size = reader.u16(at);
    const items = itemListPath(reader, at + 2, at + 2 + size);
    run.target(items.path);
    for (const name of items.others) run.note("item", name);
    at += 2 + size;
  }
  if ((flags & flag.info) !== 0) {
    yield* linkInfo(run, at);
    at += Math.max(4, reader.u32(at));
  }
  for (const { flag: wanted, label, field } of strings) {
    if ((flags & wanted) === 0) continue;
    const units = reader.u16(at);
    const bytes = units * ((flags & flag.unicode) !== 0 ? 2 : 1);
    const text = (flags & flag.unicode) !== 0 ? reader.wideText(at + 2, bytes) : reader.latin1(at + 2, bytes);
    if (bytes > 0 && field && text.trim() !== "")
      yield { what: "field", name: field, value: text.trim(), source: "lnk" };
    run.note(label, text);
    at += 2 + bytes;
  }
  yield* extraData(run, at);
}

/** MS-SHLLINK 2.3. */
function* linkInfo(run: LinkRun, at: number): Generator<Extraction> {
  const { reader } = run;
  const size = reader.u32(at);
  const headBytes = reader.u32(at + 4);
  const flags = reader.u32(at + 8);
  if (size < 28 || at + size > reader.size) reader.fail("link info");
  const textAt = (offset: number): string =>
    offset > 0 && offset < size ? ansiText(reader, at + offset, at + size) : "";
  const wideAt = (offset: number): string =>
    offset > 0 && offset < size ? reader.wideText(at + offset, size - offset) : "";
  const isWide = headBytes >= 36;
  const suffix = (isWide && wideAt(reader.u32(at + 32))) || textAt(reader.u32(at + 24));
  if ((flags & 1) !== 0) {
    const base = (isWide && wideAt(reader.u32(at + 28))) || textAt(reader.u32(at + 16));
    run.target(base + suffix);
    yield* volume(run, at + reader.u32(at + 12));
  }
  if ((flags & 2) !== 0) {
    const share = at + reader.u32(at + 20);
    const name = ansiText(reader, share + reader.u32(share + 8), at + size);
    run.target(suffix === "" ? name : `${name}\\${suffix}`);
    if ((reader.u32(share + 4) & 1) !== 0)
      run.note("device", ansiText(reader, share + reader.u32(share + 12), at + size));
  }
}

const driveTypes = ["unknown", "no root", "removable", "fixed", "network", "CD-ROM", "RAM disk"];

/** MS-SHLLINK 2.3.1. */
function* volume(run: LinkRun, at: number): Generator<Extraction> {
  const { reader } = run;
  const size = reader.u32(at);
  run.note("drive", driveTypes[reader.u32(at + 4)] ?? "");
  const serial = reader
    .u32(at + 8)
    .toString(16)
    .padStart(8, "0")
    .toUpperCase();
  yield { what: "field", name: "volumeSerial", value: `${serial.slice(0, 4)}-${serial.slice(4)}`, source: "lnk" };
  const label = reader.u32(at + 12);
  const isWide = label === 0x14;
  const text = isWide ? reader.wideText(at + reader.u32(at + 16), size) : ansiText(reader, at + label, at + size);
  run.note("volume label", text);
}

function ansiText(reader: ByteReader, at: number, end: number): string {
  const text = reader.latin1(at, Math.max(0, Math.min(end, reader.size) - at));
  return text.replace(/\0[^]*$/, "");
}

const block = {
  environment: 0xa000_0001,
  tracker: 0xa000_0003,
  darwin: 0xa000_0006,
  properties: 0xa000_0009,
  items: 0xa000_000c,
};
const mostBlocks = 64;

/** MS-SHLLINK 2.5. */
function* extraData(run: LinkRun, start: number): Generator<Extraction> {
  const { reader } = run;
  let at = start;
  for (let count = 0; count < mostBlocks && at + 4 <= reader.size; count++) {
    const size = reader.u32(at);
    if (size < 8) return;
    const kind = reader.u32(at + 4);
    if (kind === block.environment) run.target(reader.wideText(at + 268, 520) || ansiText(reader, at + 8, at + 268));
    else if (kind === block.darwin) run.note("installer", reader.wideText(at + 268, 520));
    else if (kind === block.tracker && size >= 96) yield* tracker(run, at);
    else if (kind === block.properties)
      for (const text of propertyTexts(reader, at + 8, at + size)) run.note("property", text);
    else if (kind === block.items) run.target(itemListPath(reader, at + 8, at + size).path);
    at += size;
  }
}

/** MS-SHLLINK 2.5.10: where the target is, and where it was made. */
function* tracker(run: LinkRun, at: number): Generator<Extraction> {
  const { reader } = run;
  const machine = ansiText(reader, at + 16, at + 32).trim();
  if (machine !== "") {
    yield { what: "field", name: "machineId", value: machine, source: "lnk tracker" };
    run.note("machine", machine);
  }
  const addresses = new Set<string>();
  const labels = ["volume id", "file id", "birth volume id", "birth file id"];
  for (const [index, label] of labels.entries()) {
    const bytes = reader.bytes(at + 32 + 16 * index, 16);
    const guid = mixedGuidText(bytes);
    if (guid === nilGuid) continue;
    run.note(label, guid);
    // Version 1: the last six bytes are a network adapter's address (RFC 9562 5.1).
    if (index % 2 === 1 && bytes[7]! >> 4 === 1) addresses.add(adapterOf(bytes));
  }
  for (const value of addresses) yield { what: "field", name: "machineId", value, source: "lnk tracker" };
}

const adapterOf = (guid: Uint8Array): string =>
  [...guid.subarray(10)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
