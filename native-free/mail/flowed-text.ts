/** Text of `format=flowed` (RFC 3676): lines that were only broken for the way are joined again. */

/** `isDelSp`: the blank before a soft break is no part of the text. */
export function joinFlowed(text: string, isDelSp: boolean): string {
  const out: string[] = [];
  let [open, openDepth] = [null as string | null, 0];
  const close = (): void => {
    if (open !== null) out.push(open);
    open = null;
  };
  for (const line of text.split(/\r?\n/)) {
    const quotes = /^>*/.exec(line)![0].length;
    // One blank after the quotes is stuffing (4.4).
    const body = line.slice(quotes).replace(/^ /, "");
    const isSignature = body === "-- ";
    const isSoft = !isSignature && body.endsWith(" ");
    if (open !== null && (quotes !== openDepth || isSignature)) close();
    const piece = isSoft && isDelSp ? body.slice(0, -1) : body;
    open = open === null ? (quotes > 0 ? `${">".repeat(quotes)} ${piece}` : piece) : open + piece;
    openDepth = quotes;
    if (!isSoft) close();
  }
  close();
  return out.join("\n");
}
