/** Hits of watch-lists in texts are entities of the kind `watchlist-ID`. */

const prefix = "watchlist-";

export const kindOfList = (list: string): string => `${prefix}${list}`;

/** Null for the kind of an entity that is of no list. */
export const listOfKind = (kind: string): string | null => (kind.startsWith(prefix) ? kind.slice(prefix.length) : null);

/** SQL condition for a column `kind`; ids of lists are ASCII. */
export const sqlOfListKinds = `kind BETWEEN '${prefix}' AND '${prefix}\u007f'`;
