/** OpenDocument 1.3 texts and spreadsheets, as small as the standard allows. */
import { partsZip } from "./archive.ts";
import type { Sample } from "./sample.ts";

const namespaces = [
  ["office", "office:1.0"],
  ["text", "text:1.0"],
  ["table", "table:1.0"],
  ["meta", "meta:1.0"],
]
  .map(([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}"`)
  .join(" ");
const dublinCore = 'xmlns:dc="http://purl.org/dc/elements/1.1/"';

function document(mime: string, body: string, title: string, author: string): Uint8Array {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const entry = (path: string, type: string) =>
    `<manifest:file-entry manifest:full-path="${path}" manifest:media-type="${type}"/>`;
  return partsZip(
    {
      mimetype: mime,
      "META-INF/manifest.xml": `${head}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">${entry("/", mime)}${entry("content.xml", "text/xml")}${entry("meta.xml", "text/xml")}</manifest:manifest>`,
      "content.xml": `${head}<office:document-content ${namespaces} office:version="1.3"><office:body>${body}</office:body></office:document-content>`,
      "meta.xml": `${head}<office:document-meta ${namespaces} ${dublinCore} office:version="1.3"><office:meta><dc:title>${title}</dc:title><meta:initial-creator>${author}</meta:initial-creator><meta:creation-date>2026-02-11T08:15:00</meta:creation-date></office:meta></office:document-meta>`,
    },
    ["mimetype"],
  );
}

function cell(value: string, number?: number): string {
  const type =
    number === undefined
      ? 'office:value-type="string"'
      : `office:value-type="float" office:value="${number}" table:formula="of:=[.B1]*2"`;
  return `<table:table-cell ${type}><text:p>${value}</text:p></table:table-cell>`;
}

export function openDocumentSamples(): Sample[] {
  const text = `<office:text><text:h text:outline-level="1">Lagerordnung</text:h><text:p>Paletten mit dem Zeichen<text:s/>Knobelgraupe werden <text:span>nur morgens</text:span> angenommen.</text:p><text:p>Erste Zeile<text:line-break/>zweite Zeile<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>Fußnotenwort Blinzelfuge.</text:p></text:note-body></text:note></text:p></office:text>`;
  const sheet = `<office:spreadsheet><table:table table:name="Bestand"><table:table-row>${cell("Artikel Wuselspund")}${cell("84", 84)}</table:table-row></table:table><table:table table:name="Archiv" table:display="false"><table:table-row>${cell("Altbestand Grummelkiste")}</table:table-row></table:table></office:spreadsheet>`;
  return [
    {
      path: "Lager/Lagerordnung.odt",
      data: document("application/vnd.oasis.opendocument.text", text, "Lagerordnung", "Odalrik Fernsby-Quast"),
      expect: {
        type: "odt",
        status: "done",
        words: ["Knobelgraupe", "Blinzelfuge"],
        fields: { title: "Lagerordnung", author: "Odalrik Fernsby-Quast" },
      },
    },
    {
      path: "Lager/Bestand.ods",
      data: document("application/vnd.oasis.opendocument.spreadsheet", sheet, "Bestand", "Zenobia Halvorqvist"),
      expect: { type: "ods", status: "done", words: ["Wuselspund", "Grummelkiste"], fields: { title: "Bestand" } },
    },
  ];
}
