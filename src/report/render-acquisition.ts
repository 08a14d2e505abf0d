/** The acquisition report (R2): what was acquired from what, medium by medium. */
import { reportSays } from "../messages/en.ts";
import * as kinds from "../messages/en-report-kinds.ts";
import * as text from "../messages/en-report-page.ts";
import type { AcquiredMedium, AcquisitionContent, SignedReport } from "./content.ts";
import { evidence, html, type Html, type HtmlValue } from "./html.ts";
import { arrayOf, hashOf, objectOf } from "./recorded-values.ts";
import { renderAuthority, renderFolder, renderIntake } from "./render-case.ts";
import { renderKeys, renderVerification } from "./render-custody.ts";
import { renderImage } from "./render-image.ts";
import { factTable, list, section } from "./render-parts.ts";

const { labels, parts } = kinds;

export function renderAcquisition({ content }: SignedReport<AcquisitionContent>): Html {
  const { media } = content;
  const acquired = media.filter(({ acquisition }) => acquisition !== null).length;
  return html`${section(
    "media",
    parts.media,
    html`<p class="lead">${kinds.leadAcquisition(media.length, acquired)}</p>`,
    media.length > 0 ? overview(media) : null,
  )}
  ${media.map(renderMedium)} ${renderAuthority(content)} ${renderVerification(content)} ${renderKeys(content)}`;
}

function overview(media: readonly AcquiredMedium[]): Html {
  return html`<table class="media">
    <thead>
      <tr>
        <th scope="col">${labels.item}</th>
        <th scope="col">${labels.medium}</th>
        <th scope="col" class="n">${labels.bytes}</th>
        <th scope="col">${labels.result}</th>
      </tr>
    </thead>
    <tbody>
      ${media.map(
        (medium) =>
          html`<tr>
            <th scope="row">${evidence(medium.intake.label)}</th>
            <td>${mediumName(medium)}</td>
            <td class="n">${medium.acquisition ? text.grouped(Number(medium.acquisition["bytes"])) : null}</td>
            <td>${resultOf(medium)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function mediumName({ intake, acquisition }: AcquiredMedium): HtmlValue {
  const stated = objectOf(objectOf(acquisition ?? undefined)["medium"]);
  const words = [intake.make ?? stated["vendor"], intake.model ?? stated["model"], intake.serial ?? stated["serial"]]
    .filter((word): word is string => typeof word === "string" && word.trim() !== "")
    .map((word) => word.trim());
  return evidence([intake.description, words.join(" ")].filter((part) => part !== "").join(", "));
}

function resultOf({ intake, acquisition }: AcquiredMedium): HtmlValue {
  if (!acquisition) return evidence(kinds.notAcquired(intake.decision === "none" ? (intake.reason ?? "") : null));
  if (acquisition["kind"] !== "image") return kinds.folderAcquired(Number(acquisition["entries"]));
  const bad = Number(acquisition["badSectors"] ?? 0);
  const targets = [objectOf(acquisition["image"]), ...arrayOf(acquisition["further"])];
  const agreed = targets.every((target) => arrayOf(target["checks"]).every((check) => check["ok"] === true));
  const sha256 = hashOf(objectOf(acquisition["hashes"])["sha256"]);
  return html`<span class="${agreed ? "" : "alarm"}">${kinds.acquired(bad, agreed)}</span><br /><span class="soft"
      >SHA-256</span
    >
    ${sha256}`;
}

function renderMedium(medium: AcquiredMedium): Html {
  const { intake, acquisition, manifestHash } = medium;
  const { label } = intake;
  const isImage = acquisition?.["kind"] === "image";
  return section(
    `medium-${label}`,
    text.exhibitTitle(label),
    html`<h4>${parts.item}</h4>
      ${renderIntake(intake, true)}`,
    acquisition === null ? html`<p>${text.notAcquired()}</p>` : null,
    acquisition && isImage ? renderImage(acquisition, manifestHash, { all: true, more: recordedRows(medium) }) : null,
    acquisition && !isImage
      ? html`<h4>${parts.acquisition}</h4>
          ${renderFolder(acquisition, manifestHash)} ${factTable(recordedRows(medium), true)}`
      : null,
  );
}

/** What form and journal say of the acquisition, besides its manifest. */
function recordedRows({ clocks, overrides, recorded, attempts }: AcquiredMedium): [string, HtmlValue][] {
  const compared = clocks.map(({ offsetSeconds, method, reference, at }) =>
    evidence([reportSays.clockOffset(offsetSeconds), method, reference, at].filter((part) => part !== null).join("; ")),
  );
  const overridden = overrides.map(({ code, officer, seq, utc }) =>
    evidence(kinds.overrideAct(code, officer, seq, utc)),
  );
  return [
    [labels.clock, list(compared)],
    [labels.overrides, list(overridden) ?? kinds.none()],
    [labels.attempts, kinds.attempts(attempts.begun, attempts.failed)],
    [labels.recordedBy, recorded && evidence(kinds.recordedBy(recorded.officer, recorded.seq, recorded.utc))],
  ];
}
