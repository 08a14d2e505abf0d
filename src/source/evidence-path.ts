/** What an officer means by a forensic path. */
import { basename } from "node:path";
import { resolve, type Medium, type Resolved } from "../../native-free/layers/resolve.ts";
import { isEvidenceError } from "../../native-free/model/errors.ts";
import { sentenceOf } from "../../native-free/model/findings.ts";
import { parsePath } from "../../native-free/model/forensic-path.ts";
import { infoSays } from "../messages/en.ts";
import { exitCodes, OperatorError } from "../messages/operator-error.ts";

/**
 * What stands at `at`, a forensic path without label or with the label "-". `source` is the path of the medium's file. Throws
 * OperatorError: no such path, or damaged on the way there.
 */
export function resolveIn(medium: Medium, at: string, source: string): Resolved {
  const parsed = parsePath(`-/${at.replace(/^-?\//, "")}`);
  if (!parsed) throw new OperatorError("source/path", infoSays.pathNotParsed(at));
  try {
    const found = resolve(medium, parsed.layers);
    if (found.kind !== "none") return found;
    throw new OperatorError(
      "source/no-such-path",
      infoSays.pathLeadsNowhere(basename(source), found.wanted, found.part),
    );
  } catch (error) {
    if (!isEvidenceError(error)) throw error;
    const problem = sentenceOf({ code: error.code, params: error.params, offset: null, length: null });
    throw new OperatorError("source/damaged", infoSays.pathDamaged(at, problem), exitCodes.loss);
  }
}
