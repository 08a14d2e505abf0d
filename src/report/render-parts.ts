/** Small pieces of a report's markup: fact tables, code blocks, the strip of page one. */
import * as kinds from "../messages/en-report-kinds.ts";
import * as text from "../messages/en-report-page.ts";
import { fileStates, type FileState, type StateSums, type Sum } from "./content.ts";
import { evidence, html, ownMarkup, type Html, type HtmlValue } from "./html.ts";

/** A file as it is named and hashed; `name` is what is shown of it. */
export interface ListedFile {
  readonly name: HtmlValue;
  /** Bytes. */
  readonly size: number;
  readonly sha256: HtmlValue;
}

/** Files with size and SHA-256; `more` says how many are left out, null where none are. */
export function fileTable(files: readonly ListedFile[], more: string | null): Html {
  const { segmentColumns: columns } = kinds;
  return html`<table class="segments">
      <thead>
        <tr>
          <th scope="col">${columns.file}</th>
          <th scope="col" class="n">${columns.size}</th>
          <th scope="col">${columns.sha256}</th>
        </tr>
      </thead>
      <tbody>
        ${files.map(
          ({ name, size, sha256 }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="n">${text.grouped(size)}</td>
              <td>${sha256}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more === null ? null : html`<p class="soft">${more}</p>`}`;
}

/** A two-column table; rows without a value are left out, or said to be not recorded where `all` is set. */
export function factTable(rows: readonly (readonly [name: string, value: HtmlValue])[], all = false): Html {
  const shown = all ? rows : rows.filter(([, value]) => value !== null);
  return html`<table class="facts">
    <tbody>
      ${shown.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${text.labels[name] ?? name}</th>
            <td>${value ?? html`<span class="soft">${text.notRecorded()}</span>`}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Text from case or evidence, or null. */
export function said(value: string | null): Html | null {
  return value === null || value === "" ? null : evidence(value);
}

/** Several texts as a list, or null. */
export function list(values: readonly HtmlValue[]): Html | null {
  if (values.length === 0) return null;
  if (values.length === 1) return html`${values[0]}`;
  return html`<ul class="plain">
    ${values.map((value) => html`<li>${value}</li>`)}
  </ul>`;
}

/** A hash, a key, a command's word: breaks anywhere. */
export function mono(value: string): Html {
  return html`<code>${value}</code>`;
}

/** Commands, as typed. */
export function commands(lines: string): Html {
  // Line feeds are ours here; each line is escaped by itself so that they stay.
  const parts = lines.split("\n").map((line, index) => html`${index === 0 ? "" : newline}${line}`);
  return html`<pre><code>${parts}</code></pre>`;
}

const newline = ownMarkup("\n");

export function section(id: string, heading: string, ...body: readonly HtmlValue[]): Html {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${heading}</h2>
    ${body.map((part) => html`${part} `)}
  </section> `;
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : (part / whole) * 100);

/** A share for people: small ones are never rounded to nothing. */
export function share(part: number, whole: number): string {
  const value = percent(part, whole);
  if (value > 0 && value < 0.1) return "< 0.1 %";
  return value === 100 || value === 0 ? `${value} %` : `${Math.min(value, 99.9).toFixed(1)} %`;
}

/** Colours that stay apart in grey print and for colour-blind readers; the table beside the strip says the same in words. */
const fills: Readonly<Record<FileState, string>> = {
  read: "#2f6f9f",
  "not-understood": "#8fb3cc",
  partial: "#e0a030",
  failed: "#b03226",
  skipped: "#9aa1a9",
  pending: "#dfe3e8",
};

/** The mark of a state in tables. */
export function swatch(state: FileState): Html {
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
    <rect width="10" height="10" fill="${fills[state]}" />
  </svg>`;
}

/** A strip whose parts are the states' shares; a part that exists is at least a hair wide. */
export function strip(states: StateSums, total: Sum, measure: keyof Sum, name: string): Html {
  const present = fileStates.filter((state) => states[state][measure] > 0);
  const spoken = present.map((state) =>
    text.stripPart(text.stateNames[state], share(states[state][measure], total[measure])),
  );
  let at = 0;
  const parts = present.map((state) => {
    const width = Math.max(0.25, percent(states[state][measure], total[measure]));
    const rect = html`<rect x="${at.toFixed(3)}" width="${width.toFixed(3)}" height="6" fill="${fills[state]}" />`;
    at += width;
    return rect;
  });
  return html`<svg
    class="strip"
    viewBox="0 0 ${Math.max(100, at).toFixed(3)} 6"
    preserveAspectRatio="none"
    role="img"
    aria-label="${text.stripLabel(name, spoken.join(", "))}"
  >
    <rect width="100%" height="6" fill="#eef0f3" />
    ${parts}
  </svg>`;
}
