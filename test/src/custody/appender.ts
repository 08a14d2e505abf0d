/** Child process: appends to the journal of a case until it has done its count, and prints each acknowledged entry. */
import { writeSync } from "node:fs";
import { openJournal } from "../../../src/custody/journal.ts";
import { fixedSigner } from "./signers.ts";

const [dir, name, count] = process.argv.slice(2) as [string, string, string];
const ana = fixedSigner("Ana Novák", 1);
const journal = openJournal(dir);
for (let index = 0; index < Number(count); index++) {
  const act = journal.begin("count", { name, index }, ana);
  writeSync(1, `${act.seq} ${act.hash}\n`);
  const done = act.done({ index });
  writeSync(1, `${done.seq} ${done.hash}\n`);
}
