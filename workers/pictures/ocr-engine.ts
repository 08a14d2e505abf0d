/**
 * Text recognition with Tesseract 5 (package tesseract.js-core, WebAssembly) and the models of @tesseract.js-data, driven directly:
 * no thread or download of its own, so that the thread that calls it can be watched and ended. The build with fixed-width SIMD is used
 * on every machine: relaxed SIMD is faster on some, but may round differently on each. Models are those of LSTM, integer; the
 * older engine serves for orientation and script alone.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { GreyPicture } from "../../native-free/pictures/grey.ts";
import { parseWords, type RecognisedWord } from "../../native-free/pictures/words.ts";

interface OsResults {
  readonly best_result: {
    readonly orientation_id: number;
    readonly oconfidence: number;
    readonly script_id: number;
    readonly sconfidence: number;
  };
  readonly unicharset: { get_script_from_script_id(id: number): string };
}

interface BaseApi {
  Init(path: null, language: string, mode: number): number;
  SetVariable(name: string, value: string): boolean;
  /** Of `/input`; 0 where it was read. */
  SetImageFile(orientation: number, angle: number): number;
  Recognize(monitor: null): number;
  GetUTF8Text(): string;
  GetTSVText(page: number): string;
  MeanTextConf(): number;
  DetectOS(results: OsResults): boolean;
  Clear(): void;
  End(): void;
}

interface Core {
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void; unlink(path: string): void };
  readonly TessBaseAPI: new () => BaseApi;
  readonly OSResults: new () => OsResults;
}

type Make = (options: object) => Promise<Core>;

/** Where the package with the model of a language lies. */
const models: Readonly<Record<string, () => string>> = {
  bul: () => import.meta.resolve("@tesseract.js-data/bul/package.json"),
  deu: () => import.meta.resolve("@tesseract.js-data/deu/package.json"),
  ell: () => import.meta.resolve("@tesseract.js-data/ell/package.json"),
  eng: () => import.meta.resolve("@tesseract.js-data/eng/package.json"),
  fra: () => import.meta.resolve("@tesseract.js-data/fra/package.json"),
  ita: () => import.meta.resolve("@tesseract.js-data/ita/package.json"),
  osd: () => import.meta.resolve("@tesseract.js-data/osd/package.json"),
  spa: () => import.meta.resolve("@tesseract.js-data/spa/package.json"),
  ukr: () => import.meta.resolve("@tesseract.js-data/ukr/package.json"),
};

/** Modes of layout analysis (PSM): a page with its columns, or words wherever they stand. */
export type Layout = "page" | "sparse";
const layouts: Record<Layout, string> = { page: "3", sparse: "11" };
const LSTM_ONLY = 1;
const LEGACY_ONLY = 0;

export interface Recognition {
  readonly text: string;
  /** Mean of the words, 0 to 100. */
  readonly confidence: number;
  readonly words: readonly RecognisedWord[];
}

export interface Orientation {
  /** Quarters to the right by which the picture has to be turned to stand upright. */
  readonly quarters: 0 | 1 | 2 | 3;
  readonly confidence: number;
  /** Tesseract's name: Latin, Cyrillic, Greek, Han … */
  readonly script: string;
}

export class OcrEngine {
  readonly #core: Core;
  #api: BaseApi | null = null;
  #language = "";
  #osd: BaseApi | null = null;
  readonly #written = new Set<string>();

  private constructor(core: Core) {
    this.#core = core;
  }

  /** `beat` is called while a page is being recognised. */
  static async load(beat: () => void): Promise<OcrEngine> {
    // CommonJS without types.
    const make = createRequire(import.meta.url)("tesseract.js-core/tesseract-core-simd.js") as Make;
    const silent = (): undefined => undefined;
    return new OcrEngine(await make({ TesseractProgress: beat, print: silent, printErr: silent }));
  }

  /** Throws where the core traps; the engine is of no use then. */
  recognise(picture: GreyPicture, language: string, layout: Layout): Recognition {
    const api = this.#apiOf(language);
    api.SetVariable("tessedit_pageseg_mode", layouts[layout]);
    this.#show(api, picture);
    api.Recognize(null);
    const words = parseWords(api.GetTSVText(0));
    const confidence = words.length > 0 ? Math.max(0, api.MeanTextConf()) : 0;
    const result = { text: api.GetUTF8Text(), confidence, words };
    api.Clear();
    return result;
  }

  /** Null where there are too few letters to tell. */
  orientation(picture: GreyPicture): Orientation | null {
    this.#osd ??= this.#made("osd", LEGACY_ONLY);
    this.#show(this.#osd, picture);
    const results = new this.#core.OSResults();
    if (!this.#osd.DetectOS(results)) return null;
    const { orientation_id: turn, oconfidence: confidence, script_id: script } = results.best_result;
    return {
      // Tesseract counts by how much the page was turned, to the right.
      quarters: ((4 - turn) & 3) as 0 | 1 | 2 | 3,
      confidence,
      script: results.unicharset.get_script_from_script_id(script),
    };
  }

  #show(api: BaseApi, { width, height, pixels }: GreyPicture): void {
    const head = Buffer.from(`P5\n${width} ${height}\n255\n`, "latin1");
    this.#core.FS.writeFile("/input", Buffer.concat([head, pixels]));
    const status = api.SetImageFile(1, 0);
    this.#core.FS.unlink("/input");
    if (status !== 0) throw new Error("the picture was not taken");
  }

  #apiOf(language: string): BaseApi {
    if (this.#api && this.#language === language) return this.#api;
    this.#api?.End();
    this.#api = this.#made(language, LSTM_ONLY);
    this.#language = language;
    return this.#api;
  }

  #made(language: string, mode: number): BaseApi {
    this.#write(language);
    const api = new this.#core.TessBaseAPI();
    if (api.Init(null, language, mode) !== 0) throw new Error(`the model ${language} was not taken`);
    return api;
  }

  #write(language: string): void {
    if (this.#written.has(language)) return;
    const place = models[language];
    if (!place) throw new Error(`there is no model ${language}`);
    const file = new URL(`./4.0.0_best_int/${language}.traineddata.gz`, place());
    this.#core.FS.writeFile(`./${language}.traineddata`, gunzipSync(readFileSync(fileURLToPath(file))));
    this.#written.add(language);
  }
}
