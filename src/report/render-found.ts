/** Carved files by type, identifiers by kind and quality, watch-lists by list. */
import * as says from "../messages/en-found.ts";
import * as text from "../messages/en-report-page.ts";
import type { CustodyContent, FoundContent } from "./content.ts";
import { evidence, html, type Html } from "./html.ts";
import { mono, section } from "./render-parts.ts";

const qualities = ["valid", "valid-check", "pattern", "invalid-check"] as const;

/** Null where no exhibit was processed. */
export function renderFound({ exhibits }: CustodyContent): Html | null {
  const parts = exhibits.flatMap(({ intake, found }) =>
    found ? [html`<h3>${text.exhibitTitle(intake.label)}</h3>`, renderExhibit(found)] : [],
  );
  return parts.length === 0 ? null : section("found", says.heading, html`<p class="soft">${says.lead}</p>`, ...parts);
}

function renderExhibit({ carved, identifiers, watchLists }: FoundContent): Html {
  return html`<h4>${says.carvedTitle}</h4>
    ${carved.length === 0 ? html`<p>${says.nothing}</p>` : renderCarved(carved)}
    <h4>${says.identifiersTitle}</h4>
    ${identifiers.length === 0 ? html`<p>${says.nothing}</p>` : renderIdentifiers(identifiers)}
    <h4>${says.watchTitle}</h4>
    ${watchLists.length === 0 ? html`<p>${says.noLists}</p>` : renderLists(watchLists)}`;
}

const count = (value: number): Html => html`<td class="n">${text.grouped(value)}</td>`;

function table(columns: readonly string[], rows: readonly Html[], note: string, wide = 0): Html {
  return html`<table class="sums">
      <thead>
        <tr>
          ${columns.map((name, index) => html`<th scope="col" ${index === 0 || index >= columns.length - wide ? null : html` class="n"`}>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    <p class="soft">${note}</p>`;
}

function renderCarved(carved: FoundContent["carved"]): Html {
  const rows = carved.map(
    ({ name, complete, truncated, fragment, inPieces, bytes }) =>
      html`<tr>
        <th scope="row">${name}</th>
        ${[complete, truncated, fragment, inPieces, bytes].map(count)}
      </tr>`,
  );
  return table(Object.values(says.carvedColumns), rows, says.carvedNote);
}

function renderIdentifiers(identifiers: FoundContent["identifiers"]): Html {
  const rows = identifiers.map(
    ({ kind, name, finds, values, items }) =>
      html`<tr>
        <th scope="row">${name} <span class="soft">${kind}</span></th>
        ${[...qualities.map((quality) => finds[quality]), values, items].map(count)}
      </tr>`,
  );
  return table(Object.values(says.identifierColumns), rows, says.identifiersNote);
}

function renderLists(lists: FoundContent["watchLists"]): Html {
  const rows = lists.map(
    ({ list, version, sha256, finds, terms, items, first }) =>
      html`<tr>
        <th scope="row">
          ${evidence(list)} <span class="soft">${evidence(says.version(version))}</span><br />${mono(sha256)}
        </th>
        ${[finds, terms, items].map(count)}
        <td>${evidence(first.map(({ term, finds: some }) => says.term(term, some)).join(", "))}</td>
      </tr>`,
  );
  return table(Object.values(says.watchColumns), rows, says.watchNote, 1);
}
