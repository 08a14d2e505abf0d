/** Records of the trade: declarations, messages, pages, mail. */
import { Buffer } from "node:buffer";
import { containerNumber, movementReference } from "./identifiers.ts";
import type { Sample } from "./sample.ts";

const goods = ["brushes", "bearings", "hose couplings", "glass beads", "wall clocks", "tin toys", "lamp shades"];
const origins = ["XA", "XB", "XC"];

/** Rows that follow from their number alone. */
function declarations(): string {
  const rows = Array.from({ length: 120 }, (_, index) => {
    const box = index === 0 ? "CSQU3054383" : containerNumber("QMRU", 410_000 + index * 37);
    const reference = movementReference(26, "DE", 7_000 + index * 13, index % 2 ? "R" : "J");
    const value = (1_250.5 + index * 91.25).toFixed(2).replace(".", ",");
    return [
      reference,
      box,
      goods[index % goods.length],
      origins[index % origins.length],
      40 + (index % 60),
      value,
    ].join(";");
  });
  return ["MRN;container;goods;origin;packages;value EUR", ...rows, ""].join("\r\n");
}

function manifestXml(): string {
  const lines = Array.from(
    { length: 12 },
    (_, index) =>
      `  <box number="${containerNumber("QMRU", 520_000 + index * 11)}"><seal>QS${4_400 + index}</seal></box>`,
  );
  return `<?xml version="1.0" encoding="ISO-8859-1"?>\n<manifest voyage="Sprockelsund 17">\n  <!-- Umladung in Größenhafen -->\n${lines.join("\n")}\n  <remark><![CDATA[Ladeplatz <frei> ab Überseekai]]></remark>\n</manifest>\n`;
}

const page = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Quillmere price list</title>
<script>var hidden = "Scriptgobbler must not be indexed as text";</script>
<style>.x { color: red }</style></head>
<body><h1>Price list</h1><p>Ask for the <b>Tanglethwaite</b> discount &amp; free storage&nbsp;days.</p>
<table><tr><td>Brushes</td><td>12,50&nbsp;&euro;</td></tr></table>
<p style="display:none">Invisible remark: Murkenfold.</p></body></html>
`;

const mail = [
  "From: Odalrik Fernsby-Quast <odalrik@quillmere.example>",
  "To: Zenobia Halvorqvist <zenobia@brackenfold.example>",
  "Subject: =?utf-8?Q?Lieferung_n=C3=A4chste_Woche?=",
  "Date: Tue, 03 Feb 2026 08:12:00 +0100",
  "Message-ID: <1770102720.17@quillmere.example>",
  "MIME-Version: 1.0",
  'Content-Type: multipart/mixed; boundary="=_quill"',
  "",
  "--=_quill",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 8bit",
  "",
  "Please let the Bumblecask shipment wait at the old quay. The papers follow.",
  "",
  "--=_quill",
  'Content-Type: text/csv; name="boxes.csv"',
  'Content-Disposition: attachment; filename="boxes.csv"',
  "Content-Transfer-Encoding: base64",
  "",
  Buffer.from("box,seal\r\nCSQU3054383,QS4400\r\n").toString("base64"),
  "--=_quill--",
  "",
].join("\r\n");

const settings = {
  company: "Quillmere Import and Transit",
  warehouse: { city: "Fiddlewharf", gates: [1, 2, 7], nightShift: true },
  note: "Passcode of the Gimblewick gate was changed in February.",
};

export function tradeSamples(): Sample[] {
  return [
    {
      path: "customs/declarations-2026.csv",
      data: Buffer.from(declarations()),
      expect: { type: "csv", status: "done", words: ["CSQU3054383", movementReference(26, "DE", 7_000, "J")] },
    },
    {
      path: "customs/manifest.xml",
      data: Buffer.from(manifestXml(), "latin1"),
      expect: { type: "xml", status: "done", words: ["Überseekai", containerNumber("QMRU", 520_011)] },
    },
    {
      path: "www/prices.html",
      data: Buffer.from(page),
      expect: {
        type: "html",
        status: "done",
        words: ["Tanglethwaite", "Murkenfold"],
        fields: { title: "Quillmere price list" },
      },
    },
    {
      path: "www/settings.json",
      data: Buffer.from(`${JSON.stringify(settings, null, 2)}\n`),
      expect: { type: "json", status: "done", words: ["Gimblewick"] },
    },
    {
      path: "mail/Lieferung.eml",
      data: Buffer.from(mail),
      expect: { type: "eml", status: "done", words: ["Bumblecask"] },
    },
  ];
}
