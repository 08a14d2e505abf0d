/** Where the terms hold that the index alone does not answer, in a text as it stands. */
import { foldWithMap, originalRange, tokens as tokensIn } from "../../../native-free/model/fold.ts";
import { compileRegex } from "../regex.ts";
import type { SpecialTerm } from "../query.ts";
import { codePlaces } from "./code-places.ts";
import { exactPlaces } from "./exact-places.ts";
import { listPlaces } from "./list-places.ts";
import { nearPlaces } from "./near-places.ts";
import { acceptorOf, type Acceptor } from "./vocabulary.ts";

export interface TextPlace {
  /** UTF-16 units of the text. */
  readonly start: number;
  readonly end: number;
}

/** Finds the places of a term, from left to right. */
export type PlaceFinder = (text: string) => Iterable<TextPlace>;

/** `language`: of the text, for stems; null where it is not known. */
export function placeFinder(term: SpecialTerm, language: string | null): PlaceFinder {
  switch (term.kind) {
    case "words": {
      const accepts = acceptorOf(term);
      return (text) => wordPlaces(text, accepts, language);
    }
    case "near":
      return (text) => nearPlaces(text, term);
    case "regex": {
      const regex = compileRegex(term.source);
      return (text) => regex.places(text);
    }
    case "exact":
      return exactPlaces(term);
    case "code":
      return (text) => codePlaces(text, term);
    case "list":
      return listPlaces(term);
    default:
      // Hashes and likeness have no place.
      return () => [];
  }
}

function* wordPlaces(text: string, accepts: Acceptor, language: string | null): Generator<TextPlace> {
  const map = foldWithMap(text);
  const known = new Map<string, boolean>();
  for (const { token, start } of tokensIn(map.folded)) {
    let isAccepted = known.get(token);
    if (isAccepted === undefined) {
      isAccepted = accepts(token).some((each) => each === null || each === language);
      known.set(token, isAccepted);
    }
    if (isAccepted) yield originalRange(map, start, start + token.length);
  }
}
