/** What recognisers find in a text, in short: `kind value quality`. */
import { expect, it } from "vitest";
import type { Recogniser } from "../../../native-free/entities/entity.ts";
import { EntityFinder } from "../../../native-free/entities/find-entities.ts";
import { viewOf } from "../../../native-free/entities/text-view.ts";

export function hitsOf(recognisers: readonly Recogniser[], text: string): string[] {
  return new EntityFinder(recognisers)
    .find(viewOf(text))
    .map(({ kind, value, quality }) => `${kind} ${value} ${quality}`);
}

/** One test for each text: the hits that are wanted, none for texts in which there is nothing. */
export function itFinds(recognisers: readonly Recogniser[], cases: readonly (readonly [string, ...string[]])[]): void {
  const finder = new EntityFinder(recognisers);
  it.each(cases.map(([text, ...hits]) => [text, hits] as const))("%j", (text, hits) => {
    const found = finder.find(viewOf(text));
    expect(found.map(({ kind, value, quality }) => `${kind} ${value} ${quality}`)).toEqual(hits);
    for (const { from, to } of found) expect(to > from && to <= text.length).toBe(true);
  });
}
