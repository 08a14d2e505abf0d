/** Page one of a report about media: every byte in its class, as a table and as a strip. */
import { cellLetters, mediumClasses, type MediumAccount, type MediumClass } from "../../native-free/layers/account.ts";
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import * as text from "../messages/en-report-page.ts";
import * as says from "../messages/en-account.ts";
import type { CustodyContent } from "./content.ts";
import { evidence, html, type Html } from "./html.ts";
import { objectOf } from "./recorded-values.ts";
import { section, share } from "./render-parts.ts";

/** Colours that stay apart in grey print and for colour-blind readers; the table beside the strip says the same in words. */
const fills: Readonly<Record<MediumClass, string>> = {
  content: "#2f6f9f",
  metadata: "#1d3c52",
  slack: "#8fb3cc",
  unallocated: "#dfe3e8",
  gap: "#9aa1a9",
  unreadable: "#b03226",
  "not-understood": "#e0a030",
};

/** Of each exhibit the words that need an explanation, at most so many. */
const shownWords = 12;

/** Null where no exhibit has one. */
export function renderAccounts({ exhibits }: CustodyContent): Html | null {
  const parts = exhibits.flatMap(({ intake, account, processing }) =>
    account ? [renderAccount(intake.label, account), zeroSlack(processing)] : [],
  );
  return parts.length === 0 ? null : section("account", says.heading(), ...parts);
}

function renderAccount(label: string, account: MediumAccount): Html {
  const { sums, bytes, cellBytes } = account;
  return html`<h3>${evidence(says.exhibitLead(label, bytes))}</h3>
    ${stripOf(label, account)}
    <table class="sums">
      <thead>
        <tr>
          <th scope="col">${says.columns.class}</th>
          <th scope="col" class="n">${says.columns.bytes}</th>
          <th scope="col" class="n">${says.columns.share}</th>
        </tr>
      </thead>
      <tbody>
        ${mediumClasses.map(
          (kind) =>
            html`<tr${sums[kind] === 0 ? html` class="zero"` : null}><th scope="row">${swatchOf(kind)} ${says.classNames[kind]} <span class="soft">${says.classMeanings[kind]}</span></th><td class="n">${text.grouped(sums[kind])}</td><td class="n">${share(sums[kind], bytes)}</td></tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">${text.columns.total}</th>
          <td class="n">${text.grouped(bytes)}</td>
          <td class="n">${text.byteSize(bytes)}</td>
        </tr>
      </tfoot>
    </table>
    ${sumLine(account)} ${openWords(account)}
    <p class="soft">${says.stripNote(text.byteSize(cellBytes))}</p>`;
}

function zeroSlack(processing: JsonObject | null): Html | null {
  const { items, bytes } = objectOf(objectOf(processing?.["counts"])["zeroSlack"]);
  return Number(items ?? 0) > 0 ? html`<p class="soft">${says.zeroSlack(Number(items), Number(bytes))}</p>` : null;
}

/** Said only where it is so: the sum is made here, from the classes. */
function sumLine({ sums, bytes }: MediumAccount): Html {
  const found = mediumClasses.reduce((sum, kind) => sum + sums[kind], 0);
  if (found !== bytes) return html`<p class="alarm">✗ ${says.sumFails(found, bytes)}</p>`;
  return html`<p class="holds">✓ ${says.sumHolds(bytes)}</p>`;
}

function openWords({ parts }: MediumAccount): Html | null {
  const open = parts.flatMap(({ path, words }) =>
    words
      .filter((word) => word.class === "unreadable" || word.class === "not-understood")
      .map((word) => ({ path, ...word })),
  );
  if (open.length === 0) return null;
  const rest = open.length - shownWords;
  return html`<p>${says.notUnderstoodParts()}</p>
    <ul>
      ${open
        .slice(0, shownWords)
        .map(
          ({ path, what, bytes }) =>
            html`<li>
              ${evidence(path === "" ? says.theMedium() : path)}: ${evidence(what)}, ${text.grouped(bytes)}
            </li>`,
        )}
      ${rest > 0 ? html`<li>${text.undoneRest(rest)}</li>` : null}
    </ul>`;
}

function swatchOf(kind: MediumClass): Html {
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
    <rect width="10" height="10" fill="${fills[kind]}" />
  </svg>`;
}

/** Cells in a row that show the same are one rectangle. */
function stripOf(label: string, { strip, sums, bytes }: MediumAccount): Html {
  const spoken = mediumClasses
    .filter((kind) => sums[kind] > 0)
    .map((kind) => text.stripPart(says.classNames[kind], share(sums[kind], bytes)));
  const runs = Array.from(strip.matchAll(/(.)\1*/g), ([run, letter], _) => ({ run, letter }));
  let at = 0;
  const cells = runs.map(({ run, letter }) => {
    const kind = mediumClasses.find((each) => cellLetters[each] === letter) ?? "not-understood";
    const rect = html`<rect x="${at}" width="${run.length}" height="6" fill="${fills[kind]}" />`;
    at += run.length;
    return rect;
  });
  return html`<svg
    class="strip"
    viewBox="0 0 ${Math.max(1, strip.length)} 6"
    preserveAspectRatio="none"
    role="img"
    aria-label="${says.stripLabel(label, spoken.join(", "))}"
  >
    ${cells}
  </svg>`;
}
