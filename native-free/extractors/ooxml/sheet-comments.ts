/** Comments of worksheets: the old kind (ECMA-376 part 1, 18.7) and threads with their persons (MS-XLSX 2.6.201 to 2.6.205). */
import type { ZipEntry } from "../../containers/zip-parts.ts";
import type { Extraction } from "../../model/extraction.ts";
import { readXmlPart, TextBlocks, type DocumentRun } from "../document-run.ts";
import type { XmlHandler } from "../xml-stream.ts";
import type { OoxmlPackage } from "./package.ts";

/** Display names of the persons of a workbook by id; accounts that differ from the name are given as text. */
export async function readPersons(pack: OoxmlPackage, run: DocumentRun): Promise<ReadonlyMap<string, string>> {
  const persons = new Map<string, string>();
  const handler: XmlHandler = {
    open: (local, attributes) => {
      if (local !== "person") return;
      const name = attributes.get("displayName") ?? "";
      const account = attributes.get("userId") ?? "";
      persons.set(attributes.get("id") ?? "", name);
      run.text(`${account === "" || account === name ? name : `${name} ${account}`}\n`, "persons");
    },
    close: () => undefined,
    text: () => undefined,
  };
  for (const entry of pack.unhandled(/^xl\/persons\/[^/]+\.xml$/i)) {
    pack.handled.add(entry);
    for await (const extraction of readXmlPart(run, entry, "persons", handler)) run.push(extraction);
  }
  return persons;
}

/** Old comments name their authors in a list in the same part; new ones have a text of their own. */
export async function* readComments(
  pack: OoxmlPackage,
  run: DocumentRun,
  entry: ZipEntry,
  label: string,
  persons: ReadonlyMap<string, string>,
): AsyncGenerator<Extraction> {
  const blocks = new TextBlocks(run, label);
  const authors: string[] = [];
  let element = "";
  const handler: XmlHandler = {
    open: (local, attributes) => {
      element = local;
      if (local === "author") authors.push("");
      if (local !== "comment" && local !== "threadedComment") return;
      const person = persons.get(attributes.get("personId") ?? "");
      const author = person ?? authors[Number(attributes.get("authorId") ?? -1)] ?? "";
      // A threaded comment leaves an old one behind whose author is its own number.
      if (author !== "" && !author.startsWith("tc={")) run.fieldOnce("changeAuthor", author, "comment");
      const head = [attributes.get("ref") ?? "", author, attributes.get("dT") ?? ""].filter((part) => part !== "");
      blocks.add(`[${head.join(", ")}] `);
    },
    close: (local) => {
      element = "";
      if (local === "comment" || local === "threadedComment") blocks.endLine();
    },
    text: (text) => {
      if (element === "author") authors[authors.length - 1] += text;
      else if (element === "t" || (element === "text" && text.trim() !== "")) blocks.add(text);
    },
  };
  pack.handled.add(entry);
  yield* readXmlPart(run, entry, "comments", handler);
  blocks.flush();
  yield* run.drain();
}
