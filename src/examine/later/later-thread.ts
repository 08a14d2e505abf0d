/**
 * Thread entry of the pass over pictures and scanned pages: opens units again, walks to the contents that are wanted, looks at them or
 * recognises their text, and sends what it finds to the writer. A mistake of ours over one content costs that content.
 */
import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import "../../../workers/module-constants.ts";
import type { ByteSource } from "../../../native-free/bytes/byte-source.ts";
import { finding } from "../../../native-free/model/findings.ts";
import type { ContentWatch, ListText } from "../../../workers/content-watch.ts";
import { isMachineFault } from "../../../workers/machine-fault.ts";
import { serveTasks, type Heartbeat } from "../../../workers/thread-port.ts";
import type { PictureWork } from "../../case/picture-results.ts";
import type { PictureStage } from "../../case/picture-store.ts";
import { openUnits, type Units } from "../container-unit.ts";
import type { ImageJob } from "../image/image-job.ts";
import type { Profile } from "../profile.ts";
import { reopenItems } from "../reopen-item.ts";
import { RowSender } from "../row-sender.ts";
import { failedPicture, failedText } from "./failed-results.ts";
import { recognise } from "./recognise-text.ts";
import { view, viewDocument } from "./view-picture.ts";

export interface LaterThreadData {
  readonly source: string;
  /** Null for a folder. */
  readonly image: ImageJob | null;
  readonly manifest: string;
  readonly spool: string;
  readonly slot: number;
  readonly profile: Profile;
  readonly passwords: readonly string[];
  /** Watch-lists of the case, and of the product where the profile names them. */
  readonly lists: readonly ListText[];
  /** To the writer thread. */
  readonly port: MessagePort;
}

export interface LaterTask {
  readonly stage: PictureStage;
  /** Contents of one unit each. */
  readonly groups: readonly (readonly PictureWork[])[];
}

export interface LaterTaskResult {
  /** Stack frames of mistakes of ours, with the beginning of the hash of the content. */
  readonly faults: readonly { readonly content: string; readonly frames: readonly string[] }[];
}

/** Digits of a SHA-256 by which a thread says what it works on: a note has room for so many. */
const noteDigits = 52;

await serveTasks<LaterThreadData, LaterTask, LaterTaskResult>((data, heartbeat) => {
  const sender = new RowSender(data.port);
  let units: Units | null = null;
  let watch: ContentWatch | null = null;
  return async ({ stage, groups }) => {
    if (data.lists.length > 0) watch ??= await watchOf(data.lists);
    const faults: LaterTaskResult["faults"][number][] = [];
    for (const works of groups) {
      const contents = new Contents(data, heartbeat, stage, { sender, watch, faults });
      const documents = stage === "view" ? works.filter(({ type }) => type === "pdf") : [];
      for (const work of documents) await sender.picture(viewDocument(work, data.profile));
      const rest = works.filter((work) => !documents.includes(work));
      if (rest.length === 0) continue;
      units ??= await unitsOf(data, heartbeat);
      await contents.ofUnit(units, rest);
    }
    await sender.drained();
    return { faults };
  };
});

interface Surroundings {
  readonly sender: RowSender;
  readonly watch: ContentWatch | null;
  readonly faults: LaterTaskResult["faults"][number][];
}

class Contents {
  readonly #data: LaterThreadData;
  readonly #heartbeat: Heartbeat;
  readonly #stage: PictureStage;
  readonly #around: Surroundings;
  #spooled = 0;

  constructor(data: LaterThreadData, heartbeat: Heartbeat, stage: PictureStage, around: Surroundings) {
    this.#data = data;
    this.#heartbeat = heartbeat;
    this.#stage = stage;
    this.#around = around;
  }

  /** `works`: of one unit. */
  async ofUnit(units: Units, works: readonly PictureWork[]): Promise<void> {
    const left = new Map(works.map((work) => [work.ids.at(-1) as string, work]));
    const [{ unit, order }] = works as [PictureWork];
    this.#heartbeat.workOn((works[0] as PictureWork).sha256.slice(0, noteDigits));
    const root = units.open(order, false);
    if (root.occurrence.id !== unit) throw new Error(`unit ${unit} is another one in its list`);
    try {
      for await (const { id, source } of reopenItems(
        root,
        works.map(({ ids }) => ids),
        this.#reopening(),
      )) {
        const work = left.get(id);
        left.delete(id);
        if (work) await this.#look(work, source);
        const [next] = left.values();
        if (next) this.#heartbeat.workOn(next.sha256.slice(0, noteDigits));
      }
    } catch (error) {
      if (isMachineFault(error)) throw error;
      for (const work of left.values()) await this.#failed(work, error);
      left.clear();
    } finally {
      root.close();
    }
    for (const work of left.values()) await this.#notReread(work, "absent");
  }

  async #look(work: PictureWork, source: ByteSource): Promise<void> {
    const { sender, watch } = this.#around;
    const { profile, passwords } = this.#data;
    this.#heartbeat.workOn(work.sha256.slice(0, noteDigits));
    if (source.size !== work.size) return this.#notReread(work, "changed");
    const beat = () => this.#heartbeat.beat();
    try {
      if (this.#stage === "view") await sender.picture(await view(work, source, profile));
      else await sender.recognised(await recognise(work, source, { profile, passwords, watch, beat }));
    } catch (error) {
      if (isMachineFault(error)) throw error;
      await this.#failed(work, error);
    }
  }

  async #notReread({ sha256 }: PictureWork, reason: "absent" | "changed"): Promise<void> {
    const found = finding("picture/not-reread", { reason });
    const { sender } = this.#around;
    if (this.#stage === "view") await sender.picture(failedPicture(sha256, reason, found));
    else await sender.recognised(failedText(sha256, reason, found));
  }

  async #failed({ sha256 }: PictureWork, error: unknown): Promise<void> {
    const { sender, faults } = this.#around;
    faults.push({ content: sha256.slice(0, noteDigits), frames: framesOf(error) });
    const found = finding("picture/gave-up", { reason: "fault" });
    if (this.#stage === "view") await sender.picture(failedPicture(sha256, "fault", found));
    else await sender.recognised(failedText(sha256, "fault", found));
  }

  #reopening(): Parameters<typeof reopenItems>[2] {
    const { profile, passwords, spool, slot } = this.#data;
    const { budgets } = profile;
    return {
      budgets,
      limits: {
        wholeLimitBytes: budgets.wholeBytes,
        textLimitChars: budgets.textChars,
        carving: profile.carving,
        passwords,
      },
      spoolFile: () => join(spool, `later-${slot}-${process.pid}-${Date.now().toString(36)}-${this.#spooled++}`),
      beat: () => this.#heartbeat.beat(),
    };
  }
}

async function watchOf(lists: readonly ListText[]): Promise<ContentWatch> {
  const loaded = await import("../../../workers/content-watch.ts");
  return new loaded.ContentWatch(lists);
}

async function unitsOf({ source, manifest, image, profile }: LaterThreadData, heartbeat: Heartbeat): Promise<Units> {
  const beat = () => heartbeat.beat();
  if (!image) return openUnits(source, manifest, beat);
  const { ImageUnits } = await import("../image/image-unit.ts");
  // What is wrong with the medium was said when its items were examined.
  return new ImageUnits({ image, beat, holeLimitBytes: profile.budgets.outputBytes, onFault: () => undefined });
}

/** Stack frames only: the message of an error may quote the evidence. */
function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames.slice(0, 12).map((line) => line.trim());
}
