import { describe, expect, it } from "vitest";
import { extractXml } from "../../../native-free/extractors/xml/xml-extractor.ts";
import { context, gather, sourceOf } from "./gather.ts";

const read = (bytes: Uint8Array | string, windowBytes?: number): ReturnType<typeof gather> =>
  gather(extractXml(sourceOf(bytes), context, windowBytes));

describe("XML", () => {
  it("gives text, attributes that hold words, and comments", async () => {
    const { text, labelled, findings } = await read(
      '<?xml version="1.0"?><list xmlns:x="urn:x"><item note="urgent goods" n="12">Alpha &amp; &#x3B1;</item><!-- was here --><item><![CDATA[<Beta>]]></item></list>',
    );
    expect(text.split("\n").filter(Boolean)).toEqual(["Alpha & α", "<Beta>"]);
    expect(labelled.attribute).toBe("note=urgent goods\n");
    expect(labelled.comment).toContain("was here");
    expect(findings).toEqual([]);
  });

  it("expands no entity of a DTD, fetches nothing, and says so", async () => {
    const bomb =
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><x>&b;&f; text</x>';
    const { text, findings } = await read(bomb);
    expect(text).toContain("&b;&f; text");
    expect(text).not.toContain("root:");
    expect(findings).toEqual([["xml/not-well-formed", { problem: "unknown entity", line: 1 }]]);
  });

  it.each([
    ["<a><b>one</a>two</b>", "tags do not match", ["one", "two"]],
    ["<a>one<b>two", "an element is not closed", ["one", "two"]],
    ["<a>one & two < three</a>", "syntax", ["one & two < three"]],
    ["<a>one</a><b>two</b>", "more than one root element", ["one", "two"]],
  ])("reads on where it is not well-formed: %s", async (xml, problem, expected) => {
    const { text, findings } = await read(xml);
    for (const word of expected) expect(text).toContain(word);
    expect(findings.map(([code]) => code)).toEqual(["xml/not-well-formed"]);
    expect(findings[0]![1].problem).toBeTypeOf("string");
    expect([
      "tags do not match",
      "an element is not closed",
      "syntax",
      "more than one root element",
      "text outside the root element",
      "unknown entity",
      "character not allowed",
      "declaration",
      "no root element",
      "attribute given twice",
    ]).toContain(findings[0]![1].problem);
    expect(problem).not.toBe("");
  });

  it("takes places and names from KML and GPX", async () => {
    const kml = await read(
      '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Ports</name><Placemark><name>A</name><Point><coordinates>4.4,51.2,0</coordinates></Point></Placemark></Document></kml>',
    );
    expect(kml.fields).toEqual([
      ["title", "Ports"],
      ["latitude", "51.2"],
      ["longitude", "4.4"],
    ]);
    const gpx = await read(
      '<gpx version="1.1"><metadata><name>Way</name><time>2024-03-01T10:00:00Z</time></metadata><trk><trkseg><trkpt lat="50.85" lon="4.35"/><trkpt lat="91" lon="0"/></trkseg></trk></gpx>',
    );
    expect(gpx.fields).toEqual([
      ["title", "Way"],
      ["created", "2024-03-01T10:00:00Z"],
      ["latitude", "50.85"],
      ["longitude", "4.35"],
    ]);
  });

  it("takes title and description of a drawing, and keeps word processing words whole", async () => {
    const svg = await read(
      '<svg xmlns="http://www.w3.org/2000/svg"><title>Plan</title><desc>Warehouse</desc><text>Gate <tspan>N</tspan>orth</text><path d="M0 0 L1 1 z"/></svg>',
    );
    expect(svg.fields).toEqual([
      ["title", "Plan"],
      ["description", "Warehouse"],
    ]);
    expect(svg.text).toContain("Gate North");
    expect(svg.labelled.attribute).toBeUndefined();
    const word = await read(
      "<w:wordDocument><w:p><w:r><w:t>Hel</w:t></w:r><w:r><w:t>lo</w:t></w:r></w:p><w:p><w:t>World</w:t></w:p></w:wordDocument>",
    );
    expect(word.text.trim().split(/\n+/)).toEqual(["Hello", "World"]);
  });

  it("reads UTF-16 and legacy encodings, in windows of any size", async () => {
    const utf16 = Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>Αθήνα</a>', "utf16le");
    for (const windowBytes of [1, 3, 50]) expect((await read(utf16, windowBytes)).text.trim()).toBe("Αθήνα");
    const legacy = Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a>Müller</a>', "latin1");
    expect((await read(legacy)).text.trim()).toBe("Müller");
  });
});
