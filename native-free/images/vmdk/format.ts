/**
 * VMDK, the virtual disks of VMware: hosted sparse and flat extents, single and split, streams, COWD of ESX Server and of
 * VMware 2 and 3, seSparse; snapshots on their parents. Specifications: VMware, "Virtual Disk Format 5.0"; libyal, "VMware
 * Virtual Disk (VMDK) format specification". Not read: the journal of seSparse, change tracking files.
 */
import type { Certainty, ImageFormat, ImageProbe } from "../image-format.ts";
import { cowdMember } from "./cowd.ts";
import { isDescriptor } from "./descriptor.ts";
import { fileKindOf } from "./extent-files.ts";
import { markerLayout, markerTypes, sectorBytes, sparseSignature } from "./layouts.ts";
import { isExtentName, vmdkSegmentNames } from "./names.ts";
import { openVmdk } from "./open.ts";

export const vmdkFormat: ImageFormat = {
  registration: {
    id: "vmdk",
    family: "image",
    name: "VMware virtual disk (VMDK)",
    spec: "VMware, Virtual Disk Format 5.0; libyal, VMware Virtual Disk (VMDK) format",
    level: "complete",
  },
  detect,
  segmentsOf: vmdkSegmentNames,
  memberOf: cowdMember,
  open: openVmdk,
};

const versions: ReadonlySet<number> = new Set([1, 2, 3]);

function detect({ name, head, tail }: ImageProbe): Certainty {
  const kind = fileKindOf(head);
  if (kind === "sparse" || kind === "cowd") {
    const version = head.length < 8 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(4, true);
    return versions.has(version) ? "certain" : "possible";
  }
  if (kind === "seSparse") return "certain";
  if (kind === "descriptor") return isDescriptor(head) ? "certain" : "possible";
  return endsAsStream(tail) || isExtentName(name) ? "possible" : "no";
}

/** Marker, footer and end of a stream whose first header is damaged. */
function endsAsStream(tail: Uint8Array): boolean {
  const at = tail.length - 3 * sectorBytes;
  if (at < 0) return false;
  const { size, type } = markerLayout.cursor().over(tail, at);
  const signature = new DataView(tail.buffer, tail.byteOffset + at + sectorBytes).getUint32(0, true);
  return size === 0 && type === markerTypes.footer && signature === sparseSignature;
}
