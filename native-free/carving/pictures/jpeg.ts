/**
 * JPEG pictures: JFIF, EXIF, progressive, with restart markers, multi-picture files and motion photos. Complete where the Huffman codes of
 * all scans give as many blocks as the frame has. A thumbnail inside of a segment is part of the picture.
 *
 * Spec: ITU-T T.81; CIPA DC-007. What is not followed: `jpeg-walk.ts`, `jpeg-appended.ts`.
 */
import type { ByteSource } from "../../bytes/byte-source.ts";
import type { Finding } from "../../model/findings.ts";
import { CarveWindow } from "../carve-window.ts";
import { signature } from "../carver.ts";
import type { Carved, Carver } from "../carver.ts";
import { FirstBytes } from "../first-bytes.ts";
import { appendedFilm, appendedPictures } from "./jpeg-appended.ts";
import { JpegBits } from "./jpeg-bits.ts";
import { joinJpeg } from "./jpeg-pieces.ts";
import { isJpegStart, JpegWalk } from "./jpeg-walk.ts";

const head = new FirstBytes(4);
/** A cut picture is believed with this much of a scan that decodes, if it is no uniform filling. */
const scanBytesWanted = 256;
const valuesWanted = 32;

export const jpegCarver: Carver = {
  id: "jpeg",
  family: "carver",
  name: "JPEG pictures",
  spec: "ITU-T T.81, CIPA DC-007",
  level: "complete",
  kinds: [
    { id: "jpeg", name: "JPEG picture", extension: "jpg" },
    { id: "mpo", name: "Multi-picture JPEG", extension: "mpo" },
  ],
  signatures: [signature("ff d8 ff")],
  limitBytes: 1 << 30,

  carve(source: ByteSource, at: number, end: number): Carved | null {
    if (!head.read(source, at, end) || !isJpegStart(head.bytes)) return null;
    const window = new CarveWindow(source, end);
    const bits = new JpegBits(source);
    const walk = new JpegWalk(window, at, end);
    if (walk.run(bits) !== "whole") return cutJpeg(window, walk, at);
    const appended = appendedPictures(window, walk, end, bits);
    const film = walk.saysFilm && !appended.cut ? appendedFilm(window, appended.end, end) : appended.end;
    const findings: Finding[] = walk.decoded ? [] : [notDecoded];
    if (appended.pictures > 0) {
      findings.push({
        code: "carving/pictures-appended",
        offset: walk.at - at,
        length: appended.end - walk.at,
        params: { pictures: appended.pictures },
      });
    }
    if (film > appended.end) {
      const length = film - appended.end;
      findings.push({ code: "carving/film-appended", offset: appended.end - at, length, params: {} });
    }
    const kind = appended.views ? "mpo" : "jpeg";
    return { kind, verdict: appended.cut ? "truncated" : "complete", length: film - at, title: null, findings };
  },

  carveInPieces(source: ByteSource, at: number, end: number, blockBytes: number): Carved | null {
    if (!head.read(source, at, end) || !isJpegStart(head.bytes)) return null;
    const joined = joinJpeg(source, at, end, blockBytes);
    if (joined === null) return null;
    const length = joined.walk.at - at;
    return { kind: "jpeg", verdict: "complete", length, pieces: joined.pieces, title: null, findings: [] };
  },
};

const notDecoded: Finding = { code: "carving/scan-not-decoded", offset: null, length: null, params: {} };

function cutJpeg(window: CarveWindow, walk: JpegWalk, at: number): Carved | null {
  if (walk.frame === null || (walk.scans === 0 && !hasScanData(window, walk))) return null;
  const findings = walk.decoded ? [] : [notDecoded];
  return { kind: "jpeg", verdict: "truncated", length: walk.at - at, title: null, findings };
}

function hasScanData(window: CarveWindow, walk: JpegWalk): boolean {
  const begin = walk.scan?.begin ?? walk.at;
  if (walk.at - begin < scanBytesWanted) return false;
  return new Set(window.view(begin, scanBytesWanted)).size >= valuesWanted;
}
