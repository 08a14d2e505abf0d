/**
 * gzip files as containers (RFC 1952): one child of all members, as gunzip gives it, with the name and time of the first. Members with other
 * names are one stream all the same, since files are split, packed and put together again so; a finding tells of them.
 */
import type { ByteSource } from "../bytes/byte-source.ts";
import { unixTime } from "../filesystems/unix-time.ts";
import type { Extraction, Extractor } from "../model/extraction.ts";
import { EvidenceError } from "../model/errors.ts";
import { finding } from "../model/findings.ts";
import { nameFromBytes } from "../model/forensic-path.ts";
import type { EvidenceName } from "../model/item.ts";
import type { UnpackedLater } from "../unpack/byte-feed.ts";
import { type GzipHeader, gunzipMember, readGzipHeader } from "../unpack/gzip.ts";
import { streamChild, trailingOf } from "../unpack/stream-child.ts";

export const gzipContainer: Extractor = {
  id: "gzip",
  family: "container",
  name: "gzip stream",
  spec: "RFC 1952",
  level: "complete",
  types: ["gzip"],
  extract: (source) => extractGzip(source),
};

/** RFC 1952 says Latin-1; writers put down what the system gave them, which is UTF-8 today. */
function nameOf(header: GzipHeader): EvidenceName | null {
  return header.name ? nameFromBytes(header.name) : null;
}

async function* extractGzip(source: ByteSource): AsyncGenerator<Extraction> {
  const header = readGzipHeader(source, 0);
  if (!header) throw new EvidenceError("archive/damaged", { problem: "header" });
  const name = nameOf(header);
  if (name) yield { what: "field", name: "originalName", value: name.text, source: "gzip" };
  if (header.comment) {
    yield { what: "field", name: "comment", value: nameFromBytes(header.comment).text, source: "gzip" };
  }
  const times = header.time === 0 ? [] : [unixTime("m", "gzip", header.time, -1)];
  const members = { named: 0 };
  const ending = yield* streamChild(source, { at: 0, name, times, unpack: () => gunzipAll(source, header, members) });
  if (members.named > 0) {
    yield { what: "finding", finding: finding("stream/other-names", { members: members.named }), here: true };
  }
  yield* trailingOf(source, ending);
}

/** Counts the members that have another name than the first. */
async function* gunzipAll(source: ByteSource, first: GzipHeader, members: { named: number }): UnpackedLater {
  members.named = 0;
  for (let header = first; ;) {
    const ending = yield* gunzipMember(source, header);
    const next = ending.problem === null ? readGzipHeader(source, ending.end) : null;
    if (!next) return ending;
    if (next.name && nameOf(next)?.text !== nameOf(first)?.text) members.named += 1;
    header = next;
  }
}
