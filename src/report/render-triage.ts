/** What the first look at a medium noticed while it was read. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import * as kinds from "../messages/en-report-kinds.ts";
import { evidence, html, type Html, type HtmlValue } from "./html.ts";
import { arrayOf, objectOf, valueOf } from "./recorded-values.ts";
import { factTable, list } from "./render-parts.ts";

const { labels } = kinds;
const shownVolumes = 40;

export function renderTriage(triage: JsonObject): Html {
  const table = objectOf(triage["table"]);
  const share = (part: string, name: string): HtmlValue => {
    const value = objectOf(triage[part])[name];
    return typeof value === "number" ? kinds.shareOf(value) : null;
  };
  const said = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  const volumes = arrayOf(table["volumes"]).map(({ at, bytes, type, name }) =>
    evidence(kinds.volume(Number(at), Number(bytes), String(type), said(name))),
  );
  const systems = arrayOf(triage["fileSystems"]).map(({ kind, at, label }) =>
    evidence(kinds.fileSystem(String(kind), Number(at), said(label))),
  );
  return html`<h4>${kinds.parts.triage}</h4>
    ${factTable([
      [labels.table, valueOf(table["scheme"])],
      [labels.volumes, bounded(volumes)],
      [labels.fileSystems, bounded(systems)],
      [labels.empty, share("blocks", "emptyShare")],
      [labels.high, share("entropy", "highShare")],
      [labels.looked, share("looked", "share")],
    ])}
    <p class="soft">${kinds.triageNote()}</p>`;
}

function bounded(lines: readonly HtmlValue[]): Html | null {
  const rest = lines.length - shownVolumes;
  return list(rest > 0 ? [...lines.slice(0, shownVolumes), kinds.more(rest)] : lines);
}
