/** The first look at a picture: size, thumbnail, perceptual hash, codes in it, and whether it may hold text. */
import { readWhole, type ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { isEvidenceError } from "../../../native-free/model/errors.ts";
import { finding } from "../../../native-free/model/findings.ts";
import type { Field } from "../../../native-free/model/item.ts";
import type { FieldName } from "../../../native-free/model/fields.ts";
import { perceptualHash } from "../../../native-free/pictures/perceptual-hash.ts";
import { textLikeness } from "../../../native-free/pictures/text-likeness.ts";
import { readBarcodes } from "../../../workers/pictures/barcodes.ts";
import { viewPicture, type PictureView } from "../../../workers/pictures/vips-library.ts";
import type { OcrState, PictureResult, PictureWork } from "../../case/picture-results.ts";
import { pictureSource } from "../../case/picture-store.ts";
import type { Profile } from "../profile.ts";
import { failedPicture, unseen } from "./failed-results.ts";

/** A document whose pages are pictures is looked at when they are recognised. */
export function viewDocument({ sha256 }: PictureWork, profile: Profile): PictureResult {
  const ocr: OcrState = profile.ocr.enabled ? "wanted" : "off";
  return { ...unseen, sha256, status: "done", reason: null, ocr, findings: [] };
}

/** What the evidence is at fault for is in the result; throws only for faults of ours and the machine's. */
export async function view(work: PictureWork, source: ByteSource, profile: Profile): Promise<PictureResult> {
  const { sha256, type } = work;
  const bytes = readWhole(source, profile.budgets.wholeBytes);
  if (bytes === null) {
    return failedPicture(sha256, "budget", finding("picture/undecodable", { problem: "memory" }));
  }
  try {
    return await seen(work, await viewPicture(bytes, type, profile.pictures.pixels), profile);
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    const reason = error.code === "picture/too-large" ? "budget" : "damaged";
    return failedPicture(sha256, reason, finding(error.code, error.params));
  }
}

async function seen({ sha256 }: PictureWork, picture: PictureView, profile: Profile): Promise<PictureResult> {
  const { width, height, pages, grey, thumbnail } = picture;
  const wants = profile.pictures;
  const fields: Field[] = [];
  const say = (name: FieldName, value: string) => fields.push({ name, value, source: pictureSource });
  const hash = wants.hashes ? perceptualHash(grey) : null;
  if (hash !== null) say("pictureHash", hash);
  const codes = wants.barcodes ? await readBarcodes(grey) : [];
  for (const { kind, text } of codes) say("barcode", `${kind}: ${text}`);
  return {
    ...{ sha256, width, height, pages, hash, fields },
    ...(picture.isDamaged ? { status: "partial", reason: "damaged" } : { status: "done", reason: null }),
    findings: picture.isDamaged ? [finding("picture/partly-decoded")] : [],
    ocr: profile.ocr.enabled ? stateOf(picture) : "off",
    thumbnail: wants.thumbnails ? { mime: "image/jpeg", ...thumbnail } : null,
  };
}

/** Pages behind the first are recognised whatever the first looks like. */
function stateOf({ grey, pages }: PictureView): OcrState {
  if (pages > 1) return "wanted";
  const likeness = textLikeness(grey);
  return likeness === "likely" ? "wanted" : likeness;
}
