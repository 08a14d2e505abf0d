/** `vestige passwords`: the passwords that are tried on encrypted items of a case. */
import { readFileSync } from "node:fs";
import { openCase, type Case } from "../../case/case-folder.ts";
import { addPasswords, readPasswordList } from "../../case/password-list.ts";
import { cliSays } from "../../messages/en.ts";
import { exitCodes, OperatorError } from "../../messages/operator-error.ts";
import { flagText, type Command, type CommandContext } from "../command.ts";
import { openForSigning } from "../open-for-signing.ts";
import { promptHidden } from "../passphrase.ts";

export const passwordsCommand: Command = {
  name: "passwords",
  summary: "passwords that are tried on encrypted items of a case",
  group: "case",
  args: [{ name: "CASE", summary: "case folder" }],
  flags: [
    { name: "add", value: "FILE", summary: "text file in UTF-8, one password a line; added behind those of the case" },
    { name: "ask", summary: "ask for one password on the terminal" },
  ],
  help: `Without a flag it says how many there are. Passwords are kept in lists/passwords.json of the case, readable by its owner
alone; journal and report name them by number. The next \`vestige process\` opens what was encrypted and leaves the rest as it is.

  vestige passwords CASE --add found-on-notes.txt
  vestige process CASE`,
  async run(context) {
    const theCase = openCase(context.args[0] as string);
    const added = await givenPasswords(context);
    const list = added === null ? readPasswordList(theCase.paths) : await addTo(theCase, added, context);
    context.output.line(cliSays.passwordsInCase(String(list.passwords.length), String(list.revision)));
    const { revision, passwords } = list;
    context.output.event("vestige.passwords/1", "passwords", { revision, count: passwords.length });
    context.output.summary(exitCodes.done, { passwords: passwords.length });
    return exitCodes.done;
  },
};

/** Null where none are given. Throws OperatorError for a file that cannot be read or holds none. */
async function givenPasswords({ flags, output }: CommandContext): Promise<string[] | null> {
  const file = flagText(flags, "add");
  if (file !== null) {
    const lines = readLines(file);
    if (lines.length === 0) throw new OperatorError("usage/passwords", cliSays.noPasswordsIn(output.safe(file)));
    return lines;
  }
  if (flags["ask"] !== true) return null;
  const typed = await promptHidden(cliSays.passwordPrompt());
  if (typed === null || typed === "") throw new OperatorError("usage/passwords", cliSays.passwordNotTyped());
  return [typed];
}

function readLines(file: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new OperatorError("usage/passwords", cliSays.passwordsUnreadable(file, code));
  }
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  return text.split(/\r?\n/).filter((line) => line !== "");
}

async function addTo(theCase: Case, added: readonly string[], context: CommandContext) {
  const before = readPasswordList(theCase.paths);
  const { journal, signer } = await openForSigning(theCase, context);
  try {
    const list = addPasswords(theCase.paths, added);
    if (list.revision !== before.revision) {
      const details = { revision: list.revision, added: list.passwords.length - before.passwords.length };
      journal.append("passwords-added", { ...details, count: list.passwords.length }, signer);
    }
    return list;
  } finally {
    journal.close();
  }
}
