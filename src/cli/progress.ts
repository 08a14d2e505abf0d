/** Progress: one line that is rewritten on a terminal, a plain line every few seconds elsewhere, nothing with --quiet. */
import { cliSays, imageSays, searchSays } from "../messages/en.ts";
import type { Progress } from "../examine/job.ts";
import { bytesText, countText, durationText } from "./amounts.ts";
import type { Output } from "./output.ts";

const redrawMs = 200;
const lineMs = 5000;
/** The rate is that of the last so many milliseconds. */
const windowMs = 10_000;

const barCells = 20;

/** `[########------------]` */
function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barCells);
  return `[${"#".repeat(full)}${"-".repeat(barCells - full)}]`;
}

export class ProgressLine {
  readonly #output: Output;
  #shownAt = performance.now();
  /** Starts with the stage, so that the first line shown has a rate. */
  #samples: { at: number; bytes: number }[] = [{ at: performance.now(), bytes: 0 }];
  #drawn = false;
  #glimpse = "";
  #stage = "";

  constructor(output: Output) {
    this.#output = output;
  }

  acquiring(entries: number, bytes: number): void {
    if (!this.#isDue()) return;
    const rate = `${bytesText(Math.round(this.#rate(bytes)))}/s`;
    this.#show(cliSays.progressAcquire(countText(entries), bytesText(bytes), rate));
    this.#output.event("vestige.progress/1", "progress", { stage: "acquire", entries, bytes });
  }

  imaging(stage: "read" | "verify", bytes: number, total: number | null): void {
    const glimpse = stage === "read" ? this.#glimpse : "";
    this.passing(`image-${stage}`, (...amounts) => imageSays.progress(stage, ...amounts, glimpse), bytes, total);
  }

  /** Bytes that go by; `say` makes the sentence of share ("" where the total is not known), amount, rate and time left. */
  passing(
    stage: string,
    say: (...amounts: [share: string, done: string, rate: string, left: string]) => string,
    bytes: number,
    total: number | null,
  ): void {
    if (stage !== this.#stage) {
      // Another stage counts from its own beginning.
      this.#stage = stage;
      this.#samples = [{ at: performance.now(), bytes }];
    }
    if (!this.#isDue()) return;
    const rate = this.#rate(bytes);
    const left =
      rate > 0 && bytes > 0 && total !== null ? durationText((Math.max(0, total - bytes) / rate) * 1000) : "";
    const share = total === null ? "" : `${Math.floor((bytes / Math.max(1, total)) * 100)} %`;
    const text = say(share, bytesText(bytes), `${bytesText(Math.round(rate))}/s`, left);
    this.#show(this.#output.interactive && total !== null ? `${bar(bytes / Math.max(1, total))} ${text}` : text);
    this.#output.event("vestige.progress/1", "progress", { stage, bytes, total });
  }

  /** A page of hits is there, and how many there are in all is being counted. */
  counting(atLeast: number): void {
    if (this.#isDue()) this.#show(searchSays.progressCount(countText(atLeast)));
  }

  /** What a look at the passing bytes has shown so far, for the next line. */
  glimpse(text: string): void {
    this.#glimpse = text;
  }

  examining({ units, unitsDone, bytes, bytesDone, listed, pictures }: Progress): void {
    if (!this.#isDue()) return;
    if (pictures !== null) {
      const { stage, done, total } = pictures;
      this.#show(cliSays.progressPictures(stage, countText(done), countText(total)));
      this.#output.event("vestige.progress/1", "progress", {
        stage: stage === "view" ? "pictures" : "ocr",
        done,
        total,
      });
      return;
    }
    if (listed !== null) {
      this.#show(cliSays.progressList(countText(listed)));
      this.#output.event("vestige.progress/1", "progress", { stage: "list", items: listed });
      return;
    }
    const rate = this.#rate(bytesDone);
    const left = rate > 0 && bytesDone > 0 ? durationText(((bytes - bytesDone) / rate) * 1000) : "";
    const share = units === 0 ? "100 %" : `${Math.floor((unitsDone / units) * 100)} %`;
    const speed = `${bytesText(Math.round(rate))}/s`;
    const text = cliSays.progressExamine(share, countText(unitsDone), countText(units), speed, left);
    this.#show(this.#output.interactive ? `${bar(units === 0 ? 1 : unitsDone / units)} ${text}` : text);
    this.#output.event("vestige.progress/1", "progress", { stage: "process", units, unitsDone, bytes, bytesDone });
  }

  /** Ends the line so that what follows stands on its own. */
  end(): void {
    if (this.#drawn) process.stderr.write("\r\x1b[K");
    this.#drawn = false;
    this.#samples = [{ at: performance.now(), bytes: 0 }];
    this.#shownAt = performance.now();
  }

  #isDue(): boolean {
    const now = performance.now();
    if (now - this.#shownAt < (this.#output.interactive ? redrawMs : lineMs)) return false;
    this.#shownAt = now;
    return true;
  }

  #rate(bytes: number): number {
    const now = performance.now();
    this.#samples.push({ at: now, bytes });
    while (this.#samples.length > 2 && now - this.#samples[0].at > windowMs) this.#samples.shift();
    const first = this.#samples[0];
    return now > first.at ? ((bytes - first.bytes) / (now - first.at)) * 1000 : 0;
  }

  #show(text: string): void {
    if (!this.#output.interactive) return this.#output.note(text);
    this.#drawn = true;
    process.stderr.write(`\r${text.slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
  }
}
