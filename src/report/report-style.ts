/** The style sheet of reports, with the running header and footer of printed pages (CSS Paged Media, margin boxes). */
import * as text from "../messages/en-report-page.ts";
import { visible } from "./visible-text.ts";

export interface RunningText {
  readonly title: string;
  readonly caseNumber: string;
  readonly contentHash: string;
  readonly demonstration: boolean;
}

/** A CSS string that holds any text: what is not plain is written by its number (CSS Syntax section 4.3.7). */
export function cssString(value: string): string {
  const safe = Array.from(visible(value).toWellFormed(), (character) =>
    /^[A-Za-z0-9 ._:,()…-]$/.test(character)
      ? character
      : `\\${(character.codePointAt(0) as number).toString(16).padStart(6, "0")}`,
  );
  return `"${safe.join("")}"`;
}

export function reportStyle({ title, caseNumber, contentHash, demonstration }: RunningText): string {
  const { page, of } = text.pageOf;
  const warning = demonstration
    ? `@top-center { content: ${cssString(text.demonstration())}; color: #a3231b; font: bold 8pt ${runningFont}; }`
    : "";
  return `@page {
  size: A4; margin: 20mm 16mm 18mm;
  @top-left { content: ${cssString(`${title} ${caseNumber}`)}; ${running} }
  ${warning}
  @top-right { content: "${page} " counter(page) " ${of} " counter(pages); ${running} }
  @bottom-left { content: ${cssString(text.contentHashShort(contentHash))}; ${running} }
}
${body}`;
}

const runningFont = '"Helvetica Neue", "DejaVu Sans", Arial, sans-serif';
/** Margin boxes inherit nothing from one another, so each states it. */
const running = `font: 8pt ${runningFont}; color: #5a636e;`;

const body = `:root { color-scheme: light; --ink: #1c2024; --soft: #5a636e; --line: #d5dae0; --good: #1d6b40; --bad: #a3231b; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0 auto; max-width: 58rem; padding: 2.5rem 1.5rem 5rem; color: var(--ink); background: #fff; font: 1rem/1.5 Georgia, "Times New Roman", "DejaVu Serif", serif; }
h1, h2, h3, h4, h5, th, dt, .kind, .strips, .severity, .demonstration { font-family: system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .6rem; padding-top: .5rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
h4 { font-size: .9rem; margin: 1rem 0 .3rem; color: var(--soft); }
h5 { font-size: .85rem; margin: .8rem 0 .2rem; }
p { margin: .3rem 0 .7rem; }
.kind { margin: 0; font-size: .9rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .2rem 1rem; margin: 0; font-size: .95rem; }
dt { color: var(--soft); font-size: .85rem; padding-top: .1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .82em; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; background: #f4f6f8; border-left: 3px solid var(--line); padding: .6rem .8rem; margin: .4rem 0 1rem; line-height: 1.4; }
.soft, .soft code { color: var(--soft); }
.lead { font-size: 1.25rem; line-height: 1.4; margin: .4rem 0 .9rem; }
.holds { color: var(--good); font-weight: bold; }
.alarm { color: var(--bad); font-weight: bold; }
.demonstration { position: sticky; top: 0; z-index: 1; margin: 0 0 1.5rem; padding: .5rem .8rem; background: #fbeceb; border: 2px solid var(--bad); color: var(--bad); font-size: .9rem; }
.strips { display: grid; grid-template-columns: 3.2rem 1fr; align-items: center; gap: .35rem .6rem; margin: 0 0 1rem; font-size: .8rem; color: var(--soft); }
.strip { display: block; width: 100%; height: 1.15rem; border-radius: 3px; }
.swatch { width: .7em; height: .7em; margin-right: .35em; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 .8rem; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .28rem .7rem .28rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-size: .85rem; font-weight: 600; }
thead th { border-top: 0; color: var(--soft); }
.facts th { width: 14rem; font-weight: 600; color: var(--soft); }
.sums th .soft { font-weight: normal; }
.sums tfoot th, .sums tfoot td { border-top: 2px solid var(--ink); font-weight: bold; }
.zero, .zero .soft { color: #9aa1a9; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.n:last-child, th.n:last-child { padding-right: 0; }
thead th { white-space: nowrap; }
.items td:first-child { width: 46%; }
.items td:last-child { white-space: nowrap; width: 4.5rem; }
.hashes th[scope="row"] { width: 12.5rem; font-weight: normal; }
.hashes td:last-child { white-space: nowrap; }
.segments th[scope="row"] { width: 11rem; font-weight: normal; }
.media td:nth-child(2) { width: 32%; }
.hands { table-layout: fixed; }
.hands tbody th, .hands tbody td { height: 3.4rem; vertical-align: bottom; border-bottom: 1px solid var(--ink); border-top: 0; }
.journal { font-size: .82rem; }
.journal td:nth-child(3), .journal td:nth-child(3) .ev, .journal td:nth-child(4), .journal td:nth-child(4) .ev { overflow-wrap: break-word; }
.journal .time { white-space: nowrap; }
.journal th, .journal td { padding-right: .6rem; }
ul.plain { list-style: none; margin: 0; padding: 0; }
ul, ol { padding-left: 1.3rem; }
li { margin: .25rem 0; }
bdi.ev { white-space: pre-wrap; overflow-wrap: anywhere; }
.ctl { font: bold .75em ui-monospace, "DejaVu Sans Mono", monospace; color: var(--bad); border: 1px solid currentColor; border-radius: 2px; padding: 0 .15em; margin: 0 .1em; }
.finding .severity { display: inline-block; min-width: 5rem; font-size: .85rem; }
.finding.loss .severity, .finding.unregistered .severity { color: var(--bad); }
.finding.anomaly .severity { color: #7a5600; }
.finding.note .severity { color: var(--soft); }
:focus-visible { outline: 3px solid #2b6cb0; outline-offset: 2px; }
@media print {
  html { font-size: 9pt; }
  body { max-width: none; padding: 0; }
  .demonstration { position: static; }
  .page-one { break-after: page; }
  h1 { margin-bottom: 3mm; }
  .page-one h2 { margin-top: 6mm; }
  h2, h3, h4 { break-after: avoid; }
  tr, pre, .strips, .hands, .record .facts { break-inside: avoid; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; }
  a { color: inherit; text-decoration: none; }
}
`;
