/** Spreadsheets and presentations. */
import type { TypeRow } from "../type-row.ts";

const ooxml = "ECMA-376 part 1";
const odf = "OASIS OpenDocument 1.3";
const sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const slides = "application/vnd.openxmlformats-officedocument.presentationml";

export const spreadsheetTypes: readonly TypeRow[] = [
  { id: "xlsx", parent: "zip", name: "Excel workbook", mime: `${sheet}.sheet`, ext: "xlsx", spec: ooxml },
  { id: "xlsm", parent: "zip", name: "Excel workbook with macros", mime: "application/vnd.ms-excel.sheet.macroEnabled.12", ext: "xlsm", spec: ooxml },
  { id: "xltx", parent: "zip", name: "Excel template", mime: `${sheet}.template`, ext: "xltx", spec: ooxml },
  { id: "xltm", parent: "zip", name: "Excel template with macros", mime: "application/vnd.ms-excel.template.macroEnabled.12", ext: "xltm", spec: ooxml },
  { id: "xlsb", parent: "zip", name: "Excel binary workbook", mime: "application/vnd.ms-excel.sheet.binary.macroEnabled.12", ext: "xlsb", spec: "MS-XLSB" },
  { id: "xlam", parent: "zip", name: "Excel add-in", mime: "application/vnd.ms-excel.addin.macroEnabled.12", ext: "xlam", spec: ooxml },
  { id: "ods", parent: "zip", name: "OpenDocument spreadsheet", mime: "application/vnd.oasis.opendocument.spreadsheet", ext: "ods", spec: odf },
  { id: "ots", parent: "zip", name: "OpenDocument spreadsheet template", mime: "application/vnd.oasis.opendocument.spreadsheet-template", ext: "ots", spec: odf },
  { id: "odc", parent: "zip", name: "OpenDocument chart", mime: "application/vnd.oasis.opendocument.chart", ext: "odc", spec: odf },
  { id: "sxc", parent: "zip", name: "OpenOffice.org 1 spreadsheet", mime: "application/vnd.sun.xml.calc", ext: "sxc" },
  { id: "numbers", parent: "zip", name: "Apple Numbers", mime: "application/vnd.apple.numbers", ext: "numbers" },
  { id: "xls", parent: "ole", name: "Excel 97-2003 workbook", mime: "application/vnd.ms-excel", ext: "xls xlt xla xlm", spec: "MS-XLS 2.1" },
  { id: "xls-old", name: "Excel 2 to 4 sheet", mime: "application/vnd.ms-excel", ext: "xls", sig: ["09 00 04 00 ? 00 10 00", "09 02 06 00 00 00 10 00", "09 04 06 00 00 00 10 00"], spec: "OpenOffice Excel file format 5.8" },
  { id: "wk1", name: "Lotus 1-2-3 sheet", mime: "application/vnd.lotus-1-2-3", ext: "wk1 wks wk3 wk4 123", sig: ["00 00 02 00 06 04 06 00", "00 00 1A 00 ? 10 04 00"] },
  { id: "qpw", name: "Quattro Pro sheet", mime: "application/x-quattropro", ext: "wb1 wb2", sig: ["00 00 02 00 01 10", "00 00 02 00 02 10"], weak: true },
];

export const presentationTypes: readonly TypeRow[] = [
  { id: "pptx", parent: "zip", name: "PowerPoint presentation", mime: `${slides}.presentation`, ext: "pptx", spec: ooxml },
  { id: "pptm", parent: "zip", name: "PowerPoint presentation with macros", mime: "application/vnd.ms-powerpoint.presentation.macroEnabled.12", ext: "pptm", spec: ooxml },
  { id: "potx", parent: "zip", name: "PowerPoint template", mime: `${slides}.template`, ext: "potx", spec: ooxml },
  { id: "potm", parent: "zip", name: "PowerPoint template with macros", mime: "application/vnd.ms-powerpoint.template.macroEnabled.12", ext: "potm", spec: ooxml },
  { id: "ppsx", parent: "zip", name: "PowerPoint show", mime: `${slides}.slideshow`, ext: "ppsx", spec: ooxml },
  { id: "ppsm", parent: "zip", name: "PowerPoint show with macros", mime: "application/vnd.ms-powerpoint.slideshow.macroEnabled.12", ext: "ppsm", spec: ooxml },
  { id: "ppam", parent: "zip", name: "PowerPoint add-in", mime: "application/vnd.ms-powerpoint.addin.macroEnabled.12", ext: "ppam", spec: ooxml },
  { id: "thmx", parent: "zip", name: "Office theme", mime: "application/vnd.ms-officetheme", ext: "thmx", spec: ooxml },
  { id: "odp", parent: "zip", name: "OpenDocument presentation", mime: "application/vnd.oasis.opendocument.presentation", ext: "odp", spec: odf },
  { id: "otp", parent: "zip", name: "OpenDocument presentation template", mime: "application/vnd.oasis.opendocument.presentation-template", ext: "otp", spec: odf },
  { id: "sxi", parent: "zip", name: "OpenOffice.org 1 presentation", mime: "application/vnd.sun.xml.impress", ext: "sxi" },
  { id: "keynote", parent: "zip", name: "Apple Keynote", mime: "application/vnd.apple.keynote", ext: "key" },
  { id: "ppt", parent: "ole", name: "PowerPoint 97-2003 presentation", mime: "application/vnd.ms-powerpoint", ext: "ppt pps pot ppa", spec: "MS-PPT 2.1" },
];
