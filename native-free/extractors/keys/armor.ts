/** ASCII armour of OpenPGP (RFC 9580 6): header lines and the bytes of the blocks, joined. */

const mostBlocks = 64;

/** Null where there is none. */
export function dearmored(bytes: Buffer): { bytes: Buffer; headers: string[] } | null {
  const text = bytes.toString("latin1");
  if (!text.includes("-----BEGIN PGP ")) return null;
  const headers: string[] = [];
  const blocks: Buffer[] = [];
  for (const [, body] of text.matchAll(/-----BEGIN PGP [A-Z0-9 ,/]{1,40}-----\r?\n([^]*?)(?:-----END PGP |$)/g)) {
    if (blocks.length >= mostBlocks) break;
    const lines = body!.split(/\r?\n/);
    const start = lines.findIndex((line) => line.trim() === "");
    // A line of the data never holds a colon, headers always do.
    const headerLines = lines.slice(0, Math.max(0, start)).filter((line) => line.includes(": "));
    headers.push(...headerLines.map((line) => Buffer.from(line, "latin1").toString("utf8")));
    const data = lines.slice(start + 1).filter((line) => !line.startsWith("="));
    blocks.push(Buffer.from(data.join(""), "base64"));
  }
  return { bytes: Buffer.concat(blocks), headers };
}
