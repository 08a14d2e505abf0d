/** What the page runs when it opens. The build puts it last. */
import { startPage } from "./page.ts";
import type { PageDocument } from "./page-dom.ts";

declare const document: PageDocument;

startPage(document);
