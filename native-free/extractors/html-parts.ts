/** What XML shares with HTML: the character set that a document declares of itself. */
export { declaredCharset } from "./html/html-charset.ts";
