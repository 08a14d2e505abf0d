/** A hit as JSON (`vestige.hit/1`): what matched and where, and the facts and hashes of the item. */
import type { JsonObject } from "../../../native-free/model/canonical-json.ts";
import type { Hit } from "../hit.ts";

export const hitSchema = "vestige.hit/1";

/** `cursor` is null where hits are told without pages. */
export function hitJson(hit: Hit & { readonly cursor?: string }): JsonObject {
  const { item, exhibit, path, rule, field, offset, length, place, snippet, matches, matchesComplete } = hit;
  const { content } = item;
  return {
    ...{ item: item.id, exhibit, path, rule, field, offset, length },
    place: place && { ...place },
    snippet: snippet && { ...snippet },
    cursor: hit.cursor ?? null,
    ...{ matches, matchesComplete },
    ...{ state: item.state, status: item.status, reason: item.reason, kind: item.kind, size: item.size },
    modified: item.modified === null ? null : new Date(item.modified).toISOString(),
    ...{ type: content?.type ?? null, mime: content?.mime ?? null, language: content?.language ?? null },
    ...{ sha256: item.sha256, sha1: content?.sha1 ?? null, md5: content?.md5 ?? null },
  };
}
