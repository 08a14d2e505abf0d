/** What the engine may ask of the writer for the pass over pictures and scanned pages. */
import { noDeaths, type Deaths } from "./flight-log.ts";
import { copyPictures } from "./picture-copy.ts";
import type { PictureResult, PictureWork, RecognisedText } from "./picture-results.ts";
import {
  countPictures,
  pendingPictures,
  skipUndecodable,
  storePicture,
  storeRecognised,
  type PictureStage,
} from "./picture-store.ts";
import type { WorkFileWriter } from "./work-file-writer.ts";

export interface PictureCalls {
  /** Pictures of other types are recorded as not decoded. */
  skipUndecodable(types: readonly string[]): void;
  /** Takes over what these work files say, for contents behind a number; the number to go on behind, null at the end. */
  copyPictures(files: readonly string[], after: number): number | null;
  /** How many contents each stage has left. */
  pictureCounts(): Record<PictureStage, number>;
  /** The next contents of a stage, with the deaths of the engine over each. */
  pendingPictures(stage: PictureStage, count: number): (PictureWork & Deaths)[];
  /** Records contents (SHA-256, hex) as in flight; committed when it returns. */
  startPictures(contents: readonly string[], alone: boolean): void;
  storePicture(result: PictureResult): void;
  storeRecognised(result: RecognisedText): void;
}

/** Contents stand beside units in the log of what is in flight. */
const flightKey = (sha256: string): string => `picture/${sha256}`;
const free = { rows: 0, bytes: 0, landed: [] };

export function picturesOf(writer: WorkFileWriter): PictureCalls {
  return {
    skipUndecodable: (types) => writer.step((database) => skipUndecodable(database, types), { ...free, rows: 1 }),
    copyPictures: (files, after) =>
      writer.step((database) => copyPictures(database, files, after), { ...free, rows: 1000 }),
    pictureCounts: () => writer.step(countPictures, free),
    pendingPictures: (stage, count) => {
      const deaths = writer.deaths();
      const works = writer.step((database) => pendingPictures(database, stage, count), free);
      return works.map((work) => ({ ...work, ...(deaths.get(flightKey(work.sha256)) ?? noDeaths) }));
    },
    startPictures: (contents, alone) => writer.startUnits(contents.map(flightKey), alone),
    storePicture: (result) => {
      const bytes = result.thumbnail?.bytes.length ?? 0;
      const cost = { rows: 4 + result.fields.length, bytes, landed: [flightKey(result.sha256)] };
      writer.step((database) => storePicture(database, result), cost);
    },
    storeRecognised: (result) => {
      const rows = 4 + result.pages.length + result.entities.length;
      const cost = { rows, bytes: result.text.length, landed: [flightKey(result.sha256)] };
      writer.step((database) => storeRecognised(database, result), cost);
    },
  };
}
