/** What XML shares with HTML: the character set that a document declares of itself; what books share: reading a page. */
export { declaredCharset } from "./html/html-charset.ts";
export { extractHtml } from "./html/html-extractor.ts";
