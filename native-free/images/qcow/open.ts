/** Opens an image: header, file below, file of the content, snapshots. */
import { EvidenceError } from "../../model/errors.ts";
import { factsOf, type Fact } from "../../model/facts.ts";
import { finding, type Finding } from "../../model/findings.ts";
import { fileNameOf } from "./backing-name.ts";
import { nothingBeside, type ImageSegment, type ImageSurroundings } from "../image-format.ts";
import { TableWindows } from "../table-windows.ts";
import { openBacking } from "./backing.ts";
import type { QcowTree } from "./cluster-map.ts";
import { readHeader, type QcowHeader } from "./header.ts";
import { QcowImage, type QcowFile } from "./image.ts";
import { readSnapshots, type QcowSnapshot } from "./snapshots.ts";

/** Throws EvidenceError as `readHeader`. */
export function openQcow(segments: readonly ImageSegment[], beside: ImageSurroundings = nothingBeside): QcowImage {
  const segment = segments[0];
  if (!segment) throw new EvidenceError("image/not-recognised", { segments: 0 });
  const header = readHeader(segment.source);
  const backing = openBacking(header, beside);
  const content = contentOf(header, segment, beside);
  const { snapshots, findings } = readSnapshots(segment.source, header);
  const trees: QcowTree[] = [
    { l1Offset: header.l1Offset, l1Entries: header.l1Entries, size: header.size, base: 0 },
    ...snapshots.map(({ l1Offset, l1Entries, size }) => ({ l1Offset, l1Entries, size, base: 0 })),
  ];
  const tables = new TableWindows(segment.source);
  const file: QcowFile = { segment, header, tables, data: content.data, below: backing.below, trees };
  return new QcowImage(file, {
    tree: trees[0]!,
    facts: factsOfHeader(header, snapshots),
    findings: [
      ...header.findings,
      ...truncationOf(header, segment),
      ...backing.findings,
      ...content.findings,
      ...findings,
    ],
    others: othersOf(file, snapshots),
  });
}

function contentOf(header: QcowHeader, own: ImageSegment, beside: ImageSurroundings) {
  if (!header.externalData) return { data: own, findings: [] };
  const name = header.extensions.dataFile === null ? null : fileNameOf(header.extensions.dataFile);
  const data = name === null ? null : beside.segment(name);
  return { data, findings: data ? [] : [finding("image/qcow-data-file-missing")] };
}

function truncationOf({ l1Offset, l1Entries }: QcowHeader, { name, source }: ImageSegment): Finding[] {
  const expected = l1Offset + l1Entries * 8;
  if (expected <= source.size) return [];
  return [finding("image/truncated", { segment: name, bytes: source.size, expected })];
}

function factsOfHeader(header: QcowHeader, snapshots: readonly QcowSnapshot[]): Fact[] {
  const { version, extensions, features, clusterBytes, backingModified, backingName, zstd, dirty } = header;
  return [
    ...factsOf({
      version,
      "block-bytes": clusterBytes,
      compression: zstd ? "zstd" : "deflate",
      features: [...features, ...extensions.unknown.map((type) => `extension 0x${type.toString(16)}`)].join(", "),
      parent: backingName,
      "parent-format": extensions.backingFormat,
      "data-file": extensions.dataFile,
      "parent-modified": backingModified === null ? null : new Date(backingModified * 1000).toISOString(),
      clean: version === 1 ? null : dirty ? "no" : "yes",
    }),
    ...snapshots.map(({ id, name, taken }): Fact => ({ name: "snapshot", value: `${id} ${name} ${taken}` })),
  ];
}

/** A medium for each snapshot, and one for the state of the machine that it holds. */
function othersOf(file: QcowFile, snapshots: readonly QcowSnapshot[]) {
  const names = new Set<string>();
  return snapshots.flatMap((snapshot, index) => {
    const { id, stateBytes } = snapshot;
    const plain = snapshot.name === "" ? id : snapshot.name;
    const name = names.has(plain) ? `${plain}#${index}` : plain;
    names.add(name);
    const medium = { name, open: () => openSnapshot(file, snapshot) };
    const state = { name: `${name}:vmstate`, open: () => openState(file, snapshot) };
    return stateBytes > 0 ? [medium, state] : [medium];
  });
}

function openSnapshot(file: QcowFile, snapshot: QcowSnapshot): QcowImage {
  const { l1Offset, l1Entries, size } = snapshot;
  return new QcowImage(file, {
    tree: { l1Offset, l1Entries, size, base: 0 },
    facts: factsOfSnapshot(file.header, snapshot),
    findings: truncationOf({ ...file.header, l1Offset, l1Entries }, file.segment),
  });
}

/** It lies behind the medium, from the first L1 entry on that does not belong to that. */
function openState(file: QcowFile, snapshot: QcowSnapshot): QcowImage {
  const { l1Offset, l1Entries, size, stateBytes } = snapshot;
  const span = file.header.clusterBytes * file.header.l2Entries;
  return new QcowImage(file, {
    tree: { l1Offset, l1Entries, size: stateBytes, base: Math.ceil(size / span) * span },
    facts: [...factsOfSnapshot(file.header, snapshot), { name: "media-kind", value: "state of a machine" }],
    findings: [],
    alone: true,
  });
}

function factsOfSnapshot({ version, clusterBytes }: QcowHeader, { id, name, taken }: QcowSnapshot): Fact[] {
  return factsOf({ version, "block-bytes": clusterBytes, label: name, serial: id, created: taken });
}
