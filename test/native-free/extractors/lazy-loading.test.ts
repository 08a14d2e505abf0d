/** A worker that sees only text loads none of the heavy libraries. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const script = `
import { registerHooks } from "node:module";
const seen = new Set();
registerHooks({ load(url, context, next) {
  const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
  if (name) seen.add(name);
  return next(url, context);
} });
const from = (path) => import(new URL(path, ${JSON.stringify(new URL("../../../native-free/", import.meta.url).href)}).href);
const { MemorySource } = await from("bytes/byte-source.ts");
const { identify } = await from("typing/index.ts");
const { extractorFor } = await from("extractors/index.ts");
await from("containers/index.ts");
const read = async (bytes) => {
  const source = new MemorySource(bytes);
  const { id } = await identify(source);
  for await (const piece of extractorFor(id).extract(source, { wholeLimitBytes: 1e6, textLimitChars: 1e6 })) void piece;
};
await read(Buffer.from("plain words in a file\\n"));
const forText = [...seen];
await read(Buffer.from("<!doctype html><html><body>x</body></html>"));
console.log(JSON.stringify({ forText, forHtml: [...seen] }));
`;

it("loads libraries with the first file that needs them", () => {
  const out = execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  const { forText, forHtml } = JSON.parse(out) as { forText: string[]; forHtml: string[] };
  expect(forText).toContain("iconv-lite");
  for (const heavy of [
    "music-metadata",
    "file-type",
    "htmlparser2",
    "jschardet",
    "eld",
    "pdfjs-dist",
    "@hyzyla/pdfium",
  ]) {
    expect(forText).not.toContain(heavy);
  }
  expect(forHtml).toContain("htmlparser2");
});
