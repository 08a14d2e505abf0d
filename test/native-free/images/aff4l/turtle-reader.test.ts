import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTurtle, type Subject } from "../../../../native-free/images/aff4l/turtle-reader.ts";

function read(pieces: Iterable<string>): { subjects: Subject[]; problem: string | null } {
  const subjects: Subject[] = [];
  const reading = readTurtle(pieces);
  for (;;) {
    const step = reading.next();
    if (step.done) return { subjects, problem: step.value };
    subjects.push(step.value);
  }
}

/** The shape that the other known writer of logical containers gives its statements. */
const sample = `@prefix aff4: <http://aff4.org/Schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

# a comment with <brackets> and "quotes" .
<aff4://5aea2dd0//folder/dream.txt> a aff4:FileImage,
        aff4:Image,
        aff4:zip_segment ;
    aff4:hash "75d83773f8d431a3ca91bfb8859e486d"^^aff4:MD5,
        "9ae1b46bead70c322eef7ac8bc36a8ea2055595c"^^aff4:SHA1 ;
    aff4:lastWritten "2018-09-17T13:42:20+10:00"^^xsd:datetime ;
    aff4:originalFileName "./folder/\\"dream\\" \\u00e4\\n.txt"^^xsd:string ;
    aff4:note """two
lines "quoted" here"""@en ;
    aff4:size 8688 ;
    aff4:ratio -1.5e3 ;
    aff4:open true ;
    aff4:stored <aff4://5aea2dd0> ;
.
`;

function plain({ subjects, problem }: ReturnType<typeof read>) {
  return { problem, subjects: subjects.map(({ iri, properties }) => [iri, [...properties]]) };
}

describe("readTurtle", () => {
  it("reads what writers write", () => {
    const { subjects, problem } = read([sample]);
    expect(problem).toBeNull();
    const [{ iri, properties }] = subjects as [Subject];
    const values = (name: string) => properties.get(`http://aff4.org/Schema#${name}`)?.map(({ value }) => value);
    expect(iri).toBe("aff4://5aea2dd0//folder/dream.txt");
    expect(properties.get("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")?.map(({ value }) => value)).toEqual([
      "http://aff4.org/Schema#FileImage",
      "http://aff4.org/Schema#Image",
      "http://aff4.org/Schema#zip_segment",
    ]);
    expect(values("hash")).toHaveLength(2);
    expect(values("originalFileName")).toEqual(['./folder/"dream" ä\n.txt']);
    expect(values("note")).toEqual(['two\nlines "quoted" here']);
    expect([values("size"), values("ratio"), values("open")]).toEqual([["8688"], ["-1.5e3"], ["true"]]);
    expect(properties.get("http://aff4.org/Schema#stored")?.[0]?.isIri).toBe(true);
  });

  it("reads the same wherever the text is cut into pieces", () => {
    const whole = plain(read([sample]));
    for (let at = 1; at < sample.length; at++) {
      expect(plain(read([sample.slice(0, at), sample.slice(at)]))).toEqual(whole);
    }
    expect(plain(read(sample))).toEqual(whole);
  });

  it("keeps what stands before the place that it cannot read, and says why", () => {
    const good = "<a:1> <a:p> 1 .\n";
    expect(read([`${good}<a:2> <a:p> [ ] .`])).toMatchObject({ subjects: [{ iri: "a:1" }], problem: "syntax" });
    expect(read([`${good}<a:2> <a:p> "torn`])).toMatchObject({ subjects: [{ iri: "a:1" }], problem: "syntax" });
    expect(read([`${good}<a:2> <a:p> 1`])).toMatchObject({ subjects: [{ iri: "a:1" }], problem: "truncated" });
    expect(read([`${good}none:x <a:p> 1 .`])).toMatchObject({ subjects: [{ iri: "a:1" }], problem: "prefix" });
  });

  it("never throws and always ends", () => {
    const alphabet = [
      "<",
      ">",
      '"',
      "\\",
      ".",
      ";",
      ",",
      "a",
      ":",
      "@",
      "^",
      "#",
      "\n",
      " ",
      "1",
      "_",
      "é",
      "prefix",
      "\\u12",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }), (parts) => {
        read(parts);
      }),
    );
  });
});
