/** What `vestige scan` does. Loaded when it is needed: it brings the reader of every format with it. */
import { mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Quality } from "../../../native-free/entities/entity.ts";
import { qualities } from "../../../native-free/entities/find-entities.ts";
import { infoSays, scanSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { readLists } from "../../scan/read-lists.ts";
import { ScanRun, type ScanHandlers } from "../../scan/run-scan.ts";
import { listMedium, partsOfFolder, partsOfListing, type PlannedPart } from "../../scan/scan-plan.ts";
import type { ScanThreadData } from "../../scan/scan-job.ts";
import { scanScopes, type ScanScope } from "../../scan/scan-scopes.ts";
import { openEvidence, type OpenedEvidence } from "../../source/evidence.ts";
import { bytesText, countText, durationText } from "../amounts.ts";
import { breathe } from "../browse/place.ts";
import { checkApart } from "../browse/target.ts";
import { flagList, flagText, type CommandContext } from "../command.ts";
import { evidenceOptionsOf } from "../evidence-flags.ts";
import { ProgressLine } from "../progress.ts";
import { CarvedFiles } from "./carved-files.ts";
import { ScanFolder } from "./scan-folder.ts";
import { ScanReport } from "./scan-report.ts";
import { kindsOf, tellKinds, wantedOf } from "./scan-wanted.ts";

export async function scanOf(context: CommandContext): Promise<ExitCode> {
  const { args, flags, output, signal } = context;
  if (flags["list-kinds"] === true) return tellKinds(output);
  const [source] = args;
  if (source === undefined) throw new OperatorError("usage/source", scanSays.noSource());
  const lists = readLists(flagList(flags, "list"));
  const wanted = wantedOf(flags, lists);
  const workers = workersOf(flagText(flags, "workers"));
  const scope = scopeOf(flagText(flags, "scope"));
  const at = flagText(flags, "at");
  const stat = statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new OperatorError("source/absent", infoSays.sourceAbsent(source));
  const progress = new ProgressLine(output);
  const temporary = mkdtempSync(join(flagText(flags, "temporary") ?? tmpdir(), "vestige-scan-"));
  let evidence: OpenedEvidence | null = null;
  try {
    const isPlainFolder = stat.isDirectory() && (flagText(flags, "scope") !== null || at !== null);
    evidence = await openedOrFolder(context, source, progress);
    if (evidence === null && isPlainFolder) throw new OperatorError("usage/scope", scanSays.wholeFolder());
    const to = flagText(flags, "to");
    if (to !== null && evidence) checkApart(evidence, to, output);
    const folder = to === null ? null : ScanFolder.open(to, output, flags["force-new"] === true);
    const scan = new Scanning(context, { evidence, source, scope, at, temporary, progress, folder });
    return await scan.run({ wanted, workers, lists });
  } finally {
    progress.end();
    evidence?.close();
    rmSync(temporary, { recursive: true, force: true });
    signal.throwIfAborted();
  }
}

/** Null for a folder that is no image. Throws OperatorError. */
async function openedOrFolder({ flags, output, signal }: CommandContext, source: string, progress: ProgressLine) {
  const options = evidenceOptionsOf(flags, signal, progress, output);
  try {
    return await openEvidence(source, options);
  } catch (error) {
    if (error instanceof OperatorError && error.code === "source/folder") return null;
    throw error;
  }
}

function workersOf(text: string | null): number | null {
  if (text === null) return null;
  const workers = Number(text);
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new OperatorError("usage/workers", scanSays.badWorkers(text));
  return workers;
}

const scopeOf = (text: string | null): ScanScope => scanScopes.find((scope) => scope === text) ?? "all";

interface Sources {
  readonly evidence: OpenedEvidence | null;
  readonly source: string;
  readonly scope: ScanScope;
  readonly at: string | null;
  readonly temporary: string;
  readonly progress: ProgressLine;
  readonly folder: ScanFolder | null;
}

interface Wants {
  readonly wanted: ReturnType<typeof wantedOf>;
  readonly workers: number | null;
  readonly lists: ReturnType<typeof readLists>;
}

class Scanning {
  readonly #context: CommandContext;
  readonly #of: Sources;
  readonly #listing: string;
  #parts = 0;
  #bytes: number | null = null;

  constructor(context: CommandContext, of: Sources) {
    this.#context = context;
    this.#of = of;
    this.#listing = join(of.temporary, "listing.jsonl");
  }

  async run({ wanted, workers, lists }: Wants): Promise<ExitCode> {
    const { output, signal, flags } = this.#context;
    const began = performance.now();
    await this.#list();
    this.#checkPlan();
    const run = new ScanRun(this.#data(wanted), workers, signal);
    const least = qualityOf(flagText(flags, "quality"));
    const report = new ScanReport(output, kindsOf(), lists, this.#of.folder, least);
    report.tellNotRaw();
    const carved = new CarvedFiles(join(this.#of.temporary, "carved.jsonl"));
    try {
      await run.scan(this.#planned(report), this.#handlers(report, carved));
      await carved.link(run, this.#planned(null));
      this.#of.progress.end();
      for (const file of carved.files()) {
        const name = this.#of.folder ? await this.#of.folder.write(run, file) : null;
        report.file(file, name);
        await breathe(signal);
      }
    } finally {
      carved.close();
      await run.close();
    }
    const { bytes, lost, cuts } = run.totals;
    report.tell({ parts: this.#parts, bytes: bytesText(bytes), seconds: durationText(performance.now() - began) });
    report.tellLoss({ lost, lostText: bytesText(lost), cuts });
    this.#of.folder?.finish(report.tally);
    const exit = lost > 0 || report.skipped > 0 ? exitCodes.loss : exitCodes.done;
    output.summary(exit, {
      ...report.counts(),
      parts: this.#parts,
      bytes,
      lost,
      failed: report.skipped,
      cuts,
    });
    return exit;
  }

  async #list(): Promise<void> {
    const { evidence, scope, at, progress } = this.#of;
    if (!evidence) return;
    const { medium } = evidence;
    const say = (_: string, done: string): string => scanSays.listing(done);
    const listed = listMedium(medium, scope, this.#listing, (items) =>
      progress.passing("list", () => say("", countText(items)), items, null),
    );
    await breathe(this.#context.signal);
    this.#bytes = at === null ? listed.bytes : null;
  }

  /** Throws OperatorError where nothing lies below `--at`, before any thread is started. */
  #checkPlan(): void {
    if (this.#of.at === null) return;
    const planned = this.#planned(null);
    planned.next();
    planned.return(undefined);
  }

  #data(wanted: Wants["wanted"]): ScanThreadData {
    const { evidence, temporary } = this.#of;
    if (!evidence) return { wanted, folder: this.#of.source, image: null, listing: temporary };
    const path = realpathSync(evidence.unwrapped?.path ?? evidence.path);
    return {
      wanted,
      folder: null,
      image: { path, snapshot: flagText(this.#context.flags, "snapshot") },
      listing: this.#listing,
    };
  }

  *#planned(report: ScanReport | null): Generator<PlannedPart> {
    const { evidence, source, at } = this.#of;
    if (!evidence) {
      yield* partsOfFolder(source, (path, code) => report?.failed(path, code));
      return;
    }
    const below = at?.replace(/^-?\//, "").replace(/\/$/, "") ?? "";
    let some = below === "";
    for (const part of partsOfListing(this.#listing)) {
      if (below !== "" && part.item !== below && !/^[/!#]/.test(part.item.slice(below.length))) continue;
      if (!part.item.startsWith(below)) continue;
      some = true;
      yield part;
    }
    if (!some) throw new OperatorError("usage/at", scanSays.nothingAt(at ?? ""));
  }

  #handlers(report: ScanReport, carved: CarvedFiles): ScanHandlers {
    return {
      feature: (found) => report.feature(found),
      term: (found) => report.term(found),
      file: (found, part) => carved.add(found, part),
      failed: (item, code) => report.failed(item, code),
      bytes: (done) => this.#of.progress.passing("scan", scanSays.passing, done, this.#bytes),
      parts: (count) => (this.#parts += count),
    };
  }
}

const qualityOf = (text: string | null): Quality | null => qualities.find((quality) => quality === text) ?? null;
