/**
 * What stands of every target of an interrupted acquisition. The one that holds most is read again and compared with the
 * leaves of what was read; the others are compared with it here, since a target whose last writes were lost would otherwise
 * only be found wrong when everything is written.
 */
import { entryUrl } from "../../../workers/entry-url.ts";
import type { CompareStandingData } from "./compare-standing-thread.ts";
import type { ImagePlan } from "./image-plan.ts";
import type { ReplaySpec } from "./replay.ts";
import { Stage } from "../stage.ts";
import { nothingStands, standingOf, type Standing } from "./standing.ts";

export interface Believed {
  /** By target. */
  readonly standings: readonly Standing[];
  /** The target that holds most; null where nothing stands. */
  readonly replay: ReplaySpec | null;
}

/** `limit`: bytes that are believed at all. Throws OperatorError: a file that cannot be read, interrupted (4). */
export async function believedStandings(plan: ImagePlan, limit: number, signal: AbortSignal): Promise<Believed> {
  const found = plan.targets.map((target) => (limit === 0 ? nothingStands : standingOf(target, plan, limit)));
  const most = Math.max(...found.map(({ bytes }) => bytes));
  const index = found.findIndex(({ bytes }) => bytes === most);
  if (most === 0) return { standings: found, replay: null };
  const specs = found.map(({ segments, bytes, aff4 }, at): ReplaySpec => ({
    format: plan.targets[at].format,
    segments,
    bytes,
    aff4,
  }));
  const replay = specs[index];
  const stage = new Stage([], signal);
  try {
    const standings = await Promise.all(
      found.map(async (standing, at) => {
        if (at === index || standing.bytes === 0) return standing;
        const data: CompareStandingData = { most: replay, other: specs[at] };
        const alike = await stage.start<number>(entryUrl(import.meta.url, "./compare-standing-thread"), data).result;
        return alike === standing.bytes ? standing : standingOf(plan.targets[at], plan, alike);
      }),
    );
    return { standings, replay };
  } finally {
    await stage.end();
  }
}
