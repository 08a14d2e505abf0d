/** Logical AFF4 containers as logical evidence: a thin layer over their reader. */
import { Buffer } from "node:buffer";
import { MemorySource } from "../../bytes/byte-source.ts";
import { factsOf } from "../../model/facts.ts";
import type { Finding } from "../../model/findings.ts";
import type { EvidenceName, ItemTime, TimeKind } from "../../model/item.ts";
import { EvidenceError } from "../../model/errors.ts";
import type { LogicalEntry, LogicalFormat, LogicalImage } from "../logical-image.ts";
import { hasContent } from "./entry.ts";
import { isAff4Logical, openAff4Logical, type Aff4Logical, type LogicalFile } from "./reader.ts";

const LOCAL_HEADER = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const timeKinds: readonly TimeKind[] = ["m", "a", "c", "b"];

class Aff4LogicalEvidence implements LogicalImage {
  readonly format = "aff4l";
  readonly facts;
  readonly #container: Aff4Logical;

  constructor(container: Aff4Logical) {
    this.#container = container;
    this.facts = factsOf({ uuid: container.volume, "media-kind": "logical evidence" });
  }

  /** Those of an earlier reading are not said again. */
  get findings(): readonly Finding[] {
    const seen = new Set<string>();
    return this.#container.findings.filter((found) => {
      const text = JSON.stringify(found);
      return !seen.has(text) && seen.add(text);
    });
  }

  *entries(): Generator<LogicalEntry> {
    for (const file of this.#container.entries()) yield entryOf(this.#container, file);
  }
}

function entryOf(container: Aff4Logical, file: LogicalFile): LogicalEntry {
  const { entry, urn } = file;
  const { md5, sha1, sha256 } = entry;
  const hashes = { ...(md5 && { md5 }), ...(sha1 && { sha1 }), ...(sha256 && { sha256 }) };
  const said = { mode: entry.mode, uid: entry.uid, gid: entry.gid, device: entry.device, inode: entry.inode };
  const target = entry.target?.text ?? null;
  const attributes = Object.entries({
    ...said,
    links: entry.links,
    target,
    status: entry.status,
    reason: entry.reason,
  });
  const named = attributes.flatMap(([name, value]) => (value === null ? [] : [{ name, value: String(value) }]));
  const extended = (entry.xattrs ?? []).map(({ name, value }) => ({ name: `attribute ${name}`, value }));
  return {
    path: partsOf(entry.path),
    kind: entry.kind,
    size: entry.kind === "file" ? (entry.size ?? 0) : 0,
    times: timeKinds.flatMap((kind) => timeOf(entry.times[kind], kind)),
    hashes,
    attributes: [...named, ...extended],
    findings: entry.findings,
    // The URN is the only thing by which the container itself tells its objects apart.
    key: urn,
    open() {
      if (entry.kind !== "file") return new MemorySource(new Uint8Array(0));
      // An entry whose content was not acquired has none of its own, and none is invented.
      if (!hasContent(entry) && !file.isSegment && file.stream === null)
        throw new EvidenceError("aff4l/content-missing");
      return container.open(file);
    },
  };
}

function timeOf(value: string | null, kind: TimeKind): ItemTime[] {
  if (value === null) return [];
  const zone = value.endsWith("Z") ? "utc" : /[+-]\d\d:?\d\d$/.test(value) ? "offset" : "local-unknown";
  return [{ kind, value, zone, source: "aff4l" }];
}

/** The names of a path; each with its bytes where the whole is no valid UTF-8. */
function partsOf({ text, bytes }: EvidenceName): EvidenceName[] {
  if (bytes === null) {
    return text.split("/").flatMap((name) => (name === "" ? [] : [{ text: name, bytes: null }]));
  }
  const parts = Buffer.from(bytes, "base64").toString("latin1").split("/");
  return parts.flatMap((part): EvidenceName[] => {
    const raw = Buffer.from(part, "latin1");
    const decoded = raw.toString("utf8");
    const isLossy = !Buffer.from(decoded, "utf8").equals(raw);
    return part === "" ? [] : [{ text: decoded, bytes: isLossy ? raw.toString("base64") : null }];
  });
}

export const aff4LogicalFormat: LogicalFormat = {
  registration: {
    id: "aff4l",
    family: "image",
    name: "AFF4 logical container",
    spec: "AFF4 Standard 1.0a; pyaff4's vocabulary for files",
    level: "partial",
  },
  // An image of a medium begins in the same way: only its description, which opening reads, tells them apart.
  detect({ head }) {
    const isVolume = Buffer.compare(head.subarray(0, LOCAL_HEADER.length), LOCAL_HEADER) === 0;
    return isVolume && Buffer.from(head).includes("aff4://") ? "possible" : "no";
  },
  segmentsOf: (name) => [name],
  open(segments) {
    const [first] = segments;
    if (!first) throw new EvidenceError("aff4l/no-volume");
    const container = openAff4Logical(first.source);
    if (!isAff4Logical(first.source)) throw new EvidenceError("image/not-recognised", { segments: segments.length });
    return new Aff4LogicalEvidence(container);
  },
};
