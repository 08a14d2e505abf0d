/**
 * Whether a picture may hold text: strokes are sharp edges of both directions close together on a plain ground, photographs
 * have slopes everywhere. A heuristic that errs on the side of reading: it is there to spare landscapes and icons, and what it
 * spares is counted. Judged are fields of 16 × 16 pixels of a picture whose longer side is at most about 1000 pixels.
 */
import type { GreyPicture } from "./grey.ts";

/** `small`: no letter has room in it. `plain`: no edges like those of strokes. */
export type TextLikeness = "likely" | "small" | "plain";

const FIELD = 16;
/** Difference of neighbours that is an edge, and one that is a slope. */
const EDGE = 40;
const SLOPE = 10;
/** A line of letters is some pixels high and at least two letters wide. */
const LEAST_HEIGHT = 10;
const LEAST_WIDTH = 16;
/** Fields with strokes that are asked for: a short word has as many. */
const LEAST_FIELDS = 2;

export function textLikeness(picture: GreyPicture): TextLikeness {
  const { width, height } = picture;
  if (Math.min(width, height) < LEAST_HEIGHT || Math.max(width, height) < LEAST_WIDTH) return "small";
  let fields = 0;
  for (let y = 0; y + LEAST_HEIGHT <= height; y += FIELD) {
    for (let x = 0; x + LEAST_HEIGHT <= width; x += FIELD) {
      if (hasStrokes(picture, x, y) && ++fields >= LEAST_FIELDS) return "likely";
    }
  }
  return "plain";
}

/** Rising and falling edges in balance, few slopes beside them, and much plain ground. */
function hasStrokes({ width, height, pixels }: GreyPicture, left: number, top: number): boolean {
  const right = Math.min(width, left + FIELD) - 1;
  const bottom = Math.min(height, top + FIELD);
  let [rising, falling, slopes, plain, rows] = [0, 0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    const before = rising + falling;
    for (let x = left; x < right; x++) {
      const step = (pixels[y * width + x + 1] as number) - (pixels[y * width + x] as number);
      if (step >= EDGE) rising += 1;
      else if (step <= -EDGE) falling += 1;
      else if (step >= SLOPE || step <= -SLOPE) slopes += 1;
      else plain += 1;
    }
    rows += Number(rising + falling > before + 1);
  }
  const edges = rising + falling;
  const all = edges + slopes + plain;
  const isBalanced = Math.min(rising, falling) * 3 >= Math.max(rising, falling);
  return rows >= 4 && isBalanced && edges * 20 >= all && plain * 3 >= all && slopes <= edges * 2;
}
