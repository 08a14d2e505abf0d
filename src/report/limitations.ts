/** The limitations that a report must name, found from what was recorded, not from what somebody remembers to write. */
import { containers } from "../../native-free/containers/index.ts";
import { extractors } from "../../native-free/extractors/index.ts";
import type { JsonValue } from "../../native-free/model/canonical-json.ts";
import type { OpenIntent } from "../custody/journal-state.ts";
import type { AcquiredMedium, CustodyContent, ExhibitContent, Limitation, ReportCommon } from "./content.ts";

type Facts = Pick<CustodyContent, "case" | "completeness" | "exhibits" | "operation"> & {
  /** Acts begun and not ended, this report's own left out. */
  readonly openIntents: readonly OpenIntent[];
};

/** In the order in which a reader needs them. */
export function limitationsOf(facts: Facts): Limitation[] {
  const list: Limitation[] = [];
  const add = (code: string, params: Limitation["params"] = {}) => list.push({ code, params });
  if (facts.case.demonstration) add("demonstration");
  for (const exhibit of facts.exhibits) list.push(...exhibitLimitations(exhibit));
  const { pending } = facts.completeness.files;
  const pendingInside = facts.completeness.inside.pending.items;
  if (pending.items + pendingInside > 0) add("pending", { items: pending.items + pendingInside });
  for (const { act, seq } of facts.openIntents) add("open-act", { act, seq });
  if (!facts.operation) add("no-operation-form");
  if (!facts.operation || facts.operation.form.clocks.length === 0) add("no-source-clock");
  add("machine-clock");
  add("no-ocr");
  const partial = [...containers, ...extractors].filter(({ level }) => level !== "complete").map(({ name }) => name);
  if (partial.length > 0) add("formats-partial", { names: partial.sort().join("; ") });
  return list;
}

/** Those of a report on acquisitions, whatever was done with the exhibits afterwards. */
export function acquisitionLimitations(theCase: ReportCommon["case"], media: readonly AcquiredMedium[]): Limitation[] {
  const list = statedLimitations(theCase, null);
  for (const { intake, acquisition, clocks } of media) {
    const { label } = intake;
    list.push(
      ...exhibitLimitations({ intake, acquisition, processing: null }).filter(({ code }) => code !== "not-processed"),
    );
    if (acquisition && clocks.length === 0) list.push({ code: "no-clock-of", params: { label } });
  }
  return list;
}

/** Those of a report whose facts officers stated; `code` names what they are about. */
export function statedLimitations(theCase: ReportCommon["case"], code: string | null): Limitation[] {
  const codes = [theCase.demonstration ? "demonstration" : null, code, "machine-clock"];
  return codes.flatMap((each) => (each === null ? [] : [{ code: each, params: {} }]));
}

function exhibitLimitations({
  intake,
  acquisition,
  processing,
}: Pick<ExhibitContent, "intake" | "acquisition" | "processing">): Limitation[] {
  const { label } = intake;
  if (intake.decision === "none") return [{ code: "not-to-acquire", params: { label, reason: intake.reason ?? "" } }];
  if (!acquisition) return [{ code: "not-acquired", params: { label } }];
  const list: Limitation[] = [];
  if (acquisition["kind"] === "folder") list.push({ code: "folder-copy", params: { label } });
  for (const [what, files] of notRecorded(acquisition))
    list.push({ code: "not-recorded", params: { label, what, files } });
  if (acquisition["kind"] === "image") list.push(...imageLimitations(label, acquisition, processing !== null));
  else if (!processing) list.push({ code: "not-processed", params: { label } });
  if (processing) {
    for (const { id, how } of unenforced(processing))
      list.push({ code: "not-enforced", params: { label, measure: id, why: how } });
  }
  return list;
}

/** What an image cannot show, and what this report did not check of it. */
function imageLimitations(
  label: string,
  acquisition: { readonly [key: string]: JsonValue },
  isExamined: boolean,
): Limitation[] {
  const list: Limitation[] = isExamined ? [] : [{ code: "image-not-examined", params: { label } }];
  list.push({ code: "image-not-read-again", params: { label } });
  const medium = acquisition["medium"];
  if (isObject(medium) && mayHide(medium)) list.push({ code: "hidden-sectors", params: { label } });
  const sectors = Number(acquisition["badSectors"] ?? 0);
  if (sectors > 0) list.push({ code: "bad-sectors", params: { label, sectors } });
  const { unstable, unlistedUnstable, protection } = acquisition;
  const odd = (Array.isArray(unstable) ? unstable.length : 0) + Number(unlistedUnstable ?? 0);
  if (odd > 0) list.push({ code: "unstable-sectors", params: { label, sectors: odd } });
  if (isObject(protection) && protection["method"] === "not-set")
    list.push({ code: "not-protected", params: { label } });
  return list;
}

/** Whether the medium may have hidden areas, as far as was recorded. */
function mayHide(medium: { readonly [key: string]: JsonValue }): boolean {
  const { hidden } = medium;
  if (!isObject(hidden)) return medium["kind"] !== "file";
  return hidden["hpa"] === "not determinable" || hidden["dco"] === "not determinable";
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What the manifest says was not recorded, with the number of files. */
function notRecorded(acquisition: { readonly [key: string]: JsonValue }): [string, number][] {
  const totals = acquisition["totals"];
  const stated = acquisition["notRecorded"] ?? (isObject(totals) ? totals["notRecorded"] : undefined);
  if (!isObject(stated)) return [];
  return Object.entries(stated).map(([what, files]) => [what, Number(files)]);
}

/** Sandbox measures that the run says were not enforced, wherever in its record they stand. */
function unenforced(value: JsonValue): { id: string; how: string }[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(unenforced);
  if (!isObject(value)) return [];
  if (value["enforced"] === false)
    return [{ id: String(value["id"] ?? "measure"), how: String(value["how"] ?? "unknown") }];
  return Object.values(value).flatMap(unenforced);
}
