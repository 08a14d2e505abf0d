/** The one table of commands: parsing, help, the README section and shell completion derive from it. */
import { cliSays } from "../../messages/en.ts";
import type { Command, Flag } from "../command.ts";
import { accountCommand } from "./account.ts";
import { acquireCommand } from "./acquire.ts";
import { catCommand } from "./cat.ts";
import { completionCommandOf } from "./completion.ts";
import { copyCommand } from "./copy.ts";
import { custodyCommand } from "./custody.ts";
import { devicesCommand } from "./devices.ts";
import { digestCommand } from "./digest.ts";
import { exportCommand } from "./export.ts";
import { formatsCommand } from "./formats.ts";
import { hashsetCommand } from "./hashset.ts";
import { infoCommand } from "./info.ts";
import { initCommand } from "./init.ts";
import { intakeCommand } from "./intake.ts";
import { loginCommand } from "./login.ts";
import { lsCommand } from "./ls.ts";
import { ocrCommand } from "./ocr.ts";
import { operationCommand } from "./operation.ts";
import { passwordsCommand } from "./passwords.ts";
import { processCommand } from "./process.ts";
import { proveCommand } from "./prove.ts";
import { readCommand } from "./read.ts";
import { recoverCommand } from "./recover.ts";
import { reportCommand } from "./report.ts";
import { bookmarkCommand, commentCommand, markCommand, tagCommand } from "./review-acts.ts";
import { bookmarksCommand, searchesCommand, tagsCommand } from "./review-lists.ts";
import { runCommand } from "./run.ts";
import { scanCommand } from "./scan.ts";
import { searchCommand } from "./search.ts";
import { selftestCommand } from "./selftest.ts";
import { similarCommand } from "./similar.ts";
import { statCommand } from "./stat.ts";
import { timelineCommand } from "./timeline.ts";
import { treeCommand } from "./tree.ts";
import { verifyCommand } from "./verify.ts";
import { watchCommand } from "./watch.ts";
import { wipeCommand } from "./wipe.ts";

export const commands: readonly Command[] = [
  runCommand,
  initCommand,
  operationCommand,
  intakeCommand,
  devicesCommand,
  acquireCommand,
  processCommand,
  passwordsCommand,
  hashsetCommand,
  infoCommand,
  accountCommand,
  lsCommand,
  treeCommand,
  statCommand,
  catCommand,
  timelineCommand,
  recoverCommand,
  scanCommand,
  readCommand,
  exportCommand,
  searchCommand,
  similarCommand,
  watchCommand,
  tagCommand,
  markCommand,
  bookmarkCommand,
  commentCommand,
  tagsCommand,
  bookmarksCommand,
  searchesCommand,
  ocrCommand,
  reportCommand,
  digestCommand,
  verifyCommand,
  proveCommand,
  loginCommand,
  custodyCommand,
  copyCommand,
  wipeCommand,
  formatsCommand,
  selftestCommand,
  completionCommandOf(() => ({ commands, globalFlags })),
];

export const commandGroups: readonly { readonly id: Command["group"]; readonly name: string }[] = [
  { id: "case", name: cliSays.groupNames.case },
  { id: "source", name: cliSays.groupNames.source },
  { id: "search", name: cliSays.groupNames.search },
  { id: "custody", name: cliSays.groupNames.custody },
  { id: "about", name: cliSays.groupNames.about },
];

/** Understood by every command. */
export const globalFlags: readonly Flag[] = [
  { name: "officer", value: "NAME", summary: "whose key or session signs" },
  { name: "passphrase-file", value: "FILE", summary: "file that holds the officer's passphrase" },
  { name: "json", summary: "one JSON object a line on standard output" },
  { name: "quiet", short: "q", summary: "no progress and hints" },
];
