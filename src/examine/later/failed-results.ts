/** Results of contents of which the pass could tell nothing, and why. */
import type { Finding } from "../../../native-free/model/findings.ts";
import type { Reason } from "../../../native-free/model/item.ts";
import type { PictureResult, RecognisedText } from "../../case/picture-results.ts";

export type Unseen = Pick<PictureResult, "width" | "height" | "pages" | "hash" | "thumbnail" | "fields">;
export const unseen: Unseen = { width: null, height: null, pages: null, hash: null, thumbnail: null, fields: [] };

export function failedPicture(sha256: string, reason: Reason, found: Finding): PictureResult {
  return { ...unseen, sha256, status: "failed", reason, ocr: "failed", findings: [found] };
}

/** A content of which no page could be recognised. */
export function failedText(sha256: string, reason: Reason, found: Finding): RecognisedText {
  return {
    ...{ sha256, ocr: "failed", reason, pages: [], text: "", labels: [], language: null, entities: [] },
    findings: [found],
  };
}
