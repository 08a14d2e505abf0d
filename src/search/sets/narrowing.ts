/** The query that a value of a facet stands for: (the one before) and it leave the items of that value. */
import { fields, isFieldName } from "../../../native-free/model/fields.ts";
import { fold, tokensOf } from "../../../native-free/model/fold.ts";
import { kindOfList } from "../../../native-free/watchlists/list-kind.ts";
import { fieldInQuery } from "../query-fields.ts";
import type { FacetName } from "./facets.ts";
import { sizeClasses } from "./size-classes.ts";
import { documentFieldOf, type DocumentField } from "./sorting.ts";

/** Facets whose values a field of the query language takes as they are. */
const fieldOf: Readonly<Partial<Record<FacetName, string>>> = {
  ...{ type: "type", category: "type", language: "lang", extension: "ext", kind: "kind", state: "state" },
  ...{ status: "status", reason: "reason", exhibit: "exhibit", mismatch: "mismatch", encrypted: "encrypted" },
  ...{ entity: "entity", known: "known", hashset: "known", tag: "tag", mark: "mark" },
};

const anyDate = "(date:>=1970 OR date:<1970)";

/** What has any value at all. */
const anyOf: Readonly<Partial<Record<FacetName, string>>> = {
  ...{ type: "type:*", extension: "ext:*", reason: "reason:*", known: "known:*", hashset: "known:*" },
  ...{ size: "size:>=0", year: anyDate, month: anyDate },
};

/**
 * Null where the language has no words for it: whether others have the same bytes, who holds the exhibit, and values that cannot be
 * written in a query. Some leave more: a text of a document's field is asked for by its words and a number by its size (1 and 1.0), a
 * category may be called like a type, and a tag or list like another one but for capitals.
 */
export function narrowing(name: FacetName, value: string | null): string | null {
  if (value === null) return without(name);
  switch (name) {
    case "size": {
      const bounds = sizeClasses.find(({ label }) => label === value);
      if (!bounds) return null;
      const { from, below } = bounds;
      if (below === from + 1) return `size:${from}`;
      return below === Infinity ? `size:>=${from}` : `size:${from}..${below - 1}`;
    }
    case "year":
      return /^\d{4}$/.test(value) ? `date:${value}` : null;
    case "month":
      return /^\d{4}-\d\d$/.test(value) ? `date:${value}` : null;
    case "watchlist":
      return condition("entity", kindOfList(value));
    default: {
      const field = fieldOf[name];
      return field === undefined ? ofDocuments(name, value) : condition(field, value);
    }
  }
}

function without(name: FacetName): string | null {
  const field = fieldOf[name] === undefined ? queryName(name) : null;
  const any = anyOf[name] ?? (field === null ? null : `${field}:*`);
  return any === null ? null : `NOT ${any}`;
}

/** The field of documents as a query calls it; null for facets that are none. */
function queryName(name: FacetName): string | null {
  const field = documentFieldOf(name as DocumentField);
  return isFieldName(field) ? fieldInQuery(field) : null;
}

function ofDocuments(name: FacetName, value: string): string | null {
  const field = queryName(name);
  if (field === null) return null;
  const { kind } = fields[documentFieldOf(name as DocumentField)];
  if (kind === "text") return tokensOf(value).length > 0 ? condition(field, value) : null;
  return kind === "date" || !/^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? null : `${field}:${value}`;
}

const longest = 200;

/** Null for a value with signs that mean something else in a query. */
function condition(field: string, value: string): string | null {
  if (/^[\p{L}\p{N}_.-]+$/u.test(value) && !value.includes("..") && !value.startsWith("-")) return `${field}:${value}`;
  return /["*?\p{C}“”„«»]/u.test(value) || fold(value).trim() === "" || value.length > longest
    ? null
    : `${field}:"${value}"`;
}
