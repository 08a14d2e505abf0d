/** Which program wrote a JSON text: by members of its first object. The text is known to be JSON. */

interface JsonKind {
  readonly id: string;
  /** All of these occur in the first 16 K characters. */
  readonly marks: readonly RegExp[];
}

const kinds: readonly JsonKind[] = [
  {
    id: "ethereum-keystore",
    marks: [/"crypto"\s*:\s*\{/i, /"cipher(text|params)?"\s*:/, /"kdf(params)?"\s*:/, /"version"\s*:\s*[13]/],
  },
  { id: "electrum-wallet", marks: [/"seed_version"\s*:\s*\d+/, /"(wallet_type|keystore|accounts)"\s*:/] },
  { id: "chrome-bookmarks", marks: [/"roots"\s*:\s*\{/, /"bookmark_bar"\s*:\s*\{/] },
  { id: "firefox-logins", marks: [/"nextId"\s*:\s*\d+/, /"logins"\s*:\s*\[/] },
  {
    id: "telegram-export",
    marks: [
      /"type"\s*:\s*"(personal_chat|private_group|private_supergroup|public_channel|private_channel|bot_chat|saved_messages|public_supergroup)"/,
      /"messages"\s*:\s*\[/,
    ],
  },
  {
    id: "google-locations",
    marks: [/^\{\s*"(locations|timelineObjects|semanticSegments)"\s*:\s*\[/, /latitudeE7|"(latLng|startTime)"/],
  },
  { id: "oci-manifest", marks: [/"schemaVersion"\s*:\s*2/, /"mediaType"\s*:\s*"application\/vnd\.(docker|oci)\./] },
  { id: "docker-container", marks: [/"StreamConfig"\s*:\s*\{/, /"State"\s*:\s*\{/, /"Config"\s*:\s*\{/] },
  { id: "docker-image", marks: [/"rootfs"\s*:\s*\{/, /"diff_ids"\s*:\s*\[/] },
];

/** The kind, or null for JSON of no known program. */
export function jsonKind(trimmed: string): string | null {
  const head = trimmed.slice(0, 16_384);
  // Lists of layers stand behind a long configuration and history.
  const tail = trimmed.slice(-4096);
  for (const { id, marks } of kinds) if (marks.every((mark) => mark.test(head) || mark.test(tail))) return id;
  return null;
}

/** The same for lines of JSON, by the first. */
export function jsonLinesKind(trimmed: string): string | null {
  return /^\{"log":"(?:[^"\\]|\\.)*","stream":"std(out|err)"(,"attrs":\{[^}]*\})?,"time":"/.test(trimmed)
    ? "docker-log"
    : null;
}
