/** The chain-of-custody report (R9): everything, from completeness to keys. */
import type { CustodyContent, SignedReport } from "./content.ts";
import { html, type Html } from "./html.ts";
import { renderAccounts } from "./render-account.ts";
import { renderAuthority, renderExhibits, renderOperation, renderProcessing } from "./render-case.ts";
import { renderFound } from "./render-found.ts";
import { renderCompleteness } from "./render-completeness.ts";
import { renderFindings, renderJournal, renderKeys, renderSelfTest, renderVerification } from "./render-custody.ts";

export function renderWholeCustody({ content }: SignedReport<CustodyContent>): Html {
  return html`<div class="page-one">${renderCompleteness(content)} ${renderAccounts(content)}</div>
    ${renderAuthority(content)} ${renderOperation(content)} ${renderExhibits(content)} ${renderProcessing(content)}
    ${renderFound(content)} ${renderFindings(content)} ${renderVerification(content)} ${renderJournal(content)}
    ${renderKeys(content)} ${renderSelfTest(content)}`;
}
