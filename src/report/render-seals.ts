/** The record of seals and envelopes (R3). */
import type { Seal, SealEvent } from "../custody/seals.ts";
import * as kinds from "../messages/en-report-kinds.ts";
import type { SealsContent, SignedReport } from "./content.ts";
import { evidence, html, type Html, type HtmlValue } from "./html.ts";
import { renderAuthority } from "./render-case.ts";
import { renderKeys, renderVerification } from "./render-custody.ts";
import { factTable, list, mono, said, section } from "./render-parts.ts";

const { labels } = kinds;

export function renderSeals({ content }: SignedReport<SealsContent>): Html {
  const { seals } = content;
  const opened = seals.filter((seal) => seal.opened !== null).length;
  return html`${section(
    "seals",
    kinds.parts.seals,
    html`<p class="lead">${kinds.leadSeals(seals.length, opened)}</p>`,
    seals.map(renderSeal),
  )}
  ${renderAuthority(content)} ${renderVerification(content)} ${renderKeys(content)}`;
}

function renderSeal({ seal, exhibit, content, closedBy, closed, opened }: Seal): Html {
  const rows: [string, HtmlValue][] = [
    [labels.seal, evidence(seal)],
    [labels.content, said(content)],
    [labels.closed, evidence(kinds.closedBy(closedBy, closed.at, closed.seq, closed.utc))],
    ...(closed.reason === null ? [] : eventRows(closed)),
    [
      labels.opened,
      opened ? evidence(kinds.closedBy(opened.officer, opened.at, opened.seq, opened.utc)) : kinds.stillClosed(),
    ],
    ...(opened ? eventRows(opened) : []),
    ...(opened ? ([[labels.newSeal, said(opened.newSeal) ?? kinds.noNewSeal()]] as [string, HtmlValue][]) : []),
  ];
  return html`<article class="record">
    <h3>${evidence(kinds.sealTitle(seal, exhibit))}</h3>
    ${factTable(rows, true)}
  </article> `;
}

function eventRows({ reason, present, photos }: SealEvent): [string, HtmlValue][] {
  const people = present.map(({ name, role }) => evidence(role === null ? name : `${name}, ${role}`));
  const pictures = photos.map(({ file, sha256 }) => html`${evidence(file)}, SHA-256 ${mono(sha256)}`);
  return [
    ["reason", said(reason)],
    [labels.present, list(people)],
    ...(pictures.length > 0 ? ([["photos", list(pictures)]] as [string, HtmlValue][]) : []),
  ];
}
