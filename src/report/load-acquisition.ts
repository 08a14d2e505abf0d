/** What the acquisition report takes from the case: signed manifests, and who acquired and overrode what. */
import { readExhibit } from "../case/case-folder.ts";
import type { Entry } from "../custody/entry.ts";
import type { AcquiredMedium, AcquisitionContent } from "./content.ts";
import type { KindContent, Loading } from "./kinds.ts";
import { acquisitionLimitations } from "./limitations.ts";
import { loadManifest } from "./load-custody.ts";

/** Throws OperatorError where a file of the case cannot be read. */
export function loadAcquisition({ theCase, journal, common, labels }: Loading): KindContent<AcquisitionContent> {
  const acts = new Map(labels.map((label) => [label, new RecordedActs()]));
  for (const entry of journal.entries()) acts.get(entry.body.exhibit ?? "")?.take(entry);
  const media = labels.map((label): AcquiredMedium => {
    const { acquisition, manifestHash } = loadManifest(theCase, label);
    const { ends, overrides, begun, failed } = acts.get(label) as RecordedActs;
    return {
      intake: readExhibit(theCase, label),
      acquisition,
      manifestHash,
      recorded: manifestHash === null ? null : (ends.get(manifestHash) ?? null),
      clocks: (common.operation?.form.clocks ?? []).filter(({ source }) => source === label),
      overrides,
      attempts: { begun, failed },
    };
  });
  return { media, limitations: acquisitionLimitations(common.case, media) };
}

type Recorded = NonNullable<AcquiredMedium["recorded"]>;

/** The acts of one exhibit's acquisition. */
class RecordedActs {
  /** Ends by the hash of the manifest that they record. */
  readonly ends = new Map<string, Recorded>();
  readonly overrides: (Recorded & { code: string })[] = [];
  begun = 0;
  failed = 0;

  take({ body: { act, phase, details, seq, utc, officer } }: Entry): void {
    const recorded = { seq, utc, officer };
    if (act === "override") this.overrides.push({ ...recorded, code: String(details["code"]) });
    if (act !== "acquire") return;
    if (phase === "intent") this.begun++;
    if (phase === "failed") this.failed++;
    const { manifestHash } = details;
    if (phase === "done" && typeof manifestHash === "string") this.ends.set(manifestHash, recorded);
  }
}
