/** Which image a volume belongs to, by its description: stripes share the URN of their Image (section 7.1). */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readHead } from "../../bytes/byte-source.ts";
import type { ImageSegment, SetMember } from "../image-format.ts";
import { Description } from "./description.ts";
import { properties, types } from "./vocabulary.ts";
import { openVolume } from "./volume.ts";

const LOCAL_HEADER = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

/**
 * Null where the file is no volume, or names no Image. Volumes have no numbers, and need none: what stands for one is made of the
 * volume's own URN, so that a copy of a volume has the same.
 */
export function aff4MemberOf(file: ImageSegment): SetMember | null {
  if (!LOCAL_HEADER.equals(readHead(file.source, LOCAL_HEADER.length))) return null;
  const volume = openVolume(file, 1, []);
  if (!volume?.turtle) return null;
  const description = new Description([volume]);
  const image = [...description.subjects].find(
    (subject) => description.isA(subject, types.image) && description.iris(subject, properties.dataStream).length > 0,
  );
  if (image === undefined) return null;
  const number = createHash("sha256").update(volume.urn).digest().readUIntBE(0, 6);
  return { set: image, number };
}
