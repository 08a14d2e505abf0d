/** PDF 1.7 (ISO 32000-1) written by hand: pages of text in Helvetica, an information dictionary and an XMP packet. */
import { Buffer } from "node:buffer";
import { zlibFixed } from "./deflate.ts";

export interface PageDocument {
  readonly title: string;
  readonly author: string;
  /** Lines of each page, WinAnsi characters only. */
  readonly pages: readonly (readonly string[])[];
}

/** A PDF with a classic cross-reference table. */
export function pageDocument(about: PageDocument): Uint8Array {
  const objects: Uint8Array[] = [];
  const add = (body: string | Uint8Array): number => objects.push(Buffer.from(body as string, "latin1"));
  const pagesAt = 3 + about.pages.length * 2;
  add(`<< /Type /Catalog /Pages ${pagesAt} 0 R /Metadata ${pagesAt + 1} 0 R >>`);
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  for (const lines of about.pages) {
    const page = objects.length + 1;
    add(
      `<< /Type /Page /Parent ${pagesAt} 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 2 0 R >> >> /Contents ${page + 1} 0 R >>`,
    );
    objects.push(stream(zlibFixed(Buffer.from(contents(lines), "latin1")), "/Filter /FlateDecode"));
  }
  const kids = about.pages.map((_lines, index) => `${3 + index * 2} 0 R`).join(" ");
  add(`<< /Type /Pages /Kids [${kids}] /Count ${about.pages.length} >>`);
  objects.push(stream(Buffer.from(packet(about), "utf8"), "/Type /Metadata /Subtype /XML"));
  const info = add(
    `<< /Title ${literal(about.title)} /Author ${literal(about.author)} /Creator (Quillmere Writer) /Producer (Quillmere Press 1.0) /CreationDate (D:20260203101500+01'00') /ModDate (D:20260204111500Z) >>`,
  );
  return assemble(objects, info);
}

function literal(text: string): string {
  return `(${text.replaceAll(/[\\()]/g, "\\$&")})`;
}

function contents(lines: readonly string[]): string {
  const shown = lines.map((line) => `${literal(line)} Tj 0 -16 Td`).join("\n");
  return `BT /F1 12 Tf 60 780 Td\n${shown}\nET`;
}

function stream(data: Uint8Array, dictionary: string): Uint8Array {
  const head = Buffer.from(`<< ${dictionary} /Length ${data.length} >>\nstream\n`, "latin1");
  return Buffer.concat([head, data, Buffer.from("\nendstream", "latin1")]);
}

function packet(about: PageDocument): string {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">${about.title}</rdf:li></rdf:Alt></dc:title><xmp:CreatorTool>Quillmere Writer</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
}

function assemble(objects: readonly Uint8Array[], info: number): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  let at = parts[0]!.length;
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    const whole = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    offsets.push(at);
    at += whole.length;
    parts.push(whole);
  }
  const lines = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${lines}trailer\n<< /Size ${size} /Root 1 0 R /Info ${info} 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
