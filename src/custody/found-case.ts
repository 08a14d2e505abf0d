/** Opens a new case: its folder, its register, and the genesis entry that binds them to the officer's key. */
import { createCase, registerHash, type Case } from "../case/case-folder.ts";
import { createJournal, type Journal } from "./journal.ts";
import { selfTestDetails, type SelfTestResult } from "./self-test.ts";
import type { Signer } from "./signer.ts";

export interface CaseFacts {
  readonly number: string;
  readonly authority: string;
  readonly scope: string;
  readonly demonstration: boolean;
}

/** Throws OperatorError where the folder is not free. */
export function foundCase(
  folder: string,
  facts: CaseFacts,
  signer: Signer,
  selfTest: SelfTestResult,
): { theCase: Case; journal: Journal } {
  const officer = { name: signer.officer, keyId: signer.keyId, publicKey: signer.publicKey };
  const theCase = createCase(folder, { ...facts, officers: [officer] });
  const { number: caseNumber, id: caseId } = theCase.file;
  const journal = createJournal(
    theCase.paths.root,
    {
      caseId,
      caseNumber,
      officers: [{ officer: officer.name, keyId: officer.keyId, publicKey: officer.publicKey }],
      details: {
        authority: facts.authority,
        scope: facts.scope,
        demonstration: facts.demonstration,
        created: theCase.file.created,
        caseFile: registerHash(theCase.file),
        selfTest: selfTestDetails(selfTest),
      },
    },
    signer,
  );
  return { theCase, journal };
}
