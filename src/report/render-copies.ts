/** The record of copies and storage (R4). */
import type { CopyEvent, PreservationCopy } from "../custody/copies.ts";
import * as kinds from "../messages/en-report-kinds.ts";
import type { CopiesContent, SignedReport } from "./content.ts";
import { evidence, html, type Html } from "./html.ts";
import { renderAuthority } from "./render-case.ts";
import { renderKeys, renderVerification } from "./render-custody.ts";
import { factTable, fileTable, mono, said, section } from "./render-parts.ts";

const { labels } = kinds;
const shownFiles = 50;

export function renderCopies({ content }: SignedReport<CopiesContent>): Html {
  const { copies } = content;
  const sound = copies.filter(({ state }) => state === "sound").length;
  return html`${section(
    "copies",
    kinds.parts.copies,
    html`<p class="lead">${kinds.leadCopies(copies.length, sound)}</p>`,
    copies.map(renderCopy),
  )}
  ${renderAuthority(content)} ${renderVerification(content)} ${renderKeys(content)}`;
}

function renderCopy(copy: PreservationCopy): Html {
  const { state } = copy;
  return html`<article class="record">
    <h3>${evidence(kinds.copyTitle(copy.copy, copy.exhibit))}</h3>
    ${factTable(
      [
        [labels.copy, evidence(copy.copy)],
        [
          labels.state,
          html`<span class="${state === "sound" ? "holds" : "alarm"}">${kinds.copyStates[state] ?? state}</span>`,
        ],
        [labels.medium, said(copy.medium)],
        [labels.location, said(copy.location)],
        [labels.place, said(copy.place)],
        [labels.lastCheck, copy.lastCheck],
        [labels.nextCheck, copy.nextCheck],
      ],
      true,
    )}
    ${eventTable(copy.events)} ${copiedFiles(copy)}
  </article> `;
}

function eventTable(events: readonly CopyEvent[]): Html {
  const { eventColumns: columns } = kinds;
  return html`<table class="journal">
    <thead>
      <tr>
        <th scope="col" class="n">${columns.seq}</th>
        <th scope="col">${columns.utc}</th>
        <th scope="col">${columns.officer}</th>
        <th scope="col">${columns.act}</th>
        <th scope="col">${columns.check}</th>
        <th scope="col">${columns.hands}</th>
        <th scope="col">${columns.where}</th>
      </tr>
    </thead>
    <tbody>
      ${events.map(eventRow)}
    </tbody>
  </table>`;
}

function eventRow(event: CopyEvent): Html {
  const { seq, utc, officer, act, ok, problems, handedFrom, handedTo, location, medium } = event;
  const where = [location, medium].filter((part) => part !== null).join(", ");
  const hands = handedFrom === null && handedTo === null ? null : evidence(`${handedFrom ?? "–"} / ${handedTo ?? "–"}`);
  return html`<tr>
    <td class="n">${seq}</td>
    <td class="time">${utc.replace("T", " ").replace("Z", "")}</td>
    <td>${evidence(officer)}</td>
    <td>${kinds.copyActs[act === "copy" && ok === null ? "begun" : act] ?? act}</td>
    <td>${kinds.checkOk(ok, problems.length)}</td>
    <td>${hands}</td>
    <td>${said(where)}</td>
  </tr>`;
}

function copiedFiles({ files }: PreservationCopy): Html | null {
  const rest = files.length - shownFiles;
  if (files.length === 0) return null;
  const shown = files.slice(0, shownFiles);
  return fileTable(
    shown.map(({ file, size, sha256 }) => ({ name: evidence(file), size, sha256: mono(sha256) })),
    rest > 0 ? kinds.more(rest) : null,
  );
}
