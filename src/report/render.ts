/**
 * A report as one self-contained HTML page: no script, no outside resource, readable on a screen and printed on A4. It shows
 * the content, its hash, the checkpoint and the signature, and nothing that is not in the JSON form.
 */
import * as text from "../messages/en-report-page.ts";
import type { SignedReport } from "./content.ts";
import { evidence, html, ownMarkup, type Html } from "./html.ts";
import { renderAuthority, renderExhibits, renderOperation, renderProcessing } from "./render-case.ts";
import { renderCompleteness } from "./render-completeness.ts";
import {
  renderCheck,
  renderFindings,
  renderJournal,
  renderKeys,
  renderLimitations,
  renderOpinion,
  renderSelfTest,
  renderVerification,
} from "./render-custody.ts";
import { factTable, mono, section } from "./render-parts.ts";
import { reportStyle } from "./report-style.ts";

/** The whole page. Pure: the same document gives the same bytes. */
export function renderHtml(report: SignedReport): string {
  const { content } = report;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${text.title()} ${content.case.number}</title>
        <style>
          ${ownMarkup(reportStyle({ caseNumber: content.case.number, contentHash: report.contentHash, demonstration: content.case.demonstration }))}
        </style>
      </head>
      <body>
        ${content.case.demonstration ? html`<p class="demonstration" role="note"><strong>${text.demonstration()}.</strong> ${text.demonstrationMeaning()}</p>` : null}
        ${renderHead(report)}
        <main>
          <div class="page-one">
            ${content.verification.ok ? null : html`<p class="alarm">✗ ${text.verificationBad()} <a href="#verification">${text.headings.verification}</a></p>`}
            ${renderCompleteness(content)}
          </div>
          ${renderAuthority(content)} ${renderOperation(content)} ${renderExhibits(content)}
          ${renderProcessing(content)} ${renderFindings(content)} ${renderVerification(content)}
          ${renderJournal(content)} ${renderKeys(content)} ${renderSelfTest(content)} ${renderLimitations(content)}
          ${renderOpinion()} ${renderCheck(report)} ${renderSignature(report)}
        </main>
      </body>
    </html> `;
  return page.markup;
}

function renderHead({ content, contentHash }: SignedReport): Html {
  const { seq, headHash } = content.checkpoint.body;
  return html`<header>
    <p class="kind">${text.title()}</p>
    <h1>${evidence(content.case.number)}</h1>
    <dl>
      <dt>${text.labels["authority"]}</dt>
      <dd>${evidence(content.case.authority)}</dd>
      <dt>${text.labels["made"]}</dt>
      <dd>${content.made} <span class="soft">(${content.zone})</span></dd>
      <dt>${text.labels["officer"]}</dt>
      <dd>${evidence(content.officer)} <span class="soft">(${evidence(content.host)})</span></dd>
      <dt>${text.labels["tool"]}</dt>
      <dd>${text.toolName(content.tool.name, content.tool.version, content.tool.build)}</dd>
      <dt>${text.labels["contentHash"]}</dt>
      <dd>${mono(contentHash)}</dd>
      <dt>${text.labels["checkpoint"]}</dt>
      <dd>${mono(text.checkpointValue(seq, headHash))}</dd>
    </dl>
  </header>`;
}

function renderSignature(report: SignedReport): Html {
  const { content, contentHash, sig, officer, key, delegation } = report;
  const { seq, headHash, merkleRoot } = content.checkpoint.body;
  return section(
    "signature",
    text.headings.signature,
    factTable([
      ["contentHash", mono(contentHash)],
      ["signature", mono(sig)],
      ["signedWith", evidence(text.signedBy(officer, delegation?.body.officerKey ?? key))],
      ["session", delegation ? mono(text.sessionOf(key, delegation.body.until)) : null],
      ["checkpoint", mono(text.checkpointValue(seq, headHash))],
      ["checkpointRoot", mono(merkleRoot)],
      ["made", html`${content.made} <span class="soft">(${content.zone})</span>`],
    ]),
    html`<p class="soft">${text.signatureNote()}</p>`,
  );
}
