/** Authority, operation, exhibits with their acquisition, processing. */
import { caseSays, reportSays } from "../messages/en.ts";
import * as text from "../messages/en-report-page.ts";
import type { JsonObject, JsonValue } from "../../native-free/model/canonical-json.ts";
import type { OperationForm } from "../case/operation-form.ts";
import type { ScopeRules } from "../case/scope.ts";
import type { ExhibitContent, CustodyContent, ReportCommon } from "./content.ts";
import { evidence, html, type Html, type HtmlValue } from "./html.ts";
import { flatten } from "./journal-extract.ts";
import { arrayOf, hashOf, objectOf, toolOf, valueOf } from "./recorded-values.ts";
import { renderImage } from "./render-image.ts";
import { factTable, list, mono, said, section } from "./render-parts.ts";

export function renderAuthority(content: ReportCommon): Html {
  const { number, id, authority, scope, created } = content.case;
  const rules = content.operation?.form.scope ?? null;
  return section(
    "authority",
    text.headings.authority,
    factTable(
      [
        ["number", said(number)],
        ["authority", said(authority)],
        ["scope", said(scope)],
        ["created", created],
        ["id", mono(id)],
      ],
      true,
    ),
    rules && hasRules(rules)
      ? html`<p>${text.scopeRules()}</p>
          ${scopeTable(rules)}`
      : html`<p>${text.scopeNone()}</p>`,
  );
}

function hasRules({ custodians, dates, folders, types, terms }: ScopeRules): boolean {
  return dates !== null || [custodians, folders, types, terms].some((rules) => rules.length > 0);
}

function scopeTable({ custodians, dates, folders, types, terms }: ScopeRules): Html {
  return factTable([
    ["custodians", list(custodians.map(evidence))],
    ["dates", dates && text.dates(dates.from, dates.to)],
    ["folders", list(folders.map(evidence))],
    ["types", list(types.map(evidence))],
    ["terms", list(terms.map(evidence))],
  ]);
}

export function renderOperation({ operation }: ReportCommon): Html {
  if (!operation) return section("operation", text.headings.operation, html`<p>${text.noOperation()}</p>`);
  const { form, seq, utc, earlier } = operation;
  return section(
    "operation",
    text.headings.operation,
    factTable(operationRows(form), true),
    html`<p class="soft">${text.operationSource(seq, utc, earlier)}</p>`,
  );
}

const joined = (...parts: readonly (string | null)[]) => evidence(parts.filter((part) => part !== null).join("; "));

function operationRows(form: OperationForm): [string, HtmlValue][] {
  return [
    ["place", said(form.place)],
    ["started", form.started],
    ["ended", form.ended],
    ["attendees", list(form.attendees.map(({ name, role, signature }) => joined(name, role, signature)))],
    ["notices", list(form.notices.map(({ what, to, at }) => joined(what, to, at)))],
    ["objections", list(form.objections.map(({ what, by, answer }) => joined(what, by, answer)))],
    ["commitments", list(form.commitments.map(evidence))],
    [
      "clocks",
      list(
        form.clocks.map(({ source, offsetSeconds, method, reference, at }) =>
          joined(source, reportSays.clockOffset(offsetSeconds), method, reference, at),
        ),
      ),
    ],
    ["inventory", said(form.inventory)],
    ["taken", list(form.taken.map(evidence))],
    ["incidents", list(form.incidents.map(({ what, at }) => joined(what, at)))],
  ];
}

export function renderExhibits({ exhibits }: CustodyContent): Html {
  return section(
    "exhibits",
    text.headings.exhibits,
    exhibits.length === 0 ? html`<p>${caseSays.noExhibits()}</p>` : exhibits.map(renderExhibit),
  );
}

/** The intake form; `all` says of what is not known that it was not recorded. */
export function renderIntake(intake: ExhibitContent["intake"], all: boolean): Html {
  const rows: [string, HtmlValue][] = [
    ["description", said(intake.description)],
    ["make", said(intake.make)],
    ["model", said(intake.model)],
    ["serial", said(intake.serial)],
    ["custodian", said(intake.custodian)],
    ["seizedAt", said(intake.seizedAt)],
    ["seizedPlace", said(intake.seizedPlace)],
    ["seizedBy", said(intake.seizedBy)],
    ["seals", list(intake.seals.map(evidence)) ?? html`<span class="soft">${text.notRecorded()}</span>`],
    ["photos", list(intake.photos.map(({ file, sha256 }) => html`${evidence(file)}, SHA-256 ${mono(sha256)}`))],
    ["decision", text.decisions[intake.decision]],
    ["reason", said(intake.reason)],
    ["registered", intake.registered],
  ];
  // A reason is given where an exhibit is not acquired, and only there.
  return factTable(all ? rows.filter(([name, value]) => name !== "reason" || value !== null) : rows, all);
}

function renderExhibit({ intake, acquisition, manifestHash }: ExhibitContent): Html {
  return html`<article>
    <h3>${text.exhibitTitle(intake.label)}</h3>
    ${renderIntake(intake, false)}
    <h4>${text.acquisitionTitle()}</h4>
    ${acquisition ? renderAcquisition(acquisition, manifestHash) : html`<p>${text.notAcquired()}</p>`}
  </article> `;
}

function renderAcquisition(body: JsonObject, manifestHash: string | null): Html {
  return body["kind"] === "image" ? renderImage(body, manifestHash, { all: false }) : renderFolder(body, manifestHash);
}

export function renderFolder(body: JsonObject, manifestHash: string | null): Html {
  const known = [
    "kind",
    "source",
    "started",
    "finished",
    "zone",
    "algorithms",
    "entries",
    "bytes",
    "accessTimesKept",
    "resumedEntries",
  ];
  const files = objectOf(body["files"]);
  const container = objectOf(body["container"]);
  const tallies = [body["kinds"], body["statuses"]].flatMap((part) =>
    [...flatten(part ?? null)].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return factTable([
    ...known.map((name): [string, HtmlValue] => [name, valueOf(body[name])]),
    ["tool", toolOf(body["tool"])],
    ["options.workers", valueOf(objectOf(body["options"])["workers"])],
    [text.entriesByKind(), list(tallies.map(([name, count]) => `${name}: ${text.grouped(Number(count))}`))],
    ["files.lines", valueOf(files["lines"])],
    ["files.sha256", hashOf(files["sha256"])],
    ["files.root", hashOf(files["root"])],
    ["container.file", valueOf(container["file"])],
    ["container.size", valueOf(container["size"])],
    ["container.sha256", hashOf(container["sha256"])],
    ["container.urn", valueOf(container["urn"])],
    ["container.contents", valueOf(container["contents"])],
    ["container.duplicates", valueOf(container["duplicates"])],
    ["manifestHash", manifestHash === null ? null : mono(manifestHash)],
  ]);
}

export function renderProcessing({ exhibits }: CustodyContent): Html {
  const shown = exhibits.filter(({ intake }) => intake.decision === "acquire");
  return section(
    "processing",
    text.headings.processing,
    shown.map(
      ({ intake, processing }) =>
        html`<article>
          <h3>${text.exhibitTitle(intake.label)}</h3>
          ${processing ? renderRun(processing) : html`<p>${text.notProcessed()}</p>`}
        </article> `,
    ),
  );
}

/** In the order of reading, so that the page does not depend on the order of keys in the document. */
const runRows = [
  "started",
  "finished",
  "durationMs",
  "starts",
  "deaths",
  "lostThreads",
  "runtime.node",
  "runtime.platform",
  "runtime.sqlite",
  "options.workers",
  "options.memoryMb",
  "options.workerMemoryMb",
  "options.stallMs",
  "counts.units",
  "counts.unitsDone",
  "counts.items",
  "counts.contents",
] as const;

/** The value at a name of one or two parts. */
function at(object: JsonObject, name: string): JsonValue | undefined {
  const [first, second] = name.split(".");
  return second === undefined ? object[first] : objectOf(object[first])[second];
}

function renderRun(run: JsonObject): Html {
  const plain = runRows.map((name): [string, HtmlValue] => [name, valueOf(at(run, name))]);
  const measures = arrayOf(run["measures"]);
  const probes = arrayOf(run["probes"]);
  const refused = probes.filter((probe) => probe["refused"] === true).length;
  return html`${factTable([
      ["tool", toolOf(run["tool"])],
      ...plain,
      ["profileHash", hashOf(run["profileHash"])],
      ["digest", hashOf(run["digest"])],
    ])}
    <h4>${text.sandbox()}</h4>
    <table>
      <thead>
        <tr>
          <th scope="col">${text.sandboxColumns.measure}</th>
          <th scope="col">${text.sandboxColumns.state}</th>
          <th scope="col">${text.sandboxColumns.how}</th>
        </tr>
      </thead>
      <tbody>
        ${measures.map(
          (measure) =>
            html`<tr>
              <th scope="row">${valueOf(measure["id"])}</th>
              <td>${text.enforced(measure["enforced"] === true)}</td>
              <td>${valueOf(measure["how"])}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${probes.length > 0 ? html`<p>${text.probes(refused, probes.length)}</p>` : null}`;
}
