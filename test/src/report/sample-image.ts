/** An image exhibit and what happens to it later, recorded as the stages record it, without a device. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BlockTree, hexOf } from "../../../native-free/hash/merkle.ts";
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import type { ImageBody, TargetRecord } from "../../../src/acquire/image/image-body.ts";
import { registerHash, writeExhibit, type ExhibitFile } from "../../../src/case/case-folder.ts";
import { leavesName, writeImageManifest } from "../../../src/custody/image-manifest.ts";
import type { SampleCase } from "./sample-case.ts";

export const sampleBlockBytes = 4096;

/** Bytes that differ everywhere, the same at every run. */
export function mediumBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 12345;
  for (let at = 0; at < length; at++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

export interface ImageChanges {
  readonly body?: Partial<ImageBody>;
  readonly target?: Partial<TargetRecord>;
  readonly intake?: Partial<ExhibitFile>;
}

/** Registers an exhibit and acquires `medium` as one raw file. */
export function addImage(sample: SampleCase, label: string, medium: Buffer, changes: ImageChanges = {}): ImageBody {
  const { theCase, journal, officer } = sample;
  const form: ExhibitFile = { ...intakeForm, label, ...changes.intake };
  journal.append("intake", { form, sha256: registerHash(form) }, officer, { exhibit: label });
  writeExhibit(theCase, form);
  const folder = theCase.paths.exhibit(label);
  const file = `${label}.raw`;
  writeFileSync(join(folder, file), medium);
  const tree = new BlockTree(sampleBlockBytes);
  tree.update(medium);
  const { leaves, root } = tree.finish();
  const hashOf = (name: string) => createHash(name).update(medium).digest("hex");
  const hashes = { md5: hashOf("md5"), sha1: hashOf("sha1"), sha256: hashOf("sha256") };
  const { md5, sha256 } = hashes;
  const image: TargetRecord = {
    format: "raw",
    compression: "none",
    segmentBytes: null,
    folder: null,
    segments: [{ file, size: medium.length, sha256 }],
    identity: null,
    unnamedBadSectors: 0,
    clone: null,
    checks: [
      { tool: { name: "vestige", version: "0.1.0" }, ok: true, readFrom: "disk", md5, sha256 },
      { tool: { name: "ewfverify", version: "20140816" }, ok: true, readFrom: "unknown", md5, sha256: null },
    ],
    ...changes.target,
  };
  const body: ImageBody = {
    schema: "vestige.acquisition/1",
    caseId: theCase.file.id,
    exhibit: label,
    kind: "image",
    source: "/dev/sdb",
    sourceKind: "device",
    started: "2026-11-21T09:00:00.000Z",
    finished: "2026-11-21T09:04:10.000Z",
    zone: "Europe/Brussels",
    medium: { ...drive, size: medium.length },
    protection: { method: "set-read-only", reason: null, set: ["sdb", "sdb1"] },
    overridden: [],
    bytes: medium.length,
    sectorBytes: 512,
    paddedBytes: 0,
    received: null,
    image,
    further: [],
    hashes,
    blocks: { file: leavesName, blockBytes: sampleBlockBytes, count: leaves.length / 32, root: hexOf(root) },
    badSectors: 0,
    badRanges: [],
    fill: "zeros",
    unstable: [],
    unlistedUnstable: 0,
    retriedReads: 0,
    notes: [],
    resumptions: [],
    triage: null,
    speed: { readMs: 200_000, verifyMs: 50_000, bytesPerSecond: 118_400_000 },
    selfTest: null,
    tool: { name: "vestige", version: "0.1.0", build: "00" },
    runtime: { node: "24.21.0", platform: "linux-x64" },
    options: { workers: 2 },
    ...changes.body,
  };
  const act = journal.begin("acquire", { kind: "image", source: body.source }, officer, { exhibit: label });
  const plain = JSON.parse(JSON.stringify(body)) as JsonObject;
  const document = writeImageManifest(folder, plain, leaves, officer);
  act.done({ manifestHash: String(document["hash"]), bytes: body.bytes });
  return body;
}

const drive: ImageBody["medium"] = {
  kind: "disk",
  name: "sdb",
  vendor: "ATA",
  model: "WDC WD10EZEX-08W",
  serial: "WD-WCC6Y5PZ1234",
  firmware: "1A02",
  wwn: "0x50014ee2b8f0a1c2",
  transport: "sata",
  rotational: true,
  partitions: 2,
  size: 0,
  logicalSectorBytes: 512,
  physicalSectorBytes: 4096,
  removable: false,
  readOnly: false,
  backingFile: null,
  mounts: [],
  hiddenSectors: "not determinable",
  hidden: { hpa: "not determinable", dco: "not determinable", reason: "ata-commands" },
};

const intakeForm: ExhibitFile = {
  format: 1,
  label: "",
  description: "Hard disk from the desktop computer in room 12",
  make: "Western Digital",
  model: "WD10EZEX",
  serial: "WCC6Y5PZ1234",
  custodian: "K. Maes",
  seizedAt: "2026-11-20T10:00:00+01:00",
  seizedPlace: "Antwerp",
  seizedBy: "Ines Ørsted",
  seals: ["SE-0101"],
  photos: [],
  decision: "acquire",
  reason: null,
  registered: "2026-11-21T08:00:00.000Z",
};
