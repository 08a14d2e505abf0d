/** Names of officers in names of files. */
import { createHash } from "node:crypto";

/** A readable slug and 8 hex digits of the name's hash, since slugs collide: `a-officer-0f3c9d21`. */
export function officerSlug(name: string): string {
  const normal = name.normalize("NFC").trim();
  const readable = normal
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const digest = createHash("sha256").update(normal).digest("hex").slice(0, 8);
  return `${readable === "" ? "officer" : readable}-${digest}`;
}
