/** Page one: the completeness statement. */
import * as text from "../messages/en-report-page.ts";
import { fileStates, type Completeness, type CustodyContent, type StateSums, type Sum } from "./content.ts";
import { evidence, html, type Html } from "./html.ts";
import { section, share, strip, swatch } from "./render-parts.ts";

export function renderCompleteness(content: CustodyContent): Html {
  const { completeness, exhibits } = content;
  const { files, filesTotal } = completeness;
  const without = exhibits.filter(({ acquisition }) => acquisition === null).map(({ intake }) => intake.label);
  const acquired = exhibits.length - without.length;
  return section(
    "completeness",
    text.headings.completeness,
    html`<p class="lead">${text.lead(filesTotal.items, filesTotal.bytes, acquired, files.read.items, without)}</p>`,
    filesTotal.items > 0
      ? html`<div class="strips">
          <span>${text.columns.files}</span
          >${strip(files, filesTotal, "items", text.columns.files)}<span>${text.columns.bytes}</span>${strip(files, filesTotal, "bytes", text.columns.bytes)}
        </div>`
      : null,
    stateTable(files, filesTotal),
    sumLine(
      completeness,
      exhibits.some(({ account }) => account !== null),
    ),
    completeness.others.length > 0
      ? html`<p>
          ${text.othersNote(completeness.others.map(({ kind, items }) => text.kindCount(kind, items)).join(", "))}
        </p>`
      : null,
    completeness.insideTotal.items > 0
      ? html`<h3>${text.headings.inside}</h3>
          ${stateTable(completeness.inside, completeness.insideTotal, false)}
          <p class="soft">${text.insideNote()}</p>`
      : null,
    html`<h3>${text.headings.why}</h3>`,
    whyTable(completeness),
    notDone(content),
    html`<ul class="plain soft">
      ${runLines(content)}
      <li>${text.seeLimitations(content.limitations.length)}</li>
    </ul>`,
  );
}

/** Every state has its row, also where it is empty; `all` false leaves empty ones out. */
function stateTable(states: StateSums, total: Sum, all = true): Html {
  const { columns } = text;
  const shown = fileStates.filter((state) => all || states[state].items > 0);
  const rows = shown.map(
    (state) =>
      html`<tr${states[state].items === 0 ? html` class="zero"` : null}><th scope="row">${swatch(state)} ${text.stateNames[state]} <span class="soft">${text.stateMeanings[state]}</span></th><td class="n">${text.grouped(states[state].items)}</td><td class="n">${text.grouped(states[state].bytes)}</td><td class="n">${share(states[state].bytes, total.bytes)}</td></tr>`,
  );
  return html`<table class="sums">
    <thead>
      <tr>
        <th scope="col">${columns.state}</th>
        <th scope="col" class="n">${columns.files}</th>
        <th scope="col" class="n">${columns.bytes}</th>
        <th scope="col" class="n">${columns.share}</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row">${columns.total}</th>
        <td class="n">${text.grouped(total.items)}</td>
        <td class="n">${text.grouped(total.bytes)}</td>
        <td class="n">${text.byteSize(total.bytes)}</td>
      </tr>
    </tfoot>
  </table>`;
}

function sumLine({ manifestFiles, filesTotal, addsUp }: Completeness, hasMedia: boolean): Html {
  if (!manifestFiles) return html`<p class="soft">${hasMedia ? text.sumOfMedia() : text.sumUnknown()}</p>`;
  if (!addsUp) return html`<p class="alarm">✗ ${text.sumFails(filesTotal.items, manifestFiles.items)}</p>`;
  const differ =
    manifestFiles.bytes === filesTotal.bytes ? "" : ` ${text.bytesDiffer(filesTotal.bytes, manifestFiles.bytes)}`;
  return html`<p class="holds">✓ ${text.sumHolds(filesTotal.items)}${differ}</p>`;
}

function whyTable({ why }: Completeness): Html {
  if (why.length === 0) return html`<p>${text.whyNothing()}</p>`;
  const names: Readonly<Record<string, string>> = text.stateNames;
  return html`<table class="sums">
    <tbody>
      ${why.map(
        ({ status, reason, items, bytes }) =>
          html`<tr>
            <th scope="row">${names[status] ?? status}: ${text.reasonOf(reason)}</th>
            <td class="n">${text.grouped(items)}</td>
            <td class="n">${text.grouped(bytes)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Limitations that mean work left undone stand on page one; the others under their own heading. */
const undone = ["not-to-acquire", "not-acquired", "not-processed", "pending", "open-act", "not-enforced"];
const undoneShown = 6;

function notDone({ limitations }: CustodyContent): Html | null {
  const found = limitations.filter(({ code }) => undone.includes(code));
  if (found.length === 0) return null;
  const rest = found.length - undoneShown;
  return html`<h3>${text.headings.undone}</h3>
    <ul>
      ${found.slice(0, undoneShown).map(({ code, params }) => html`<li>${evidence(text.limitation(code, params))}</li>`)}
      ${rest > 0 ? html`<li>${text.undoneRest(rest)}</li>` : null}
    </ul>`;
}

function runLines({ exhibits }: CustodyContent): Html[] {
  return exhibits.flatMap(({ intake, processing }) => {
    if (!processing) return [];
    const started = String(processing["started"] ?? "");
    const finished = typeof processing["finished"] === "string" ? processing["finished"] : null;
    const time = text.seconds(Number(processing["durationMs"] ?? 0));
    return [html`<li>${text.runTime(intake.label, started, finished, time)}</li>`];
  });
}
