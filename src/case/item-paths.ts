/** What of a forensic path (grammar in `native-free/model/forensic-path.ts`) people look for: names, without readers. */

/** Volumes and reader in front of a layer: a plain `:` stands nowhere else, since names carry it escaped. */
const readers = /(^|!)[^!:]*:(?=\/)/g;
const escaped = /(?:%[0-9A-Fa-f]{2})+/g;

/** The path as names alone: `p2/ntfs:/Users/x/a.zip!/b%3A.doc` is `Users/x/a.zip!/b:.doc`. */
export function plainPath(path: string): string {
  return path
    .replace(readers, "$1")
    .replace(/^\/+/, "")
    .replace(escaped, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

/** The names of what holds an item, as words for the index. */
export function foldersOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "" : plainPath(path.slice(0, end + 1)).replace(/\/$/, "");
}
