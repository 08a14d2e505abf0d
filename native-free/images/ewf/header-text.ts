/**
 * What a set says of its making: the sections header2 (UTF-16, EnCase 5 to 7) and header (8-bit, the older form), both
 * zlib streams of tab-separated lines. libyal, "Expert Witness Compression Format (EWF)", section "Header2 section".
 */
import { Buffer, isUtf8 } from "node:buffer";
import { deflateSync, inflateSync } from "node:zlib";

/** Texts for people, by meaning; empty where unknown. */
export interface EwfMetadata {
  readonly caseNumber: string;
  readonly evidenceNumber: string;
  readonly description: string;
  readonly examiner: string;
  readonly notes: string;
  readonly model: string;
  readonly serial: string;
  /** Label of the device (EnCase 6.19). */
  readonly label: string;
  /** The program that acquired; 11 characters are kept. */
  readonly software: string;
  /** The system it ran on; 23 characters are kept. */
  readonly platform: string;
}

/** What is read back: the texts, and both dates as ISO 8601 UTC, or as they stand where they are no date. */
export interface EwfStoredMetadata extends EwfMetadata {
  readonly acquired: string;
  readonly systemDate: string;
  /** Hash of the password in an unpublished algorithm; the data are not protected by it. "0" is none. */
  readonly password: string;
  /** b best, f fastest, n none (before EnCase 4, FTK Imager). */
  readonly compression: string;
  /** Of process memory (EnCase 6.12). */
  readonly process: string;
  readonly extents: string;
}

const keyOf: Readonly<Record<string, keyof EwfStoredMetadata>> = {
  a: "description",
  c: "caseNumber",
  n: "evidenceNumber",
  e: "examiner",
  t: "notes",
  md: "model",
  sn: "serial",
  l: "label",
  av: "software",
  ov: "platform",
  m: "acquired",
  u: "systemDate",
  p: "password",
  r: "compression",
  pid: "process",
  ext: "extents",
};

/** EnCase refuses longer ones. */
const MAX_TEXT = 2999;
const MAX_SOFTWARE = 11;
const MAX_PLATFORM = 23;
/** A header far beyond what any program writes is not unpacked. */
const MAX_HEADER_BYTES = 8 << 20;

/** A value ends at a tab or line end, so it must hold none: neither that nor any other control character is kept. */
function valueOf(text: string, limit = MAX_TEXT): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, limit);
}

/** Section header2 as EnCase 6 writes it, `date` in seconds since 1970. */
export function encodeHeader2(metadata: EwfMetadata, date: Date): Uint8Array {
  const seconds = String(Math.floor(date.getTime() / 1000));
  const fields: [id: string, value: string][] = [
    ["a", valueOf(metadata.description)],
    ["c", valueOf(metadata.caseNumber)],
    ["n", valueOf(metadata.evidenceNumber)],
    ["e", valueOf(metadata.examiner)],
    ["t", valueOf(metadata.notes)],
    ["md", valueOf(metadata.model)],
    ["sn", valueOf(metadata.serial)],
    ["l", valueOf(metadata.label)],
    ["av", valueOf(metadata.software, MAX_SOFTWARE)],
    ["ov", valueOf(metadata.platform, MAX_PLATFORM)],
    ["m", seconds],
    ["u", seconds],
    ["p", "0"],
    ["pid", ""],
    ["dc", ""],
    ["ext", ""],
  ];
  // The label came with EnCase 7, and with it the identifiers of process memory; without it, what EnCase 6 writes.
  const newer = new Set(["l", "pid", "ext"]);
  const kept = metadata.label === "" ? fields.filter(([id]) => !newer.has(id)) : fields;
  const lines = ["3", "main", kept.map(([id]) => id).join("\t"), kept.map(([, value]) => value).join("\t"), ""];
  lines.push("srce", "0\t1", "p\tn\tid\tev\ttb\tlo\tpo\tah\tgu\taq", "0\t0", "\t\t\t\t\t-1\t-1\t\t\t", "");
  lines.push("sub", "0\t1", "p\tn\tid\tnu\tco\tgu", "0\t0", "\t\t\t\t1\t", "");
  return deflateSync(Buffer.from(`\ufeff${lines.join("\n")}\n`, "utf16le"));
}

/** Section header, for older readers: no more than ASCII, since nothing says which code page it is in; dates in UTC. */
export function encodeHeader(metadata: EwfMetadata, date: Date): Uint8Array {
  const day = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const stamp = [...day, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].join(" ");
  const ascii = (text: string, limit?: number): string => valueOf(text, limit).replaceAll(/[^\x20-\x7e]/gu, "?");
  const fields: [id: string, value: string][] = [
    ["c", ascii(metadata.caseNumber)],
    ["n", ascii(metadata.evidenceNumber)],
    ["a", ascii(metadata.description)],
    ["e", ascii(metadata.examiner)],
    ["t", ascii(metadata.notes)],
    ["av", ascii(metadata.software, MAX_SOFTWARE)],
    ["ov", ascii(metadata.platform, MAX_PLATFORM)],
    ["m", stamp],
    ["u", stamp],
    ["p", "0"],
  ];
  const lines = ["1", "main", fields.map(([id]) => id).join("\t"), fields.map(([, value]) => value).join("\t"), "", ""];
  return deflateSync(Buffer.from(lines.join("\r\n"), "latin1"));
}

/**
 * The text of a header, header2, xheader or xhash section; null where it cannot be unpacked. Nothing says which code page an
 * 8-bit text is in: UTF-8 where it is valid as that, else Windows-1252.
 */
export function decodeHeaderText(payload: Uint8Array): string | null {
  let raw: Buffer;
  try {
    raw = inflateSync(payload, { maxOutputLength: MAX_HEADER_BYTES });
  } catch {
    // zlib's error names nothing that an officer could use; the caller raises the finding.
    return null;
  }
  if (raw[0] === 0xff && raw[1] === 0xfe) return raw.toString("utf16le", 2);
  if (raw[0] === 0xfe && raw[1] === 0xff)
    return raw
      .subarray(0, raw.length & ~1)
      .swap16()
      .toString("utf16le", 2);
  return new TextDecoder(isUtf8(raw) ? "utf-8" : "windows-1252").decode(raw);
}

/** Dates of header2 are seconds since 1970, those of header `2026 11 21 19 34 54` without a zone. */
function dateOf(text: string): string {
  if (/^\d{1,11}$/.test(text)) return new Date(Number(text) * 1000).toISOString().replace(".000Z", "Z");
  const parts = /^(\d{4}) (\d{1,2}) (\d{1,2}) (\d{1,2}) (\d{1,2}) (\d{1,2})$/.exec(text)?.slice(1);
  if (!parts) return text;
  const [year = "", month = "", day = "", ...time] = parts;
  const two = (part: string): string => part.padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${time.map(two).join(":")}`;
}

export const noMetadata: EwfStoredMetadata = {
  ...{ caseNumber: "", evidenceNumber: "", description: "", examiner: "", notes: "", model: "", serial: "" },
  ...{ label: "", software: "", platform: "", acquired: "", systemDate: "" },
  ...{ password: "", compression: "", process: "", extents: "" },
};

/** The values of the category `main`; null where there is none. Lines end in LF or CR LF, in SMART's also in CR alone. */
export function parseHeaderText(text: string): EwfStoredMetadata | null {
  const lines = text.split(/\r\n|\n|\r/);
  const main = lines.indexOf("main");
  if (main === -1) return null;
  const ids = (lines[main + 1] ?? "").split("\t");
  const values = (lines[main + 2] ?? "").split("\t");
  const found: Record<keyof EwfStoredMetadata, string> = { ...noMetadata };
  for (const [index, id] of ids.entries()) {
    const key = Object.hasOwn(keyOf, id) ? keyOf[id] : undefined;
    const value = values[index] ?? "";
    if (key) found[key] = key === "acquired" || key === "systemDate" ? dateOf(value) : value;
  }
  return found;
}

const elementOf = {
  case_number: "caseNumber",
  evidence_number: "evidenceNumber",
  description: "description",
  examiner_name: "examiner",
  notes: "notes",
  model: "model",
  serial_number: "serial",
  device_label: "label",
  acquiry_software_version: "software",
  acquiry_operating_system: "platform",
  acquiry_date: "acquired",
  system_date: "systemDate",
  password: "password",
  process_identifier: "process",
} as const satisfies Record<string, keyof EwfStoredMetadata>;

/** Elements of a flat XML text by their names, the first of each: EWF-X has no attributes and no nesting. */
export function elementsOf(xml: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", value = ""] of xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)) {
    if (!found.has(name)) found.set(name, unescaped(value));
  }
  return found;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}

/** The values of an xheader section (EWF-X); null where it is none. Dates stand as libewf writes them, with their zone. */
export function parseExtendedHeader(xml: string): EwfStoredMetadata | null {
  if (!xml.includes("<xheader>")) return null;
  const found: Record<keyof EwfStoredMetadata, string> = { ...noMetadata };
  const elements = elementsOf(xml);
  for (const [name, key] of Object.entries(elementOf)) found[key] = elements.get(name) ?? "";
  const program = elements.get("acquiry_software");
  if (program) found.software = `${program} ${found.software}`.trim();
  return found;
}
