/** What the descriptors say of the disc. */
import { factsOf, type Fact } from "../../model/facts.ts";
import type { ReadSession } from "./descriptors.ts";
import { longTimeText } from "./times.ts";
import type { Session } from "./volume.ts";

const longTimeBytes = 17;

/** `ISO 9660, Rock Ridge, Joliet`: what the trees of the session are. */
export function variantOf({ roots, enhanced }: Session): string {
  const words = ["ISO 9660"];
  if (enhanced) words.push("ISO 9660:1999");
  if (roots.some(({ rockRidge }) => rockRidge)) words.push("Rock Ridge");
  if (roots.some(({ kind }) => kind === "joliet")) words.push("Joliet");
  return words.join(", ");
}

export function factsOfVolume({ session, descriptor }: ReadSession, sessions: number): Fact[] {
  const time = (index: number): string | null =>
    descriptor ? longTimeText(descriptor.times, index * longTimeBytes).value : null;
  return factsOf({
    kind: variantOf(session),
    creator: descriptor?.application ?? null,
    "creator-platform": descriptor?.system ?? null,
    label: session.label,
    "set-name": descriptor?.set ?? null,
    description: [descriptor?.publisher, descriptor?.preparer].filter(Boolean).join("; "),
    created: time(0),
    modified: time(1),
    members: descriptor && descriptor.setSize > 1 ? `${descriptor.sequence} of ${descriptor.setSize}` : null,
    "block-bytes": session.blockBytes,
    features: session.bootCatalog === null ? "" : "El Torito",
    track: sessions > 1 ? `${sessions} sessions` : null,
  });
}
