/**
 * Recognises one page: which way up, in which language. The first pass is made with the first model of the profile; where that is not
 * sure of itself, orientation and script are detected, and what the text then says of its language chooses the model of the last pass.
 */
import { detectLanguage } from "../../../native-free/extractors/language.ts";
import type { GreyPicture } from "../../../native-free/pictures/grey.ts";
import type { OcrEngine, Recognition } from "../../../workers/pictures/ocr-engine.ts";
import { turned } from "../../../workers/pictures/vips-library.ts";
import { ocrLanguages, type OcrLanguageCode } from "./languages.ts";

export interface RecognisedPage extends Recognition {
  readonly model: OcrLanguageCode;
  /** As detected; null where nothing had to be, or could be. */
  readonly script: string | null;
}

/** A pass that is so sure of itself (of 100) needs no other one. */
const sure = 80;
/** What another attempt has to gain to be believed against the first. */
const gain = 10;
/** Detection of orientation below this is a guess. */
const leastOrientation = 1;
/** Pictures with few letters, whose orientation cannot be detected, are tried in all four; larger ones are not. */
const tryAllPixels = 2_000_000;
const tryAllConfidence = 60;

/** `models`: those of the profile, at least one. */
export async function recognisePage(
  engine: OcrEngine,
  picture: GreyPicture,
  models: readonly OcrLanguageCode[],
): Promise<RecognisedPage> {
  const attempt = new Attempt(engine, picture, models);
  attempt.first();
  if (attempt.best.confidence < sure) attempt.turn();
  await attempt.byLanguage();
  return attempt.best;
}

class Attempt {
  best: RecognisedPage;
  readonly #engine: OcrEngine;
  readonly #models: readonly OcrLanguageCode[];
  #picture: GreyPicture;
  #script: string | null = null;

  constructor(engine: OcrEngine, picture: GreyPicture, models: readonly OcrLanguageCode[]) {
    this.#engine = engine;
    this.#picture = picture;
    this.#models = models;
    this.best = { text: "", confidence: 0, words: [], model: models[0] as OcrLanguageCode, script: null };
  }

  first(): void {
    const model = this.best.model;
    this.best = this.#recognise(this.#picture, model);
    if (this.best.words.length > 0) return;
    const sparse = this.#engine.recognise(this.#picture, model, "sparse");
    this.best = { ...sparse, model, script: null };
  }

  /** Turns the page, and takes a model of its script. */
  turn(): void {
    const orientation = this.#engine.orientation(this.#picture);
    if (orientation === null) return this.#tryAllTurns();
    this.#script = orientation.script;
    const isTurned = orientation.quarters !== 0 && orientation.confidence >= leastOrientation;
    const picture = isTurned ? turned(this.#picture, orientation.quarters as 1 | 2 | 3) : this.#picture;
    const model = this.#models.find((code) => ocrLanguages[code].script === orientation.script) ?? this.best.model;
    if (!isTurned && model === this.best.model) return;
    this.#try(picture, model, gain);
  }

  #tryAllTurns(): void {
    const { width, height } = this.#picture;
    if (width * height > tryAllPixels) return;
    const upright = this.#picture;
    for (const quarters of [1, 3, 2] as const) {
      const picture = turned(upright, quarters);
      const found = this.#recognise(picture, this.best.model);
      if (found.confidence < Math.max(tryAllConfidence, this.best.confidence + gain)) continue;
      this.best = found;
      this.#picture = picture;
    }
  }

  /** What the words say of their language has the last word, among models of the same script. */
  async byLanguage(): Promise<void> {
    const language = await detectLanguage(this.best.text);
    const { script } = ocrLanguages[this.best.model];
    const model = this.#models.find(
      (code) => ocrLanguages[code].language === language && ocrLanguages[code].script === script,
    );
    // The model of its own language knows its letters; it need not be surer of itself than another.
    if (model && model !== this.best.model) this.#try(this.#picture, model, -gain);
  }

  #try(picture: GreyPicture, model: OcrLanguageCode, least: number): void {
    const found = this.#recognise(picture, model);
    if (found.words.length === 0 || found.confidence < this.best.confidence + least) return;
    this.best = found;
    this.#picture = picture;
  }

  #recognise(picture: GreyPicture, model: OcrLanguageCode): RecognisedPage {
    return { ...this.#engine.recognise(picture, model, "page"), model, script: this.#script };
  }
}
