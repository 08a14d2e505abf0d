/**
 * Virtual Hard Disk of Connectix and Microsoft (Virtual PC, Virtual Server, Hyper-V): fixed, dynamic and differencing, whole or
 * split. A fixed disk is told by its last 512 bytes only.
 */
import type { Certainty, ImageFormat, ImageProbe } from "../image-format.ts";
import { footerAt, footerInTail } from "./footer.ts";
import { vhdSegmentNames } from "./joined-source.ts";
import { openVhd } from "./open.ts";

function detect({ name, head, tail, size }: ImageProbe): Certainty {
  const end = footerInTail(tail, size);
  const copy = footerAt(head, 0);
  const whole = end !== null && end.intact && end.at + end.length === size;
  // Other disks may end with a file that is a VHD: the places must agree.
  if (whole && (end.diskType === 2 ? end.currentSize === end.at : copy !== null)) return "certain";
  if (copy?.intact && copy.diskType !== 2) return "certain";
  // One that was cut off has lost its footer: only the name is left.
  return end || copy || (size > 0 && /\.(a?vhd|vud)$/i.test(name)) ? "possible" : "no";
}

export const vhdFormat: ImageFormat = {
  registration: {
    id: "vhd",
    family: "image",
    name: "Virtual Hard Disk (VHD)",
    spec: "Microsoft, Virtual Hard Disk Image Format Specification 1.0",
    level: "complete",
  },
  detect,
  segmentsOf: vhdSegmentNames,
  open: openVhd,
};
