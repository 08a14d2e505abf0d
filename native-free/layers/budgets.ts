/** How far a source is looked into. */

/** Counted, never timed, so that the same source gives the same survey. */
export interface SurveyBudgets {
  /** Images inside of images: 0 looks into none. */
  readonly depth: number;
  /** Images that are opened in all. */
  readonly images: number;
  /** Entries of file systems that are looked at in all. */
  readonly entries: number;
}

export const usualBudgets: SurveyBudgets = { depth: 4, images: 256, entries: 1_000_000 };
