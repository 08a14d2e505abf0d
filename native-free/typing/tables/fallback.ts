/** What the package file-type knows and the own tables do not, by the extension it answers with. */
import type { TypeRow } from "../type-row.ts";

export const fallbackTypes: readonly TypeRow[] = [
  { id: "ogm", parent: "ogg", name: "Ogg media", mime: "video/ogg", ext: "ogm" },
];
