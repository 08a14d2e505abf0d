/**
 * A report as one self-contained HTML page: no script, no outside resource, readable on a screen and printed on A4. It shows
 * the content, its hash, the checkpoint and the signature, and nothing that is not in the JSON form.
 */
import * as kinds from "../messages/en-report-kinds.ts";
import * as text from "../messages/en-report-page.ts";
import type { ReportCommon, ReportContents, ReportKind, SignedReport } from "./content.ts";
import { evidence, html, ownMarkup, type Html } from "./html.ts";
import { reportKinds } from "./kinds.ts";
import { pageHead } from "./page-head.ts";
import { renderCheck, renderLimitations, renderOpinion } from "./render-custody.ts";
import { factTable, mono, section } from "./render-parts.ts";
import { reportStyle } from "./report-style.ts";

/** The whole page. Pure: the same document gives the same bytes. */
export function renderHtml(report: SignedReport): string {
  const { content } = report;
  const title = kinds.titles[content.kind];
  const { number: caseNumber, demonstration } = content.case;
  const style = reportStyle({ title, caseNumber, contentHash: report.contentHash, demonstration });
  const page = html`<!doctype html>
    <html lang="en">
      ${pageHead(`${title} ${caseNumber}`, ownMarkup(style))}
      <body>
        ${content.case.demonstration ? html`<p class="demonstration" role="note"><strong>${text.demonstration()}.</strong> ${text.demonstrationMeaning()}</p>` : null}
        ${renderHead(report)}
        <main>
          ${content.verification.ok ? null : html`<p class="alarm">✗ ${text.verificationBad()} <a href="#verification">${text.headings.verification}</a></p>`}
          ${bodyOf(report)} ${renderLimitations(content)} ${renderOpinion()} ${renderCheck(report)}
          ${renderSignature(report)} ${renderHands(content)}
        </main>
      </body>
    </html> `;
  return page.markup;
}

function bodyOf<K extends ReportKind>(report: SignedReport<ReportContents[K]>): Html {
  const kind = report.content.kind as K;
  return reportKinds[kind].body(report);
}

function renderHead({ content, contentHash }: SignedReport): Html {
  const { seq, headHash } = content.checkpoint.body;
  const { operation } = content;
  return html`<header>
    <p class="kind">${kinds.titles[content.kind]}</p>
    <h1>${evidence(content.case.number)}</h1>
    <dl>
      <dt>${text.labels["authority"]}</dt>
      <dd>${evidence(content.case.authority)}</dd>
      <dt>${kinds.labels.operation}</dt>
      <dd>
        ${operation ? evidence(kinds.operationOf(operation.form.number ?? null, operation.seq)) : kinds.noOperation()}
      </dd>
      <dt>${text.labels["made"]}</dt>
      <dd>${content.made} <span class="soft">(UTC)</span><br />${kinds.localTime(content.made, content.zone)}</dd>
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

/** Lines for those who sign the printed copy. */
function renderHands({ kind }: Pick<ReportCommon, "kind">): Html {
  const { handColumns: columns, partyNames } = kinds;
  return section(
    "hands",
    kinds.parts.hands,
    html`<p class="soft">${kinds.handsNote()}</p>`,
    html`<table class="hands">
      <thead>
        <tr>
          <th scope="col">${columns.role}</th>
          <th scope="col">${columns.name}</th>
          <th scope="col">${columns.date}</th>
          <th scope="col">${columns.signature}</th>
        </tr>
      </thead>
      <tbody>
        ${reportKinds[kind].parties.map(
          (party) =>
            html`<tr>
              <th scope="row">${partyNames[party]}</th>
              <td></td>
              <td></td>
              <td></td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}
