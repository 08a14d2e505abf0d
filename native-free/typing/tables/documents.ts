/** Word processing, fixed-layout documents, e-books, drawings. */
import { refineCfb } from "../cfb-kind.ts";
import type { TypeRow } from "../type-row.ts";

const ooxml = "ECMA-376 part 1";
const odf = "OASIS OpenDocument 1.3";
const wordprocessing = "application/vnd.openxmlformats-officedocument.wordprocessingml";

export const documentTypes: readonly TypeRow[] = [
  { id: "pdf", name: "PDF document", mime: "application/pdf", ext: "pdf ai", check: hasPdfHeader, spec: "ISO 32000-2" },
  { id: "docx", parent: "zip", name: "Word document", mime: `${wordprocessing}.document`, ext: "docx", spec: ooxml },
  { id: "docm", parent: "zip", name: "Word document with macros", mime: "application/vnd.ms-word.document.macroEnabled.12", ext: "docm", spec: ooxml },
  { id: "dotx", parent: "zip", name: "Word template", mime: `${wordprocessing}.template`, ext: "dotx", spec: ooxml },
  { id: "dotm", parent: "zip", name: "Word template with macros", mime: "application/vnd.ms-word.template.macroEnabled.12", ext: "dotm", spec: ooxml },
  { id: "odt", parent: "zip", name: "OpenDocument text", mime: "application/vnd.oasis.opendocument.text", ext: "odt", spec: odf },
  { id: "ott", parent: "zip", name: "OpenDocument text template", mime: "application/vnd.oasis.opendocument.text-template", ext: "ott", spec: odf },
  { id: "odm", parent: "zip", name: "OpenDocument master document", mime: "application/vnd.oasis.opendocument.text-master", ext: "odm", spec: odf },
  { id: "odg", parent: "zip", name: "OpenDocument drawing", mime: "application/vnd.oasis.opendocument.graphics", ext: "odg", spec: odf },
  { id: "otg", parent: "zip", name: "OpenDocument drawing template", mime: "application/vnd.oasis.opendocument.graphics-template", ext: "otg", spec: odf },
  { id: "odf", parent: "zip", name: "OpenDocument formula", mime: "application/vnd.oasis.opendocument.formula", ext: "odf", spec: odf },
  { id: "odb", parent: "zip", name: "OpenDocument database", mime: "application/vnd.oasis.opendocument.database", ext: "odb", spec: odf },
  { id: "sxw", parent: "zip", name: "OpenOffice.org 1 text", mime: "application/vnd.sun.xml.writer", ext: "sxw" },
  { id: "epub", parent: "zip", name: "EPUB book", mime: "application/epub+zip", ext: "epub", spec: "EPUB OCF 3.3" },
  { id: "xps", parent: "zip", name: "XML Paper Specification", mime: "application/vnd.ms-xpsdocument", ext: "xps oxps", spec: "ECMA-388" },
  { id: "vsdx", parent: "zip", name: "Visio drawing", mime: "application/vnd.ms-visio.drawing", ext: "vsdx vstx vssx", spec: "MS-VSDX" },
  { id: "vsdm", parent: "zip", name: "Visio drawing with macros", mime: "application/vnd.ms-visio.drawing.macroEnabled", ext: "vsdm vstm vssm", spec: "MS-VSDX" },
  { id: "pages", parent: "zip", name: "Apple Pages", mime: "application/vnd.apple.pages", ext: "pages" },
  { id: "iwork", parent: "zip", name: "Apple iWork document", mime: "application/vnd.apple.iwork", ext: "pages numbers key" },
  { id: "hwpx", parent: "zip", name: "Hangul document (OWPML)", mime: "application/hwp+zip", ext: "hwpx" },
  {
    id: "ole", name: "OLE compound file", mime: "application/x-ole-storage", ext: "ole cfb", spec: "MS-CFB 2.2",
    sig: ["D0 CF 11 E0 A1 B1 1A E1"], refine: refineCfb,
  },
  { id: "doc", parent: "ole", name: "Word 97-2003 document", mime: "application/msword", ext: "doc dot wiz", spec: "MS-DOC 2.1" },
  { id: "vsd", parent: "ole", name: "Visio 2000-2010 drawing", mime: "application/vnd.visio", ext: "vsd vss vst" },
  { id: "pub", parent: "ole", name: "Publisher document", mime: "application/vnd.ms-publisher", ext: "pub" },
  { id: "wps", parent: "ole", name: "Works document", mime: "application/vnd.ms-works", ext: "wps" },
  { id: "hwp", parent: "ole", name: "Hangul document 5", mime: "application/x-hwp", ext: "hwp" },
  { id: "mpp", parent: "ole", name: "Microsoft Project", mime: "application/vnd.ms-project", ext: "mpp mpt" },
  { id: "stardoc", parent: "ole", name: "StarOffice document", mime: "application/vnd.stardivision.writer", ext: "sdw sdc sdd" },
  { id: "doc-old", name: "Word 2 to 5 document", mime: "application/msword", ext: "doc", sig: ["DB A5 2D 00", "9B A5 21 00", "31 BE 00 00 00 AB"] },
  { id: "wri", name: "Windows Write", mime: "application/x-mswrite", ext: "wri", sig: ["32 BE 00 00 00 AB"] },
  { id: "wpd", name: "WordPerfect document", mime: "application/vnd.wordperfect", ext: "wpd wp wp5", sig: ["FF 'WPC'"] },
  { id: "rtf", name: "Rich Text Format", mime: "text/rtf", ext: "rtf", sig: ["'{\\rtf'"], spec: "RTF 1.9.1" },
  { id: "one", name: "OneNote section", mime: "application/onenote", ext: "one", sig: ["E4 52 5C 7B 8C D8 A7 4D AE B1 53 78 D0 29 96 D3"], spec: "MS-ONESTORE 2.3.1" },
  { id: "onetoc2", name: "OneNote table of contents", mime: "application/onenote", ext: "onetoc2", sig: ["A1 2F FF 43 D9 EF 76 4C 9E E2 10 EA 57 22 76 5F"], spec: "MS-ONESTORE 2.3.1" },
  { id: "mobi", name: "Mobipocket book", mime: "application/x-mobipocket-ebook", ext: "mobi azw azw3 prc", sig: ["@60 'BOOKMOBI'"] },
  { id: "palmdoc", name: "Palm document", mime: "application/vnd.palm", ext: "pdb", sig: ["@60 'TEXtREAd'"] },
  { id: "lit", name: "Microsoft Reader book", mime: "application/x-ms-reader", ext: "lit", sig: ["'ITOLITLS'"] },
  { id: "djvu", name: "DjVu document", mime: "image/vnd.djvu", ext: "djvu djv", sig: ["'AT&TFORM' ?*4 'DJV'"] },
  { id: "chm", name: "Compiled HTML help", mime: "application/vnd.ms-htmlhelp", ext: "chm", sig: ["'ITSF' 03 00 00 00"] },
  { id: "hlp", name: "Windows help", mime: "application/winhlp", ext: "hlp", sig: ["'?_' 03 00"] },
  { id: "indd", name: "InDesign document", mime: "application/x-indesign", ext: "indd", sig: ["06 06 ED F5 D8 1D 46 E5 BD 31 EF E7 FE 74 B7 1D"] },
  { id: "qxd", name: "QuarkXPress document", mime: "application/vnd.quark.quarkxpress", ext: "qxd", sig: ["@2 'MMXPR'", "@2 'IIXPR'"] },
  { id: "ps", name: "PostScript", mime: "application/postscript", ext: "ps", sig: ["'%!PS'", "04 '%!PS'"], refine: (probe) => (/^%!PS-Adobe-\d\.\d EPSF/.test(probe.ascii(0, 24)) ? "eps" : null) },
  { id: "eps", parent: "ps", name: "Encapsulated PostScript", mime: "application/postscript", ext: "eps epsf epsi ai", sig: ["C5 D0 D3 C6"] },
  { id: "dvi", name: "TeX DVI", mime: "application/x-dvi", ext: "dvi", sig: ["F7 02 01 83 92 C0 1C 3B"] },
  { id: "dwg", name: "AutoCAD drawing", mime: "image/vnd.dwg", ext: "dwg dwt", sig: ["'AC10' ? ? 00", "'AC1.' ? ? 00", "'AC2.10' 00"] },
  { id: "dxf-binary", name: "AutoCAD binary DXF", mime: "image/vnd.dxf", ext: "dxf", sig: ["'AutoCAD Binary DXF'"] },
  { id: "dwf", name: "Design Web Format", mime: "model/vnd.dwf", ext: "dwf", sig: ["'(DWF V'"] },
  { id: "skp", name: "SketchUp model", mime: "application/vnd.sketchup.skp", ext: "skp", sig: ["FF FE FF 0E 'S' 00 'k' 00 'e' 00 't' 00 'c' 00 'h' 00"] },
  { id: "fbx", name: "Autodesk FBX", mime: "application/x-fbx", ext: "fbx", sig: ["'Kaydara FBX Binary  ' 00"] },
  { id: "glb", name: "Binary glTF model", mime: "model/gltf-binary", ext: "glb", sig: ["'glTF' 02 00 00 00", "'glTF' 01 00 00 00"], spec: "glTF 2.0 section 4" },
  { id: "blend", name: "Blender file", mime: "application/x-blender", ext: "blend", sig: ["'BLENDER-'", "'BLENDER_'", "'BLENDER17-'"] },
  { id: "3mf", parent: "zip", name: "3D manufacturing format", mime: "model/3mf", ext: "3mf" },
  { id: "draco", name: "Draco geometry", mime: "application/x-draco", ext: "drc", sig: ["'DRACO'"] },
  { id: "shp", name: "ESRI shape file", mime: "application/x-esri-shape", ext: "shp shx", sig: ["00 00 27 0A 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ?*4 E8 03 00 00"] },
  { id: "ooxml-encrypted", parent: "ole", name: "Encrypted Office document", mime: "application/encrypted", ext: "docx docm dotx dotm xlsx xlsm xlsb xltx xltm pptx pptm potx potm ppsx ppsm", spec: "MS-OFFCRYPTO 2.3" },
];

/** The header may follow up to 1,024 bytes of other matter (ISO 32000-1 annex H, implementation note 13). */
function hasPdfHeader(probe: { ascii(at: number, length: number): string }): boolean {
  return /%PDF-\d/.test(probe.ascii(0, 1032));
}
