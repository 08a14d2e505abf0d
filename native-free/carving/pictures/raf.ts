/**
 * Fujifilm raws: a header that names a JPEG picture, a table and the samples. Complete where the JPEG is a whole one and all that is named
 * is there. Spec: none is published; the header as all files of the format have it.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import { textSignature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { carvedAs, FirstBytes } from "../first-bytes.ts";
import { jpegCarver } from "./jpeg.ts";

const head = new FirstBytes(108);
const headerBytes = 84;
/** Offset and length of each part: JPEG, table, samples. */
const jpegAt = 84;
const tableAt = 92;
const samplesAt = 100;

export const rafCarver: Carver = {
  id: "raf",
  family: "carver",
  name: "Fujifilm raws",
  spec: "RAF header",
  level: "partial",
  kinds: [{ id: "raf", name: "Fujifilm raw", extension: "raf" }],
  signatures: [textSignature("FUJIFILMCCD-RAW ")],
  limitBytes: 2 ** 31,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end)) return null;
    const [jpeg, jpegBytes] = [head.u32be(jpegAt), head.u32be(jpegAt + 4)];
    const [samples, samplesBytes] = [head.u32be(samplesAt), head.u32be(samplesAt + 4)];
    const tableEnd = head.u32be(tableAt) + head.u32be(tableAt + 4);
    if (jpeg < headerBytes || samples <= jpeg || jpegBytes < 4 || samplesBytes === 0) return null;
    if (tableEnd > samples + samplesBytes || jpeg + jpegBytes > samples) return null;
    const picture = jpegCarver.carve(source, at + jpeg, Math.min(end, at + jpeg + jpegBytes));
    if (picture === null) return null;
    const length = samples + samplesBytes;
    const there = Math.min(end, source.size) - at;
    if (picture.verdict === "complete" && length <= there) return carvedAs("raf", "complete", length);
    const holds = picture.verdict === "complete" ? Math.min(length, there) : jpeg + picture.length;
    return carvedAs("raf", "truncated", holds);
  },
};
