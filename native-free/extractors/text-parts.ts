/** What mark-up shares with plain text: naming the character set of a source and decoding it piece by piece. */
export { charsetOfSource, decodeSource, isWebCharset } from "./text/decode.ts";
