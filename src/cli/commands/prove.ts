/** `vestige prove`: shows that bytes or a file belong to an exhibit, without giving away the rest of it; checks such a proof. */
import { basename, resolve } from "node:path";
import { pathsOf, type ImageBody, type TargetRecord } from "../../acquire/image/image-body.ts";
import { openCase, type Case } from "../../case/case-folder.ts";
import { readDocument } from "../../custody/manifest.ts";
import { checkProof, checkProvedBytes, lineFacts, type ProofVerdict } from "../../custody/prove-check.ts";
import { readProof, type Proof } from "../../custody/prove-document.ts";
import { proveFile, proveRange, recordProof, type RangeWanted } from "../../custody/prove.ts";
import { custodySays, proveSays } from "../../messages/en.ts";
import { exitCodes, isOperatorError, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";
import type { Output } from "../output.ts";

export const proveCommand: Command = {
  name: "prove",
  summary: "prove that bytes or a file belong to an exhibit, and check such a proof",
  group: "custody",
  args: [
    { name: "CASE", summary: "case folder; with --check the data file, if there is one", optional: true },
    { name: "LABEL", summary: "label of an acquired exhibit", optional: true },
  ],
  flags: [
    { name: "range", value: "FROM:LENGTH", summary: "bytes of an image exhibit's medium, as 1048576:512" },
    { name: "file", value: "PATH", summary: "an entry of a folder exhibit, as its list has it" },
    { name: "line", value: "N", summary: "--file: which line of the list, where several have that path" },
    { name: "with-data", summary: "--range: put the blocks themselves into the proof (at most 32)" },
    { name: "out", value: "FILE", summary: "where to (default: exports/proof-LABEL-N.json in the case)" },
    { name: "check", value: "PROOF", summary: "check a proof; needs no case and no passphrase" },
    { name: "key", value: "KEYID", summary: "--check: the officer's key that must have signed" },
  ],
  help: `A proof holds the signed manifest, the hash of every block of 1 MiB that the range touches (at most 4096), or the list's
line of the file, and the few hashes that lead from there to the signed root (RFC 9162). It shows nothing else of the
exhibit. Each proof is recorded. --check exits 1 where the proof does not hold or the data file differs. The data file is
the file itself; of a range it is the whole blocks that hold it, the whole medium, or, where the proof carries the blocks,
exactly the bytes of the range.

  vestige prove CASE M01 --range 1048576:512 --with-data
  vestige prove CASE M02 --file Sales/2025/invoice.pdf --out invoice-proof.json
  vestige prove --check invoice-proof.json invoice.pdf`,
  run: runProve,
};

async function runProve(context: CommandContext): Promise<ExitCode> {
  const { args, flags } = context;
  const [check, range, file] = ["check", "range", "file"].map((name) => flagText(flags, name));
  const making = (range === null) !== (file === null) && check === null && args.length === 2;
  if (making) return make(context, range ?? null, file ?? null);
  if (typeof check !== "string" || range !== null || file !== null || args.length > 1) {
    throw new OperatorError("usage/prove", proveSays.usage());
  }
  return tellCheck(context, check, args[0] ?? null);
}

async function make(context: CommandContext, range: string | null, path: string | null): Promise<ExitCode> {
  const [folder, label] = context.args as [string, string];
  const { flags, output } = context;
  const line = lineOf(flagText(flags, "line"), output);
  const wanted = range === null ? null : rangeOf(range, output);
  const theCase = openCase(folder);
  const { journal, signer } = await openForSigning(theCase, context);
  const options = { theCase, label, journal };
  try {
    const proof =
      wanted === null
        ? proveFile(options, { path: path ?? "", line })
        : await rangeProofOf(options, wanted, flags["with-data"] === true);
    const out = flagText(flags, "out");
    const { file, sha256 } = recordProof(options, signer, proof, out === null ? null : resolve(out));
    output.line(proveSays.made(file));
    output.line(proveSays.madeHash(sha256));
    output.line(whatIsProved(proof, label, output));
    output.note(proveSays.howToCheck());
    output.event("vestige.proof-made/1", "proof", { exhibit: label, kind: proof.kind, file, sha256 });
    output.summary(exitCodes.done, { proofs: 1 });
    return exitCodes.done;
  } finally {
    journal.close();
  }
}

function rangeOf(text: string, output: Output): Pick<RangeWanted, "from" | "length"> {
  const parts = /^(\d{1,15}):(\d{1,15})$/.exec(text);
  if (!parts) throw new OperatorError("usage/prove", proveSays.badRange(output.safe(text)));
  return { from: Number(parts[1]), length: Number(parts[2]) };
}

function lineOf(text: string | null, output: Output): number | null {
  if (text !== null && !/^[1-9]\d{0,14}$/.test(text)) {
    throw new OperatorError("usage/prove", proveSays.badLine(output.safe(text)));
  }
  return text === null ? null : Number(text);
}

type Options = Parameters<typeof proveRange>[0];

async function rangeProofOf(
  options: Options,
  wanted: Pick<RangeWanted, "from" | "length">,
  withData: boolean,
): Promise<Proof> {
  if (!withData) return proveRange(options, { ...wanted, read: null });
  // Makes sure of the exhibit before its image is opened.
  proveRange(options, { ...wanted, read: null });
  const image = await openTarget(options.theCase, options.label);
  try {
    return proveRange(options, { ...wanted, read: (target, at) => void image.source.readInto(target, at) });
  } finally {
    image.close();
  }
}

/** The first of the images that were written and can be read. */
async function openTarget(theCase: Case, label: string) {
  const { openImage } = await import("../../acquire/image/open-image.ts");
  const document = readDocument(theCase.paths.acquisition(label)) as { manifest: ImageBody };
  const { image, further } = document.manifest;
  for (const target of [image, ...((further as readonly TargetRecord[] | undefined) ?? [])]) {
    try {
      return openImage(pathsOf(target, theCase.paths.exhibit(label)), target.format);
    } catch (error) {
      // Another target may still be there; that none is, is said below.
      if (!isOperatorError(error)) throw error;
    }
  }
  throw new OperatorError("prove/image-absent", proveSays.imageAbsent(label));
}

function whatIsProved(proof: Proof, label: string, output: Output): string {
  if (proof.kind === "range") return proveSays.provesRange(proof.from, proof.length, label);
  return proveSays.provesFile(output.safe(lineFacts(proof)?.path ?? ""), proof.first + 1, label);
}

function tellCheck({ flags, output }: CommandContext, proofFile: string, dataFile: string | null): ExitCode {
  const proof = readProof(proofFile);
  const verdict = checkProof(proof);
  const key = flagText(flags, "key");
  const problem = verdict.problem ?? (key !== null && key !== verdict.keyId ? "key-differs" : null);
  if (problem === "key-differs") output.line(proveSays.keyDiffers(output.safe(key ?? ""), output.safe(verdict.keyId)));
  else if (problem === null) output.line(proveSays.holds());
  else output.line(proveSays.fails(proveSays.problems[problem] ?? custodySays.problem(problem)));
  if (verdict.problem === null) tellFacts(proof, verdict, output);
  const data = dataFile === null || problem !== null ? null : checkProvedBytes(proof, verdict, dataFile);
  if (data) {
    const name = output.safe(basename(dataFile ?? ""));
    output.line(data.ok ? proveSays.dataSame(name, data.given) : proveSays.dataDiffers(name, data.given, data.block));
  }
  if (problem === null && key === null) output.note(proveSays.compareKey(output.safe(verdict.keyId)));
  const { exhibit, caseId, manifestHash, officer, keyId, root } = verdict;
  const ok = problem === null && (data?.ok ?? true);
  const facts = { exhibit, caseId, manifestHash, officer, keyId, root, kind: proof.kind, path: pathIn(proof) };
  const range = proof.kind === "range" ? { from: proof.from, length: proof.length } : { from: null, length: null };
  output.event("vestige.proof-verdict/1", "proof", { ok, problem, ...facts, ...range, data: data && { ...data } });
  const exit = ok ? exitCodes.done : exitCodes.loss;
  output.summary(exit, { ok, proofs: 1 });
  return exit;
}

function pathIn(proof: Proof): string | null {
  return proof.kind === "file" ? (lineFacts(proof)?.path ?? null) : null;
}

function tellFacts(proof: Proof, verdict: ProofVerdict, output: Output): void {
  const { facts } = proveSays;
  const say = (name: string, value: string) => output.line(proveSays.factLine(name, value));
  const { safe } = output;
  say(facts.case, proveSays.caseFact(safe(proof.case.number), safe(verdict.caseId)));
  say(facts.exhibit, safe(verdict.exhibit));
  if (proof.kind === "range" && verdict.medium) {
    const { first, leaves, data } = proof;
    say(facts.range, proveSays.rangeFact(proof.from, proof.length));
    say(facts.blocks, proveSays.blocksFact(first, leaves.length, verdict.medium.blockBytes, data !== null));
    say(facts.medium, proveSays.mediumFact(verdict.medium.bytes, verdict.medium.sha256 && safe(verdict.medium.sha256)));
  } else if (proof.kind === "file") {
    const line = lineFacts(proof);
    say(facts.file, proveSays.fileFact(safe(line?.path ?? ""), line?.size ?? null));
    if (line?.sha256) say(facts.sha256, safe(line.sha256));
  }
  say(facts.manifest, verdict.manifestHash);
  say(facts.made, safe(proof.made));
  say(facts.signed, proveSays.signer(safe(verdict.officer), safe(verdict.keyId)));
}
