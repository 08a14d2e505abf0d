/**
 * Types and languages in a query or a scope rule that this program never gives: such a rule finds nothing, or keeps
 * everything out, and nobody would see why. Apart from the parser, since the typing registry is loaded for it.
 */
import { fold } from "../../native-free/model/fold.ts";
import { searchSays } from "../messages/en.ts";
import { OperatorError } from "../messages/operator-error.ts";
import { nearestWord } from "./nearest-word.ts";
import { queryError } from "./query-lexer.ts";
import type { Condition, Query } from "./query.ts";
import { matchesWildcard } from "./wildcard.ts";

/** Throws OperatorError `search/query` for the first type or language of a query that is not known. */
export async function checkKnownValues(query: Query): Promise<void> {
  for (const { condition, at } of conditionsOf(query)) {
    if (condition.on === "type") {
      const unknown = await unknownType(condition.pattern);
      if (unknown) throw queryError(at, searchSays.typeUnknown(condition.pattern, unknown.near, unknown.categories));
    } else if (condition.on === "lang" && condition.value !== null) {
      const { knownLanguages } = await import("../../native-free/extractors/language.ts");
      if (!knownLanguages.includes(condition.value)) {
        throw queryError(at, searchSays.languageUnknown(condition.value, knownLanguages));
      }
    }
  }
}

/** Throws OperatorError `operation/scope-type` for the first of these scope types that is not known. */
export async function checkScopeTypes(types: readonly string[]): Promise<void> {
  for (const type of types) {
    const unknown = await unknownType(fold(type));
    if (!unknown) continue;
    throw new OperatorError(
      "operation/scope-type",
      searchSays.scopeTypeUnknown(type, unknown.near, unknown.categories),
    );
  }
}

function conditionsOf(query: Query): { condition: Condition; at: number }[] {
  switch (query.kind) {
    case "and":
    case "or":
      return query.parts.flatMap(conditionsOf);
    case "not":
      return conditionsOf(query.part);
    case "filter":
      return [{ condition: query.condition, at: query.at }];
    default:
      return [];
  }
}

/** Null where a folded pattern describes a type id, a category or a MIME type. */
async function unknownType(pattern: string): Promise<{ near: string | null; categories: string[] } | null> {
  const { categories } = await import("../../native-free/typing/categories.ts");
  const rows = categories.flatMap(({ types }) => types);
  const names = [...categories.map(({ id }) => id), ...rows.map(({ id }) => id)];
  const known = [...names, ...rows.map(({ mime }) => mime)];
  if (known.some((word) => matchesWildcard(fold(word), pattern))) return null;
  // Many know a type by the extension of its files: jpg is jpeg.
  const byExtension = rows.find(({ ext }) => ext.split(" ").includes(pattern))?.id ?? null;
  return { near: byExtension ?? nearestWord(pattern, names), categories: categories.map(({ id }) => id) };
}
