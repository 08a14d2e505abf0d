/** The report on watch-lists as one page: no script, nothing from outside, readable on a screen and printed on A4. */
import * as says from "../messages/en-watch-report.ts";
import * as text from "../messages/en-report-page.ts";
import { evidence, html, ownMarkup, type Html, type HtmlValue } from "../report/html.ts";
import { pageHead } from "../report/page-head.ts";
import { mono, section } from "../report/render-parts.ts";
import { reportStyle } from "../report/report-style.ts";
import type { NotSearched } from "../search/answer.ts";
import { watchBounds, type ListedTerm, type ListReport, type TermHits, type WatchContent } from "./watch-content.ts";

export interface SignedWatchReport {
  readonly content: WatchContent;
  readonly contentHash: string;
  readonly sig: string;
  readonly officer: string;
  readonly key: string;
}

const ownStyle = `
.columns {
  columns: 3 14rem;
  column-gap: 1.5rem;
  font-size: 0.9rem;
}
.columns li {
  break-inside: avoid;
  margin: 0.1rem 0;
}
.terms th[scope="row"] {
  width: 38%;
}
.by-exhibit {
  display: block;
  font-weight: normal;
}
`;

/** Pure: the same document gives the same bytes. */
export function renderWatch(report: SignedWatchReport): string {
  const { content, contentHash } = report;
  const { demonstration, number: caseNumber } = content.case;
  const style = reportStyle({ title: says.title, caseNumber, contentHash, demonstration });
  const page = html`<!doctype html>
    <html lang="en">
      ${pageHead(says.title, ownMarkup(`${style} ${ownStyle}`))}
      <body>
        ${demonstration ? html`<p class="demonstration" role="note"><strong>${text.demonstration()}.</strong> ${text.demonstrationMeaning()}</p>` : null}
        ${renderHead(content, contentHash)}
        <main>
          ${renderSummary(content)} ${renderNotSearched(content.notSearched)} ${content.lists.map(renderList)}
          ${renderSignature(report)}
        </main>
      </body>
    </html> `;
  return page.markup;
}

const soft = (value: HtmlValue): Html => html`<span class="soft">${value}</span>`;
const note = (value: HtmlValue): Html => html`<p class="soft">${value}</p>`;
const count = (value: number): Html => html`<td class="${value === 0 ? "n zero" : "n"}">${text.grouped(value)}</td>`;

function renderHead(content: WatchContent, contentHash: string): Html {
  const { seq, headHash } = content.checkpoint.body;
  const { name, version, build } = content.tool;
  const rows: [string, HtmlValue][] = [
    [says.labels.authority, evidence(content.case.authority)],
    [says.labels.scope, evidence(content.case.scope)],
    [says.labels.made, html`${content.made} ${soft("(UTC)")}`],
    [says.labels.officer, html`${evidence(content.officer)} ${soft(html`(${evidence(content.host)})`)}`],
    [says.labels.tool, text.toolName(name, version, build)],
    [says.labels.contentHash, mono(contentHash)],
    [says.labels.checkpoint, mono(text.checkpointValue(seq, headHash))],
  ];
  return html`<header>
    <p class="kind">${says.title}</p>
    <h1>${evidence(content.case.number)}</h1>
    <dl>
      ${rows.map(
        ([label, value]) =>
          html`<dt>${label}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </header>`;
}

function table(
  kind: string,
  columns: readonly string[],
  numbers: (index: number) => boolean,
  rows: readonly Html[],
): Html {
  return html`<table class="${kind}">
    <thead>
      <tr>
        ${columns.map((name, index) => (numbers(index) ? html`<th scope="col" class="n">${name}</th>` : html`<th scope="col">${name}</th>`))}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function renderSummary({ lists, rules, withMarked }: WatchContent): Html {
  const rows = lists.map(({ id, version, entries, terms, near, zero, total, leftOut }) => {
    const left = Object.values(leftOut).reduce((sum, items) => sum + items, 0);
    return html`<tr>
      <th scope="row"><a href="#list-${id}">${evidence(id)}</a> ${soft(version)}</th>
      ${[entries, terms.length, near.length, zero.length, total.hits, total.items, left].map(count)}
    </tr>`;
  });
  const named = (Object.keys(says.ruleNames) as (keyof typeof says.ruleNames)[]).flatMap((name) => {
    const value = rules[name];
    const words = Array.isArray(value) ? value : value ? [`${value.from ?? ""}..${value.to ?? ""}`] : [];
    return words.length === 0 ? [] : [`${says.ruleNames[name]} ${words.join(", ")}`];
  });
  return section(
    "summary",
    says.headings.summary,
    html`<p>${says.lead}</p>`,
    table("sums", Object.values(says.summaryColumns), (index) => index > 0, rows),
    note(evidence(named.length === 0 ? says.noRules : says.rules(named))),
    withMarked ? html`<p><strong>${says.withMarked}</strong></p>` : null,
  );
}

function renderNotSearched(figures: NotSearched): Html {
  const { exhibits, notAcquired } = figures;
  const lines = [
    ...says.notSearched(figures),
    ...(exhibits.length > 0 ? [says.unprocessed(exhibits)] : []),
    ...(notAcquired.length > 0 ? [says.notAcquired(notAcquired)] : []),
  ];
  return section(
    "not-searched",
    says.headings.notSearched,
    html`<ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>`,
  );
}

function renderList(list: ListReport): Html {
  const { id, title, version, date, file, sha256, entries, total, leftOut } = list;
  const facts: [string, HtmlValue][] = [
    [
      says.labels.version,
      html`${says.version(version, date)}, ${text.grouped(entries)} ${says.labels.entries.toLowerCase()}`,
    ],
    [says.labels.file, evidence(file)],
    [says.labels.sha256, mono(sha256)],
    [says.labels.hits, text.grouped(total.hits)],
    [says.labels.items, text.grouped(total.items)],
    [says.labels.leftOut, says.leftOut(leftOut)],
  ];
  return section(
    `list-${id}`,
    `${id}: ${title}`,
    html`<table class="facts">
      <tbody>
        ${facts.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
    renderExhibits(list),
    renderTerms(list),
    renderItems(list),
    renderNear(list),
    renderZero(list),
  );
}

function renderExhibits({ exhibits, sha256 }: ListReport): Html {
  const rows = exhibits.map((one) => {
    const notes = [
      one.sha256 !== null && one.sha256 !== sha256 ? says.otherText(one.version ?? "") : "",
      one.strings > 0 ? says.strings(one.strings) : "",
      one.cut > 0 ? says.cut(one.cut) : "",
    ].filter((part) => part !== "");
    return html`<tr>
      <th scope="row">${evidence(one.exhibit)}</th>
      <td>${says.states[one.state]}</td>
      <td>${one.finished ?? soft("–")}</td>
      <td>${one.tool === null ? soft("–") : mono(one.tool)}</td>
      <td>${notes.join("; ")}</td>
    </tr>`;
  });
  return html`<h3>${says.headings.exhibits}</h3>
    ${table("", Object.values(says.exhibitColumns), () => false, rows)}`;
}

function termCell({ term, modes, label, category }: Pick<TermHits, "term" | "modes" | "label" | "category">): Html {
  const more = [says.modes(modes), label, category].filter((part) => part !== "").join(" · ");
  return html`${evidence(term)} ${soft(evidence(more))}`;
}

function renderTerms({ terms, exhibits }: ListReport): Html {
  const rows = terms.map((term) => {
    const { hits, inText, inFields, inNames, inIdentifiers, contents, items } = term;
    const each = term.exhibits.map((one) => says.exhibitOf(one.exhibit, one.hits, one.items)).join(", ");
    return html`<tr>
      <th scope="row">
        ${termCell(term)}${exhibits.length > 1 ? html`<span class="by-exhibit soft">${each}</span>` : null}
      </th>
      ${[hits, inText, inFields, inNames, inIdentifiers, contents, items].map(count)}
    </tr>`;
  });
  const columns = Object.values(says.termColumns);
  return html`<h3>${says.headings.terms}</h3>
    ${terms.length === 0 ? html`<p>${says.nothing}</p>` : table("sums terms", columns, (index) => index > 0, rows)}
    ${note(says.termsNote)}`;
}

function renderItems({ items }: ListReport): Html | null {
  if (items.length === 0) return null;
  const rows = items.map(
    ({ path, terms, hits }) =>
      html`<tr>
        <th scope="row">${evidence(path)}</th>
        ${count(terms)}${count(hits)}
      </tr>`,
  );
  return html`<h3>${says.headings.items}</h3>
    ${note(says.itemsNote(watchBounds.items))}
    ${table("sums", Object.values(says.itemColumns), (index) => index > 0, rows)}`;
}

function renderNear({ near }: ListReport): Html {
  const rows = near.map(({ term, words, count: all }) => {
    const told = words.map(({ word, contents, items }) => says.nearWord(word, contents, items)).join(", ");
    const more = all > words.length ? html` ${soft(says.moreWords(all - words.length))}` : null;
    return html`<tr>
      <th scope="row">${evidence(term)}</th>
      <td>${evidence(told)}${more}</td>
    </tr>`;
  });
  return html`<h3>${says.headings.near}</h3>
    ${note(says.nearNote)}
    ${near.length === 0 ? html`<p>${says.nothing}</p>` : table("", Object.values(says.nearColumns), () => false, rows)}`;
}

/** By category, in the order of the list; a category may come again. */
function renderZero({ zero }: ListReport): Html {
  const groups: { category: string; terms: ListedTerm[] }[] = [];
  for (const term of zero) {
    const last = groups.at(-1);
    if (last?.category === term.category) last.terms.push(term);
    else groups.push({ category: term.category, terms: [term] });
  }
  const parts = groups.map(({ category, terms }) => {
    const entries = terms.map((term) => html`<li>${termCell({ ...term, category: "" })}</li>`);
    return html`${category === "" ? null : html`<h4>${evidence(category)}</h4>`}
      <ul class="plain columns">
        ${entries}
      </ul>`;
  });
  return html`<h3>${says.headings.zero} ${soft(`(${text.grouped(zero.length)})`)}</h3>
    ${note(says.zeroNote)} ${zero.length === 0 ? html`<p>${says.nothing}</p>` : parts}`;
}

function renderSignature({ sig, officer, key }: SignedWatchReport): Html {
  return section(
    "signature",
    says.headings.signature,
    html`<table class="facts">
      <tbody>
        <tr>
          <th scope="row">${says.labels.signature}</th>
          <td>${mono(sig)}</td>
        </tr>
        <tr>
          <th scope="row">${says.labels.signedWith}</th>
          <td>${evidence(says.signedBy(officer, key))}</td>
        </tr>
      </tbody>
    </table>`,
    note(says.verifyNote),
  );
}
