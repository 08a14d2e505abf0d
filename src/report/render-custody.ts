/** Findings, verification, journal, keys, self-test, limitations, how to check. */
import * as text from "../messages/en-report-page.ts";
import type { FindingClass, JournalLine, CustodyContent, ReportCommon, SignedReport } from "./content.ts";
import { checkSteps } from "./check-steps.ts";
import { evidence, html, type Html, type HtmlValue } from "./html.ts";
import { flatten } from "./journal-extract.ts";
import { commands, factTable, mono, section } from "./render-parts.ts";

export function renderFindings({ findings, files }: CustodyContent): Html {
  const items = files.find(({ what }) => what === "items");
  return section(
    "findings",
    text.headings.findings,
    findings.length === 0 ? html`<p>${text.noFindings()}</p>` : null,
    items ? html`<p>${text.itemsFile(items.name, items.lines ?? 0)}</p>` : null,
    findings.map((found) => renderClass(found, items?.name ?? "")),
  );
}

function renderClass(found: FindingClass, file: string): Html {
  const { itemColumns } = text;
  const rest = found.items - found.first.length;
  return html`<article class="finding ${found.severity}">
    <h3><span class="severity">${text.severities[found.severity]}</span> ${mono(found.code)}</h3>
    <p>${text.findingCounts(found.findings, found.items)}. ${text.advice(found.advice)}</p>
    <table class="items">
      <thead>
        <tr>
          <th scope="col">${itemColumns.path}</th>
          <th scope="col">${itemColumns.finding}</th>
          <th scope="col">${itemColumns.status}</th>
        </tr>
      </thead>
      <tbody>
        ${found.first.map(
          ({ path, sentence, status }) =>
            html`<tr>
              <td>${evidence(path)}</td>
              <td>${evidence(sentence)}</td>
              <td>${status}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${rest > 0 ? html`<p class="soft">${text.findingRest(rest, file)}</p>` : null}
  </article> `;
}

export function renderVerification({ verification }: ReportCommon): Html {
  const { verificationColumns } = text;
  return section(
    "verification",
    text.headings.verification,
    html`<p class="${verification.ok ? "holds" : "alarm"}">
      ${verification.ok ? "✓ " : "✗ "}${verification.ok ? text.verificationOk() : text.verificationBad()}
    </p>`,
    html`<table>
      <thead>
        <tr>
          <th scope="col">${verificationColumns.part}</th>
          <th scope="col">${verificationColumns.verdict}</th>
          <th scope="col" class="n">${verificationColumns.count}</th>
        </tr>
      </thead>
      <tbody>
        ${verification.parts.map(
          ({ part, name, ok, problem, seq, line, count }) =>
            html`<tr>
              <th scope="row">${part} ${evidence(name)}</th>
              <td>
                ${problem === "rebuildable" ? text.notThere() : ok ? text.unchanged() : text.changedAt(problem ?? "", seq, line)}
              </td>
              <td class="n">${text.grouped(count)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

export function renderJournal({ journal }: CustodyContent): Html {
  const { journalColumns: columns } = text;
  const omitted =
    journal.omitted > 0
      ? html`<tr>
          <td colspan="5" class="soft">… ${text.journalOmitted(journal.omitted)} …</td>
        </tr>`
      : null;
  return section(
    "journal",
    text.headings.journal,
    html`<p>${text.journalNote(journal.entries)}</p>`,
    html`<table class="journal">
      <thead>
        <tr>
          <th scope="col" class="n">${columns.seq}</th>
          <th scope="col">${columns.utc}</th>
          <th scope="col">${columns.officer}</th>
          <th scope="col">${columns.act}</th>
          <th scope="col">${columns.details}</th>
        </tr>
      </thead>
      <tbody>
        ${journal.first.map(journalRow)}${omitted}${journal.last.map(journalRow)}
      </tbody>
    </table>`,
  );
}

function journalRow({ seq, utc, officer, act, phase, exhibit, summary, hash }: JournalLine): Html {
  const what = [act, ...(phase === "event" ? [] : [phase]), ...(exhibit === null ? [] : [exhibit])].join(" ");
  return html`<tr>
    <td class="n">${seq}</td>
    <td class="time">${utc.replace("T", " ").replace("Z", "")}</td>
    <td>${evidence(officer)}</td>
    <td>${evidence(what)}</td>
    <td>${evidence(summary)} <code class="soft">${hash.slice(0, 16)}…</code></td>
  </tr>`;
}

export function renderKeys({ officers }: ReportCommon): Html {
  const { keyColumns } = text;
  return section(
    "keys",
    text.headings.keys,
    html`<table>
      <thead>
        <tr>
          <th scope="col">${keyColumns.officer}</th>
          <th scope="col">${keyColumns.keyId}</th>
          <th scope="col">${keyColumns.publicKey}</th>
          <th scope="col">${keyColumns.state}</th>
        </tr>
      </thead>
      <tbody>
        ${officers.map(
          ({ officer, keyId, publicKey, revokedAt }) =>
            html`<tr>
              <th scope="row">${evidence(officer)}</th>
              <td>${mono(keyId)}</td>
              <td>${mono(publicKey)}</td>
              <td>${text.keyState(revokedAt)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
    html`<p class="soft">${text.keysNote()}</p>`,
  );
}

export function renderSelfTest({ selfTest }: CustodyContent): Html {
  const rows = selfTest
    ? [...flatten(selfTest)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]): [string, HtmlValue] => [name, evidence(value)])
    : [];
  return section("selftest", text.headings.selfTest, selfTest ? factTable(rows) : html`<p>${text.noSelfTest()}</p>`);
}

export function renderLimitations({ limitations }: ReportCommon): Html {
  return section(
    "limitations",
    text.headings.limitations,
    html`<ul>
      ${limitations.map(({ code, params }) => html`<li>${evidence(text.limitation(code, params))}</li>`)}
    </ul>`,
  );
}

export function renderOpinion(): Html {
  return section(
    "opinion",
    text.headings.opinion,
    html`<ul>
      <li>${text.opinionFact()}</li>
      <li>${text.opinionFinding()}</li>
      <li>${text.opinionNone()}</li>
    </ul>`,
  );
}

export function renderCheck(report: SignedReport): Html {
  return section(
    "check",
    text.headings.check,
    html`<p>${text.checkIntro()}</p>`,
    html`<ol>
      ${checkSteps(report).map(
        ({ say, run }) =>
          html`<li>
            <p>${say}</p>
            ${run === null ? null : commands(run)}
          </li>`,
      )}
    </ol>`,
  );
}
