/** What somebody who mistyped a word may have meant. */
import { editDistance } from "../../native-free/similarity/edit-distance.ts";

/** The known word that differs in at most two letters, or null. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const ranked = known.map((one) => ({ one, distance: editDistance(word, one) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= 2 && best.distance < best.one.length ? best.one : null;
}
