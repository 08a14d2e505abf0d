/** The acquisition of a medium as an image: device, protection, hashes, files, what could not be read, first look. */
import type { JsonObject } from "../../native-free/model/canonical-json.ts";
import * as kinds from "../messages/en-report-kinds.ts";
import * as text from "../messages/en-report-page.ts";
import { evidence, html, type Html, type HtmlValue } from "./html.ts";
import { arrayOf, hashOf, objectOf, textsOf, toolOf, valueOf } from "./recorded-values.ts";
import { factTable, fileTable, list, mono } from "./render-parts.ts";
import { renderTriage } from "./render-triage.ts";

type Rows = [name: string, value: HtmlValue][];
const { labels, parts } = kinds;

/** All of them are in the signed manifest. */
const shownRanges = 100;
const shownSegments = 50;

export interface ImageView {
  /** Says of what is not known that it was not recorded. */
  readonly all: boolean;
  /** Rows after those of the reading. */
  readonly more?: Rows;
}

/** The signed body of an image, part by part. */
export function renderImage(body: JsonObject, manifestHash: string | null, { all, more = [] }: ImageView): Html {
  const { triage } = body;
  return html`<h4>${parts.medium}</h4>
    ${factTable(mediumRows(body), all)}
    <h4>${parts.acquisition}</h4>
    ${factTable([...readingRows(body), ...more], all)}
    <h4>${parts.hashes}</h4>
    ${hashTable(body)}
    ${factTable([
      ["blocks.count", valueOf(objectOf(body["blocks"])["count"])],
      ["blocks.root", hashOf(objectOf(body["blocks"])["root"])],
      ["manifestHash", manifestHash === null ? null : mono(manifestHash)],
    ])}
    <h4>${parts.targets}</h4>
    ${targetsOf(body).map(renderTarget)}
    <h4>${parts.errors}</h4>
    ${factTable(errorRows(body), all)}
    ${triage === undefined || triage === null ? (all ? html`<p class="soft">${kinds.noTriage()}</p>` : null) : renderTriage(objectOf(triage))}`;
}

function mediumRows(body: JsonObject): Rows {
  const medium = objectOf(body["medium"]);
  const hidden = objectOf(medium["hidden"]);
  const mounts = arrayOf(medium["mounts"]).map((mount) => valueOf(mount["at"]));
  const plain = (...names: string[]): Rows => names.map((name) => [`medium.${name}`, valueOf(medium[name])]);
  const [bytes, sector] = [Number(body["bytes"]), Number(body["sectorBytes"])];
  const areas: Rows =
    "hidden" in medium
      ? [
          [labels.hpa, valueOf(hidden["hpa"])],
          [labels.dco, valueOf(hidden["dco"])],
        ]
      : plain("hiddenSectors");
  return [
    ...plain("vendor", "model", "serial", "firmware"),
    [labels.wwn, valueOf(medium["wwn"])],
    [labels.interface, valueOf(medium["transport"])],
    [labels.rotational, valueOf(medium["rotational"])],
    ...plain("removable", "logicalSectorBytes", "physicalSectorBytes"),
    [labels.sectors, sector > 0 ? text.grouped(Math.ceil(bytes / sector)) : null],
    ["sectorBytes", valueOf(body["sectorBytes"])],
    ["bytes", valueOf(body["bytes"])],
    ...areas,
    [labels.partitions, valueOf(medium["partitions"])],
    ...plain("readOnly"),
    ...(typeof medium["backingFile"] === "string" ? plain("backingFile") : []),
    ["medium.mounts", mounts.length === 0 ? text.noMounts() : list(mounts)],
  ];
}

function readingRows(body: JsonObject): Rows {
  const speed = objectOf(body["speed"]);
  const protection = objectOf(body["protection"]);
  const { method, reason } = protection;
  const seconds = (value: unknown): HtmlValue => (typeof value === "number" ? text.seconds(value) : null);
  const resumptions = arrayOf(body["resumptions"]);
  const kept = typeof method === "string" ? kinds.protection(method, typeof reason === "string" ? reason : null) : null;
  return [
    ["source", valueOf(body["source"])],
    [labels.sourceKind, valueOf(body["sourceKind"])],
    [labels.protection, kept === null ? null : evidence(kept)],
    ...setReadOnly(protection),
    [labels.overridden, "overridden" in body ? overriddenOf(body) : null],
    ["started", valueOf(body["started"])],
    ["finished", valueOf(body["finished"])],
    ["zone", valueOf(body["zone"])],
    [labels.throughput, typeof speed["bytesPerSecond"] === "number" ? kinds.rate(speed["bytesPerSecond"]) : null],
    [labels.readTime, seconds(speed["readMs"])],
    [labels.verifyTime, seconds(speed["verifyMs"])],
    [
      labels.resumptions,
      resumptions.length === 0
        ? kinds.none()
        : list(resumptions.map(({ utc, at }) => evidence(kinds.resumption(String(utc), Number(at))))),
    ],
    ["tool", toolOf(body["tool"])],
    ["runtime.node", valueOf(objectOf(body["runtime"])["node"])],
    ["options.workers", valueOf(objectOf(body["options"])["workers"])],
  ];
}

function setReadOnly(protection: JsonObject): Rows {
  const names = textsOf(protection["set"]);
  return names.length === 0 ? [] : [[labels.setReadOnly, list(names.map(evidence))]];
}

function overriddenOf(body: JsonObject): HtmlValue {
  const codes = textsOf(body["overridden"]);
  return codes.length === 0 ? kinds.none() : list(codes.map((code) => evidence(kinds.override(code))));
}

function targetsOf(body: JsonObject): JsonObject[] {
  return [objectOf(body["image"]), ...arrayOf(body["further"])];
}

/** The medium's hashes once, then what every reader of every target found. */
function hashTable(body: JsonObject): Html {
  const { hashColumns: columns } = kinds;
  const checks = targetsOf(body).flatMap((target) =>
    arrayOf(target["checks"]).map((check) => {
      const tool = objectOf(check["tool"]);
      const ok = check["ok"] === true;
      return html`<tr>
        <th scope="row">
          ${evidence(kinds.checker(String(tool["name"]), String(tool["version"])))}<br />
          <span class="soft">
            ${evidence(kinds.overTarget(String(target["format"])))} ${kinds.readFrom[String(check["readFrom"])] ?? null}
          </span>
        </th>
        <td>${hashLines(check)}</td>
        <td class="${ok ? "holds" : "alarm"}">${kinds.agrees(ok)}</td>
      </tr>`;
    }),
  );
  return html`<table class="hashes">
    <thead>
      <tr>
        <th scope="col">${columns.by}</th>
        <th scope="col">${parts.hashes}</th>
        <th scope="col">${columns.verdict}</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">${kinds.whileReading()}<br /><span class="soft">${kinds.overSource()}</span></th>
        <td>${hashLines(objectOf(body["hashes"]))}</td>
        <td class="soft">${kinds.reference()}</td>
      </tr>
      ${checks}
    </tbody>
  </table>`;
}

/** The hashes that a record holds, one a line. */
function hashLines(found: JsonObject): Html | null {
  const known = Object.entries(kinds.hashNames).filter(([name]) => typeof found[name] === "string");
  return list(known.map(([name, title]) => html`<span class="soft">${title}</span> ${hashOf(found[name])}`));
}

function renderTarget(target: JsonObject, index: number): Html {
  const clone = objectOf(target["clone"]);
  const device = objectOf(clone["device"]);
  const truncated = clone["truncatedAt"];
  const { folder, unnamedBadSectors } = target;
  return html`<h5>${evidence(kinds.targetTitle(index + 1, String(target["format"])))}</h5>
    ${factTable([
      ["image.compression", valueOf(target["compression"])],
      [labels.segmentBytes, valueOf(target["segmentBytes"])],
      [labels.folder, typeof folder === "string" ? evidence(folder) : kinds.folders.beside],
      [labels.identity, valueOf(target["identity"])],
      [
        labels.clone,
        list(["model", "serial", "name"].flatMap((name) => (device[name] ? [valueOf(device[name])] : []))),
      ],
      [labels.truncated, typeof truncated === "number" ? kinds.truncatedAt(truncated) : null],
      [labels.excess, typeof clone["excess"] === "string" ? (kinds.excess[clone["excess"]] ?? null) : null],
      [labels.unnamed, Number(unnamedBadSectors ?? 0) > 0 ? valueOf(unnamedBadSectors) : null],
    ])}
    ${segmentTable(target)}`;
}

function segmentTable(target: JsonObject): Html {
  const segments = arrayOf(target["segments"]);
  const rest = segments.length - shownSegments;
  const shown = segments.slice(0, shownSegments).map(({ file, folder, size, sha256 }) => ({
    name: typeof folder === "string" ? evidence(`${folder}/${String(file)}`) : valueOf(file),
    size: Number(size),
    sha256: hashOf(sha256),
  }));
  return fileTable(shown, rest > 0 ? text.moreInManifest(rest) : null);
}

function errorRows(body: JsonObject): Rows {
  const bad = Number(body["badSectors"] ?? 0);
  const padded = Number(body["paddedBytes"] ?? 0);
  const received = objectOf(body["received"]);
  const unstable = arrayOf(body["unstable"]).map(({ sector }): HtmlValue => kinds.unstableAt(Number(sector)));
  const unlisted = Number(body["unlistedUnstable"] ?? 0);
  const more = unstable.length - shownRanges;
  const shown = unstable.slice(0, shownRanges);
  if (more > 0) shown.push(text.moreInManifest(more));
  if (unlisted > 0) shown.push(kinds.unstableMore(unlisted));
  const notes = textsOf(body["notes"]);
  return [
    ["badSectors", valueOf(body["badSectors"])],
    ["badRanges", rangesOf(body) ?? kinds.none()],
    [labels.fill, bad > 0 ? valueOf(body["fill"]) : kinds.none()],
    ["retriedReads", valueOf(body["retriedReads"])],
    [labels.unstable, list(shown) ?? kinds.none()],
    [labels.paddedBytes, padded > 0 ? text.grouped(padded) : kinds.none()],
    ...(received["sha256"] === undefined ? [] : [[labels.received, hashOf(received["sha256"])] as [string, HtmlValue]]),
    [labels.notes, list(notes.map(evidence)) ?? kinds.none()],
  ];
}

function rangesOf(body: JsonObject): Html | null {
  const ranges = arrayOf(body["badRanges"]);
  const lines: HtmlValue[] = ranges
    .slice(0, shownRanges)
    .map(({ first, count }) => text.sectorRange(Number(first), Number(count)));
  if (ranges.length > shownRanges) lines.push(text.moreInManifest(ranges.length - shownRanges));
  return list(lines);
}
