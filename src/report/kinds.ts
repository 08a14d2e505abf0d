/** The kinds of report: what each takes from the case, how it is shown, who signs a printed copy. One line a kind. */
import type { Case } from "../case/case-folder.ts";
import { copiesOf } from "../custody/copies.ts";
import type { OpenIntent } from "../custody/journal-state.ts";
import type { Journal } from "../custody/journal.ts";
import { sealsOf } from "../custody/seals.ts";
import type { ReportCommon, ReportContents, ReportKind, SignedReport } from "./content.ts";
import type { Html } from "./html.ts";
import type { ItemsFile } from "./items-file.ts";
import { statedLimitations } from "./limitations.ts";
import { loadAcquisition } from "./load-acquisition.ts";
import { loadCustody } from "./load-custody.ts";
import { renderAcquisition } from "./render-acquisition.ts";
import { renderCopies } from "./render-copies.ts";
import { renderWholeCustody } from "./render-whole-custody.ts";
import { renderSeals } from "./render-seals.ts";

/** What a loader is given. */
export interface Loading {
  readonly theCase: Case;
  readonly journal: Journal;
  readonly common: Omit<ReportCommon, "limitations">;
  readonly items: ItemsFile | null;
  readonly labels: readonly string[];
  /** Acts begun and not ended, the report's own left out. */
  readonly openIntents: readonly OpenIntent[];
}

/** What a kind adds to the common block. */
export type KindContent<Content extends ReportCommon> = Omit<Content, Exclude<keyof ReportCommon, "limitations">>;

export type Party = "officer" | "concerned" | "gave" | "took";

interface KindOf<K extends ReportKind> {
  /** Whether a file of items with findings lies beside it. */
  readonly listsItems: boolean;
  /** Who signs by hand on paper, besides the signature of the program. */
  readonly parties: readonly Party[];
  load(loading: Loading): KindContent<ReportContents[K]>;
  body(report: SignedReport<ReportContents[K]>): Html;
}

export const reportKinds: { readonly [K in ReportKind]: KindOf<K> } = {
  custody: { listsItems: true, parties: ["officer"], load: loadCustody, body: renderWholeCustody },
  acquisition: { listsItems: false, parties: ["officer"], load: loadAcquisition, body: renderAcquisition },
  seals: {
    listsItems: false,
    parties: ["officer", "concerned"],
    load: ({ journal, common, labels }) => ({
      seals: sealsOf(journal.entries()).filter(({ exhibit }) => labels.includes(exhibit)),
      limitations: statedLimitations(common.case, "seals-stated"),
    }),
    body: renderSeals,
  },
  copies: {
    listsItems: false,
    parties: ["gave", "took"],
    load: ({ journal, common, labels }) => ({
      copies: copiesOf(journal.entries()).filter(({ exhibit }) => labels.includes(exhibit)),
      limitations: statedLimitations(common.case, "copies-stated"),
    }),
    body: renderCopies,
  },
};
