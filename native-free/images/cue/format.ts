/**
 * Images of compact discs of raw or plain sectors with a CUE sheet (.cue and .bin, .img), and raw sectors without one. Sound in
 * files that are packed (MP3, FLAC) has no length that is known. Sheets of CloneCD (.ccd) and Alcohol (.mds) are not read; their
 * raw sectors are.
 */
import type { ImageFormat, ImageProbe } from "../image-format.ts";
import { nothingBeside } from "../image-format.ts";
import { hasSync, rawBytes, sectorHead } from "../disc-sectors.ts";
import { isSheetName, openCue } from "./open.ts";

export const cueFormat: ImageFormat = {
  registration: {
    id: "cue",
    family: "image",
    name: "Compact disc image with CUE sheet",
    spec: "CDRWIN user guide, appendix A; ECMA-130",
    level: "partial",
  },
  detect,
  segmentsOf(name, namesInFolder) {
    if (isSheetName(name)) return [name];
    const stem = name.replace(/(\s*\(track \d+\))?\.\w{1,4}$/i, "");
    const sheets = [`${stem}.cue`, `${name}.cue`].map((each) => each.toLowerCase());
    const sheet = namesInFolder.find((other) => sheets.includes(other.toLowerCase()));
    return sheet === undefined ? [name] : [sheet, name];
  },
  open: (segments, beside = nothingBeside) => openCue(segments, beside),
};

function detect({ name, size, head }: ImageProbe) {
  if (isSheetName(name)) {
    const text = new TextDecoder("latin1").decode(head);
    return /^\s*FILE\s/im.test(text) && /^\s*TRACK\s+\d+\s+(MODE|AUDIO|CD)/im.test(text) ? "certain" : "no";
  }
  if (head.length < sectorHead.size || !hasSync(head)) return "no";
  const { mode } = sectorHead.cursor().over(head);
  return mode <= 2 && (size < 2 * rawBytes || hasSync(head, rawBytes)) ? "certain" : "possible";
}
