/** Snapshots inside an image (section "Snapshots"). */
import { readRange, type ByteSource } from "../../bytes/byte-source.ts";
import { finding, type Finding } from "../../model/findings.ts";
import type { QcowHeader } from "./header.ts";
import { snapshotEntry, snapshotExtra } from "./layouts.ts";

export interface QcowSnapshot {
  readonly id: string;
  readonly name: string;
  /** ISO 8601 in UTC. */
  readonly taken: string;
  readonly l1Offset: number;
  readonly l1Entries: number;
  /** Bytes of the medium at that time. */
  readonly size: number;
  /** Bytes of the state of the machine; 0 without one. */
  readonly stateBytes: number;
}

export interface QcowSnapshots {
  readonly snapshots: readonly QcowSnapshot[];
  /** Bytes of the table. */
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

/** As QEMU allows. */
const MOST_SNAPSHOTS = 65536;

/** Reads the table as far as the file holds it. */
export function readSnapshots(source: ByteSource, header: QcowHeader): QcowSnapshots {
  const snapshots: QcowSnapshot[] = [];
  const { offset, count } = header.snapshots;
  let at = offset;
  let problem = offset % header.clusterBytes === 0 || count === 0 ? null : "place";
  const most = Math.min(count, MOST_SNAPSHOTS);
  while (snapshots.length < most) {
    const next = readSnapshot(source, header, at);
    if (next === null) break;
    snapshots.push(next.snapshot);
    at = next.end;
  }
  if (snapshots.length < count) problem = "length";
  const findings =
    problem === null ? [] : [finding("image/structure-damaged", { structure: "table of snapshots", problem })];
  return { snapshots, bytes: at - offset, findings };
}

function readSnapshot(source: ByteSource, header: QcowHeader, at: number) {
  const fixed = readRange(source, at, snapshotEntry.size + snapshotExtra.size);
  if (fixed.length < snapshotEntry.size) return null;
  const raw = snapshotEntry.cursor().over(fixed);
  const { l1Offset, l1Entries, idLength, nameLength, extraLength, seconds, nanoseconds } = raw;
  const extraEnd = snapshotEntry.size + extraLength;
  const end = extraEnd + idLength + nameLength;
  if (at + end > source.size) return null;
  const text = new TextDecoder();
  const strings = readRange(source, at + extraEnd, idLength + nameLength);
  const extra = fixed.length === snapshotEntry.size + snapshotExtra.size ? extraOf(fixed, extraLength) : {};
  const milliseconds = seconds * 1000 + Math.floor(nanoseconds / 1e6);
  const snapshot: QcowSnapshot = {
    id: text.decode(strings.subarray(0, idLength)),
    name: text.decode(strings.subarray(idLength)),
    taken: new Date(milliseconds).toISOString(),
    l1Offset,
    l1Entries,
    size: usable(extra.size) ?? header.size,
    stateBytes: usable(extra.stateBytes) ?? raw.stateBytes,
  };
  return { snapshot, end: at + Math.ceil(end / 8) * 8 };
}

function extraOf(fixed: Uint8Array, extraLength: number): { stateBytes?: number; size?: number } {
  const raw = snapshotExtra.cursor().over(fixed, snapshotEntry.size);
  return {
    ...(extraLength >= 8 ? { stateBytes: raw.stateBytes } : {}),
    ...(extraLength >= 16 ? { size: raw.size } : {}),
  };
}

function usable(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}
