/** Where saved pages came from, and archives of pages: HTML of site copiers, WARC, HAR, Safari's web archives. */
import { Buffer } from "node:buffer";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { warcContainer } from "../../../native-free/containers/warc/container.ts";
import { htmlExtractor } from "../../../native-free/extractors/html/html-extractor.ts";
import { harExtractor } from "../../../native-free/extractors/json/har-extractor.ts";
import { plistExtractor } from "../../../native-free/extractors/plist/extractor.ts";
import { codesOf, readWith, textUnder } from "../../fixtures/extraction-reader.ts";
import { binaryPlist, plistObject } from "../../fixtures/plist-writer.ts";

describe("saved pages", () => {
  const cases: readonly (readonly [comment: string, url: string | undefined, captured: string | undefined])[] = [
    [
      "<!-- Mirrored from www.example.test/a/b.html by HTTrack Website Copier/3.x [XR&CO'2014], Tue, 05 Mar 2024 10:00:00 GMT -->",
      "www.example.test/a/b.html",
      "2024-03-05T10:00:00Z",
    ],
    ["<!-- saved from url=(0025)https://www.example.test/ -->", "https://www.example.test/", undefined],
    [
      "<!--\n Page saved with SingleFile \n url: https://example.test/x \n saved date: Tue Mar 05 2024 11:00:00 GMT+0100 (Central European Standard Time)\n-->",
      "https://example.test/x",
      "2024-03-05T11:00:00+01:00",
    ],
    ["<!-- FILE ARCHIVED ON 10:00:00 Mar 5, 2024 AND RETRIEVED FROM … -->", undefined, "2024-03-05T10:00:00Z"],
    ["<!-- mirrored glass -->", undefined, undefined],
  ];
  for (const [comment, url, captured] of cases) {
    it(`say where they came from: ${comment.slice(0, 40).replaceAll("\n", " ")}`, async () => {
      const { fields } = await readWith(htmlExtractor, Buffer.from(`<html><body>x</body>${comment}</html>`));
      expect([fields["url"]?.[0], fields["captured"]?.[0]]).toEqual([url, captured]);
    });
  }

  it("of ScrapBook do so in their root, and canonical addresses count", async () => {
    const page = `<html data-scrapbook-source="https://example.test/s" data-scrapbook-create="20240305100000123"><head><link rel="canonical" href="https://example.test/c"></head></html>`;
    const { fields } = await readWith(htmlExtractor, Buffer.from(page));
    expect(fields["url"]).toEqual(["https://example.test/s", "https://example.test/c"]);
    expect(fields["captured"]).toEqual(["2024-03-05T10:00:00Z"]);
  });

  it("keep hidden elements in their place and under a label, and unpack what addresses hold", async () => {
    const page = `<p>one<span hidden>two<b>three</b></span>four</p><img src="data:,five%20six"><template>seven</template>`;
    const result = await readWith(htmlExtractor, Buffer.from(page));
    expect(textUnder(result, null)).toContain("onetwothreefour");
    expect(textUnder(result, "hidden text")).toBe("twothree\nseven\n");
    expect(result.children.map(({ bytes }) => bytes.toString())).toEqual(["five six"]);
    expect(textUnder(result, "link")).toBe("");
  });
});

function record(type: string, more: string, block: Uint8Array | string): Buffer {
  const bytes = Buffer.from(block);
  const head = `WARC/1.0\r\nWARC-Type: ${type}\r\nWARC-Date: 2024-03-05T10:00:00Z\r\n${more}Content-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from("\r\n\r\n")]);
}

const response = (coding: string, body: Uint8Array | string): Buffer =>
  record(
    "response",
    "WARC-Target-URI: <https://example.test/page>\r\nContent-Type: application/http;msgtype=response\r\n",
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${coding}\r\n`), Buffer.from(body)]),
  );

describe("web archives", () => {
  it("give bodies as the browser got them, with address and time", async () => {
    const plain = "<p>a page</p>";
    const archive = Buffer.concat([
      record("warcinfo", "Content-Type: application/warc-fields\r\n", "software: Crawler 1\r\n"),
      response("", plain),
      response("Content-Encoding: gzip\r\n", gzipSync(plain)),
      response("Content-Encoding: deflate\r\n", deflateSync(plain)),
      response("Content-Encoding: deflate\r\n", deflateRawSync(plain)),
      response("Transfer-Encoding: chunked\r\n", "4\r\n<p>a\r\n9;x=1\r\n page</p>\r\n0\r\n\r\n"),
      // The field was kept and the chunks were not, as some crawlers do.
      response("Transfer-Encoding: chunked\r\n", plain),
      record("resource", "WARC-Target-URI: https://example.test/r\r\nContent-Type: text/plain\r\n", "a resource"),
    ]);
    const { children, fields, findings, statuses, texts } = await readWith(warcContainer, archive);
    expect([findings, statuses]).toEqual([[], []]);
    expect(children.map(({ bytes }) => bytes.toString())).toEqual([...Array<string>(6).fill(plain), "a resource"]);
    expect(children[0]!.child).toMatchObject({
      name: { text: "https://example.test/page" },
      times: [{ kind: "b", value: "2024-03-05T10:00:00Z", zone: "utc" }],
    });
    expect(fields["url"]).toHaveLength(7);
    expect(fields["captured"]).toHaveLength(7);
    expect(texts.map(({ text }) => text).join("")).toContain("Crawler 1");
  });

  it("say what is damaged, cut and coded in unknown ways, and go on behind it", async () => {
    const coded = await readWith(warcContainer, response("Content-Encoding: rot13\r\n", "<c>n cntr</c>"));
    expect(codesOf(coded.children[0]!.child.findings)).toEqual(["warc/body-coded"]);
    expect(coded.children[0]!.bytes.toString()).toBe("<c>n cntr</c>");
    const damaged = Buffer.concat([response("", "one"), Buffer.from("garbage ".repeat(10)), response("", "two")]);
    const rest = await readWith(warcContainer, damaged);
    expect(rest.children.map(({ bytes }) => bytes.toString())).toEqual(["one", "two"]);
    expect(rest.findings).toMatchObject([{ code: "warc/damaged", params: { places: 1, records: 2 } }]);
    const cut = response("", "a long body");
    const short = await readWith(warcContainer, cut.subarray(0, cut.length - 9));
    expect(short.children.map(({ bytes, child }) => [bytes.toString(), codesOf(child.findings)])).toEqual([
      ["a long", ["warc/record-cut"]],
    ]);
    expect(short.statuses).toEqual(["partial:damaged"]);
    expect((await readWith(warcContainer, Buffer.from("WARC/1.0\r\nnothing"))).thrown).toBe("warc/damaged");
  });

  it("of a browser's recorder give requests, what was posted, and responses", async () => {
    const request = {
      method: "POST",
      url: "https://example.test/login",
      headers: [{ name: "Cookie", value: "session=1" }],
      postData: { params: [{ name: "user", value: "rita" }], text: "user=rita" },
    };
    const entry = {
      startedDateTime: "2024-03-05T11:00:00+01:00",
      request,
      response: { status: 200, content: { text: "hello" } },
    };
    const bytes = Buffer.from(
      JSON.stringify({ log: { version: "1.2", creator: { name: "B", version: "2" }, entries: [entry] } }),
    );
    const result = await readWith(harExtractor, bytes);
    expect(textUnder(result, "request 1")).toBe(
      "2024-03-05T11:00:00+01:00 POST https://example.test/login 200\nCookie: session=1\nuser: rita\nuser=rita\n",
    );
    expect(result.fields).toEqual({
      software: ["B 2"],
      url: ["https://example.test/login"],
      captured: ["2024-03-05T11:00:00+01:00"],
    });
    expect(
      result.children.map(({ child, bytes: body }) => [child.name.text, body.toString(), child.times[0]?.zone]),
    ).toEqual([["https://example.test/login", "hello", "offset"]]);
    const cut = await readWith(harExtractor, bytes.subarray(0, bytes.length - 20));
    expect([codesOf(cut.findings), cut.statuses]).toEqual([["document/damaged"], ["partial:damaged"]]);
    expect(textUnder(cut, null)).toContain("user=rita");
  });

  it("of Safari give pages named by their address", async () => {
    const { ascii, data, dict, array } = plistObject;
    const bytes = binaryPlist([
      dict([1, 2], [3, 7]),
      ascii("WebMainResource"),
      ascii("WebSubresources"),
      dict([4, 5], [6, 8]),
      ascii("WebResourceData"),
      ascii("WebResourceURL"),
      data(Buffer.from("<p>main</p>")),
      array([9]),
      ascii("https://example.test/"),
      dict([4, 5], [10, 11]),
      data(Buffer.from("body {}")),
      ascii("https://example.test/s.css"),
    ]);
    const { children, fields } = await readWith(plistExtractor, bytes);
    expect(children.map(({ child, bytes: body }) => [child.name.text, body.toString()])).toEqual([
      ["https://example.test/", "<p>main</p>"],
      ["https://example.test/s.css", "body {}"],
    ]);
    expect(fields["url"]).toEqual(["https://example.test/"]);
  });
});
