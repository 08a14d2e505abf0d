/** The verdicts on `case.json` and on signed documents: manifest, report, checkpoint. */
import { pageSays } from "../../messages/en-verify-page.ts";
import { rootUpTo } from "./journal-check.ts";
import type { PageFile } from "./page-file.ts";
import {
  checkDocument,
  isLoose,
  keyIdOf,
  textOf,
  type DocumentResult,
  type Kind,
  type Loose,
} from "./signed-document.ts";
import type { Known, Level, Verdict } from "./verdict.ts";

type Facts = [label: string, value: string][];

function verdict(file: PageFile, level: Level, headline: string, facts: Facts = [], remarks: string[] = []): Verdict {
  return { file: file.name, level, headline, facts, remarks };
}

/** `case.json` is not signed; the journal's genesis and key entries are what it must agree with. */
export function judgeCase(file: PageFile, document: Loose, known: Known): Verdict {
  const officers = Array.isArray(document["officers"]) ? document["officers"].filter(isLoose) : [];
  const keys = officers.map((officer) => ({
    officer: textOf(officer, "name") ?? "",
    keyId: textOf(officer, "keyId") ?? "",
    publicKey: textOf(officer, "publicKey") ?? "",
  }));
  const facts: Facts = [
    [pageSays.labels.caseNumber, textOf(document, "number") ?? ""],
    [pageSays.labels.caseId, textOf(document, "id") ?? ""],
    [pageSays.labels.authority, textOf(document, "authority") ?? ""],
    ...keys.map((key): [string, string] => [pageSays.labels.key, pageSays.officerKey(key.officer, key.keyId, null)]),
  ];
  const wrong = keys.find((key) => keyIdOf(key.publicKey) !== key.keyId);
  if (wrong) return verdict(file, "bad", pageSays.caseKeyWrong(wrong.keyId), facts);
  for (const key of keys) known.addCaseKey(key);
  const { journal } = known;
  if (!journal?.keys) return verdict(file, "unsure", pageSays.caseAlone(), facts, [pageSays.giveJournal()]);
  const register = journal.keys;
  const sameCase = register.caseId === document["id"] && journal.caseNumber === document["number"];
  const sameKeys =
    keys.length === register.officers().length &&
    keys.every((key) => {
      const other = register.officerKey(key.keyId);
      return other?.publicKey === key.publicKey && other.officer === key.officer;
    });
  if (!sameCase || !sameKeys) return verdict(file, "bad", pageSays.caseDiffers(), facts);
  return verdict(file, "good", pageSays.caseAgrees(), facts, [pageSays.caseUnsigned()]);
}

export function judgeManifest(file: PageFile, document: Loose, known: Known): Verdict {
  const result = checkDocument("manifest", document, known.keys());
  const body = isLoose(document["manifest"]) ? document["manifest"] : {};
  const files = isLoose(body["files"]) ? body["files"] : null;
  const exhibit = textOf(body, "exhibit") ?? textOf(body, "label");
  const facts: Facts = [
    ...(exhibit === null ? [] : [[pageSays.labels.exhibit, exhibit] as [string, string]]),
    ...(files ? [[pageSays.labels.lines, String(files["lines"])] as [string, string]] : []),
    ...documentFacts("manifest", result, known),
  ];
  const judged = documentVerdict(file, "manifest", result, known, facts, [pageSays.manifestMeaning()]);
  // An image has no list of files; its blocks have a root over leaves just as the lines of a list do.
  const leaves = files ?? (isLoose(body["blocks"]) ? body["blocks"] : null);
  if (leaves) known.manifests.push({ from: file.name, level: judged.level, files: leaves });
  return judged;
}

export function judgeReport(file: PageFile, document: Loose, known: Known): Verdict {
  const content = isLoose(document["content"]) ? document["content"] : {};
  const result = checkDocument("report", document, keysOrPrinted(known, content["officers"]));
  const theCase = isLoose(content["case"]) ? content["case"] : {};
  const facts: Facts = [
    [pageSays.labels.caseNumber, textOf(theCase, "number") ?? ""],
    [pageSays.labels.made, textOf(content, "made") ?? ""],
    ...documentFacts("report", result, known),
  ];
  const other = result.problem === null ? reportContradicts(document, known) : null;
  if (other !== null) return verdict(file, "bad", other, facts);
  const judged = documentVerdict(file, "report", result, known, facts, [pageSays.reportMeaning()]);
  if (judged.level !== "bad") {
    const files = Array.isArray(content["files"]) ? content["files"].filter(isLoose) : [];
    for (const part of files) {
      const name = textOf(part, "name") ?? "";
      known.reported.set(textOf(part, "sha256") ?? "", { name, level: judged.level });
    }
  }
  return judged;
}

/** Without journal and case, a document is checked with the keys printed beside it, and the verdict says so. */
export function keysOrPrinted(known: Known, printed: unknown): ReturnType<Known["keys"]> {
  const keys = known.keys();
  if (keys.from !== "none") return keys;
  const officers = Array.isArray(printed) ? printed.filter(isLoose) : [];
  return {
    ...keys,
    officerKey: (keyId) => {
      const key = officers.find((officer) => officer["keyId"] === keyId);
      const publicKey = textOf(key ?? null, "publicKey") ?? "";
      return key && keyIdOf(publicKey) === keyId ? { officer: textOf(key, "officer") ?? "", keyId, publicKey } : null;
    },
  };
}

/** The checkpoint stated in a report must be the journal's. */
function reportContradicts(document: Loose, known: Known): string | null {
  const content = document["content"];
  const checkpoint = isLoose(content) ? content["checkpoint"] : null;
  if (!isLoose(checkpoint) || !known.journal?.keys) return null;
  const result = checkDocument("checkpoint", checkpoint, known.keys());
  if (result.problem !== null) return pageSays.reportCheckpointBad(pageSays.documentProblem(result.problem));
  const difference = checkpointDiffers(checkpoint, known);
  return difference === null ? null : pageSays.reportCheckpointBad(difference);
}

export function judgeCheckpoint(file: PageFile, document: Loose, known: Known): Verdict {
  const result = checkDocument("checkpoint", document, known.keys());
  const body = isLoose(document["body"]) ? document["body"] : {};
  const facts: Facts = [
    [pageSays.labels.head, pageSays.headHash(Number(body["seq"]), textOf(body, "headHash") ?? "")],
    [pageSays.labels.made, textOf(body, "utc") ?? ""],
    ...documentFacts("checkpoint", result, known),
  ];
  const difference = result.problem === null ? checkpointDiffers(document, known) : null;
  if (difference !== null) return verdict(file, "bad", difference, facts);
  const remarks = known.journal?.keys ? [pageSays.checkpointMeaning(Number(body["seq"]))] : [pageSays.giveJournal()];
  return documentVerdict(file, "checkpoint", result, known, facts, remarks);
}

/** How a checkpoint contradicts the journal, or null. */
function checkpointDiffers(checkpoint: Loose, known: Known): string | null {
  const { journal } = known;
  const body = isLoose(checkpoint["body"]) ? checkpoint["body"] : {};
  if (!journal?.keys) return null;
  if (body["caseId"] !== journal.keys.caseId || body["genesis"] !== journal.hashes[0])
    return pageSays.checkpointForeign();
  const seq = Number(body["seq"]);
  if (seq >= journal.entries) return pageSays.checkpointBeyond(seq, journal.entries - 1);
  const same = journal.hashes[seq] === body["headHash"] && rootUpTo(journal.hashes, seq) === body["merkleRoot"];
  return same ? null : pageSays.checkpointDiffers(seq);
}

export function documentFacts(kind: Kind, result: DocumentResult, known: Known): Facts {
  const seq = result.hash === "" ? undefined : known.journal?.named.get(result.hash);
  return [
    ...(result.hash === ""
      ? []
      : [[kind === "report" ? pageSays.labels.contentHash : pageSays.labels.hash, result.hash]]),
    ...(result.officer === "" ? [] : [[pageSays.labels.signedBy, pageSays.signer(result.officer, result.officerKey)]]),
    ...(seq === undefined ? [] : [[pageSays.labels.recorded, pageSays.entry(seq)]]),
  ] as Facts;
}

function documentVerdict(
  file: PageFile,
  kind: "manifest" | "report" | "checkpoint",
  result: DocumentResult,
  known: Known,
  facts: Facts,
  meaning: string[],
): Verdict {
  const { from } = known.keys();
  if (result.problem === "unknown-key" && from === "none") {
    return verdict(file, "unsure", pageSays.documentWithoutKeys(kind), facts, [pageSays.giveJournal()]);
  }
  if (result.problem !== null) return verdict(file, "bad", pageSays.badDocument(kind, result.problem), facts);
  if (from === "none")
    return verdict(file, "unsure", pageSays.selfSigned(), facts, [...meaning, pageSays.giveJournal()]);
  const remarks = from === "case" ? [pageSays.keysFromCase()] : [];
  if (from === "journal" && kind !== "checkpoint" && !known.journal?.named.has(result.hash)) {
    remarks.push(pageSays.notRecorded());
  }
  return verdict(file, "good", pageSays.goodDocument(kind), facts, [...meaning, ...remarks]);
}
