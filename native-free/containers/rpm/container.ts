/**
 * RPM packages as containers: fields of the header, the change log and scripts as text, and the payload (a compressed cpio archive, which is
 * read in its turn) as child. rpm.org, "RPM Package Format" 3 and 4. Not supported: verifying signatures and digests of the package.
 */
import { type ByteSource, readRange } from "../../bytes/byte-source.ts";
import { unixTimeText } from "../../filesystems/unix-time.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { Extraction, Extractor } from "../../model/extraction.ts";
import { finding } from "../../model/findings.ts";
import { copyRange } from "../../unpack/stream-child.ts";
import { readTags, type RpmTags } from "./tags.ts";

export const rpmContainer: Extractor = {
  id: "rpm",
  family: "container",
  name: "RPM package",
  spec: "rpm.org, RPM Package Format 3 and 4",
  level: "partial",
  types: ["rpm"],
  extract: (source) => extractRpm(source),
};

const LEAD_BYTES = 96;
const MAGIC = [0xed, 0xab, 0xee, 0xdb];
const tag = {
  name: 1000,
  version: 1001,
  release: 1002,
  summary: 1004,
  description: 1005,
  buildTime: 1006,
  buildHost: 1007,
  vendor: 1011,
  license: 1014,
  packager: 1015,
  group: 1016,
  url: 1020,
  preInstall: 1023,
  postInstall: 1024,
  preRemove: 1025,
  postRemove: 1026,
  architecture: 1022,
  sourcePackage: 1044,
  rpmVersion: 1064,
  changeTimes: 1080,
  changeNames: 1081,
  changeTexts: 1082,
  payloadFormat: 1124,
  payloadCompressor: 1125,
} as const;

const plainFields = [
  ["productName", tag.name],
  ["title", tag.summary],
  ["description", tag.description],
  ["company", tag.vendor],
  ["copyright", tag.license],
  ["author", tag.packager],
  ["category", tag.group],
  ["url", tag.url],
  ["machine", tag.architecture],
  ["originalName", tag.sourcePackage],
] as const;

const scripts = [tag.preInstall, tag.postInstall, tag.preRemove, tag.postRemove];

async function* extractRpm(source: ByteSource): AsyncGenerator<Extraction> {
  const lead = readRange(source, 0, LEAD_BYTES);
  if (lead.length < LEAD_BYTES || !MAGIC.every((byte, at) => lead[at] === byte)) {
    throw new EvidenceError("archive/damaged", { problem: "lead" });
  }
  yield { what: "field", name: "formatVersion", value: `${lead[4]}.${lead[5]}`, source: "rpm-lead" };
  // The lead's signature type 5 says that a header of signatures follows, filled up to eight bytes.
  const signature = readTags(source, LEAD_BYTES);
  const header = signature ? readTags(source, Math.ceil(signature.end / 8) * 8) : null;
  if (!header) throw new EvidenceError("archive/damaged", { problem: signature ? "header" : "signature-header" });
  yield* fieldsOf(header);
  yield* textsOf(header);
  const length = source.size - header.end;
  if (length <= 0) {
    yield { what: "finding", finding: finding("archive/damaged", { problem: "no-payload" }) };
    return yield { what: "status", status: "partial", reason: "damaged" };
  }
  yield {
    what: "child",
    child: {
      key: `${header.end}`,
      name: { text: payloadName(header), bytes: null },
      kind: "file",
      origin: "embedded",
      size: length,
      packedSize: length,
      times: [],
      findings: [],
      content: { open: () => copyRange(source, header.end, length) },
    },
  };
}

/** By the two tags, of which only short plain words are taken. */
function payloadName(header: RpmTags): string {
  const words = [header.text(tag.payloadFormat), header.text(tag.payloadCompressor)];
  return ["payload", ...words.filter((word) => word !== null && /^[a-z0-9]{1,8}$/.test(word))].join(".");
}

function* fieldsOf(header: RpmTags): Generator<Extraction> {
  const source = "rpm-header";
  for (const [name, number] of plainFields) {
    const value = header.text(number);
    if (value !== null) yield { what: "field", name, value, source };
  }
  const version = [header.text(tag.version), header.text(tag.release)].filter((part) => part !== null).join("-");
  if (version !== "") yield { what: "field", name: "productVersion", value: version, source };
  const [built] = header.numbers(tag.buildTime);
  if (built !== undefined) yield { what: "field", name: "created", value: unixTimeText(built, -1), source };
  const rpm = header.text(tag.rpmVersion);
  if (rpm !== null) yield { what: "field", name: "software", value: `rpm ${rpm}`, source };
  const host = header.text(tag.buildHost);
  if (host !== null) yield { what: "field", name: "custom", value: `build host: ${host}`, source };
}

function* textsOf(header: RpmTags): Generator<Extraction> {
  for (const number of scripts) {
    const text = header.text(number);
    if (text !== null) yield { what: "text", text: `${text}\n`, label: "script" };
  }
  const times = header.numbers(tag.changeTimes);
  const texts = header.strings(tag.changeTexts);
  for (const [index, name] of header.strings(tag.changeNames).entries()) {
    const when = times[index] === undefined ? "" : unixTimeText(times[index], -1);
    yield { what: "text", text: `${when} ${name}\n${texts[index] ?? ""}\n`, label: "change log" };
  }
}
