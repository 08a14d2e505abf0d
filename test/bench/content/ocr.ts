/**
 * Text recognition against the native tool: seconds a page, the same pages in turn, in one run. The native tool runs on one thread, with
 * the same models where they are handed to it. Peers: `tesseract` with OMP_THREAD_LIMIT=1, skipped where it is absent; and tesseract.js
 * with a thread of its own.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { OcrEngine } from "../../../workers/pictures/ocr-engine.ts";
import { pgmOf, printed } from "../../fixtures/page-picture.ts";

export interface OcrFigures {
  readonly pages: number;
  /** Seconds a page, the median of the rounds. */
  readonly product: number;
  /** Null where the tool is absent. */
  readonly tesseract: number | null;
  readonly tesseractJs: number;
}

const words =
  "the consignment of furniture left the harbour on Monday and will reach your warehouse before the end of May";
const model = (language: string): string =>
  join(
    dirname(createRequire(import.meta.url).resolve(`@tesseract.js-data/${language}/package.json`)),
    "4.0.0_best_int",
    `${language}.traineddata.gz`,
  );

/** A page of 40 lines, recognised `rounds` times by each, alternately. */
export async function benchOcr(rounds = 3): Promise<OcrFigures> {
  const folder = mkdtempSync(join(tmpdir(), "vestige-bench-ocr-"));
  try {
    const page = await printed(
      Array.from({ length: 40 }, (_, line) => `${line} ${words.slice(line % 20, 60 + (line % 20))}`),
      11,
    );
    writeFileSync(join(folder, "page.pgm"), pgmOf(page));
    writeFileSync(join(folder, "eng.traineddata"), gunzipSync(readFileSync(model("eng"))));
    const engine = await OcrEngine.load(() => undefined);
    engine.recognise(page, "eng", "page");
    const peer = await tesseractJs(folder);
    const taken = { product: [] as number[], tesseract: [] as number[], tesseractJs: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      taken.product.push(await seconds(() => Promise.resolve(engine.recognise(page, "eng", "page"))));
      const native = await seconds(() => Promise.resolve(runNative(folder)));
      if (runNative.isThere) taken.tesseract.push(native);
      taken.tesseractJs.push(await seconds(() => peer.recognise()));
    }
    await peer.end();
    return {
      pages: rounds,
      product: median(taken.product),
      tesseract: taken.tesseract.length > 0 ? median(taken.tesseract) : null,
      tesseractJs: median(taken.tesseractJs),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runNative(folder: string): void {
  const env = { ...process.env, OMP_THREAD_LIMIT: "1" };
  const args = [join(folder, "page.pgm"), "-", "--tessdata-dir", folder, "-l", "eng", "--oem", "1"];
  const { status, error } = spawnSync("tesseract", args, { env, timeout: 120_000 });
  runNative.isThere = !error && status === 0;
}
runNative.isThere = false;

interface JsPeer {
  recognise(): Promise<void>;
  end(): Promise<void>;
}

async function tesseractJs(folder: string): Promise<JsPeer> {
  const { createWorker } = (await import("tesseract.js")).default;
  const worker = await createWorker("eng", 1, {
    langPath: folder,
    gzip: false,
    cacheMethod: "none",
    errorHandler: () => undefined,
  });
  await worker.setParameters({ tessedit_pageseg_mode: "3" as never });
  const page = readFileSync(join(folder, "page.pgm"));
  return {
    recognise: async () => void (await worker.recognize(page)),
    end: async () => void (await worker.terminate()),
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}
