/** `vestige tag`, `mark`, `bookmark`, `comment`: an officer's work product on items; each command is on record in the journal. */
import { reviewSays } from "../../messages/en.ts";
import { OperatorError } from "../../messages/operator-error.ts";
import { marks } from "../../review/review-line.ts";
import { flagText, type Argument, type Command } from "../command.ts";
import { checkedName, choosingFlags, setOnChosen } from "../review-acts.ts";

const commentLimit = 10_000;

const caseArgument: Argument = { name: "CASE", summary: "case folder" };
const itemsArgument: Argument = {
  name: "ITEM",
  summary: "item id, EXHIBIT/ID or forensic path",
  optional: true,
  rest: true,
};
const kept = `What you set is kept in review/ of the case under your name, by exhibit and item id, so that it outlives every re-processing.
Nothing is overwritten: other officers' work stays beside yours, and what was taken back stays in the history.`;

export const tagCommand: Command = {
  name: "tag",
  summary: "tag items, or take a tag of yours back",
  group: "search",
  args: [caseArgument, itemsArgument],
  flags: [{ name: "tag", value: "NAME", summary: "the tag" }, ...choosingFlags],
  help: `${kept}

  vestige tag CASE M01/folder:/offer.docx --tag invoices
  vestige tag CASE --query 'entity:container AND date:2019' --tag containers
  vestige tag CASE k7w2… --tag invoices --remove
  vestige search CASE 'tag:inv*'`,
  async run(context) {
    const tag = flagText(context.flags, "tag");
    if (tag === null) throw new OperatorError("usage/tag", reviewSays.tagMissing());
    const remove = context.flags["remove"] === true;
    return setOnChosen(context, context.args.slice(1), { what: "tag", tag: checkedName("tag", tag), remove });
  },
};

export const markCommand: Command = {
  name: "mark",
  summary: "mark items as hidden, privileged or out of scope: searches leave them out",
  group: "search",
  args: [caseArgument, itemsArgument],
  flags: [{ name: "as", value: "MARK", summary: "the mark", choices: marks }, ...choosingFlags],
  help: `Every search leaves marked items out before it counts and says how many they are; --with-marked includes them. A mark of any
officer holds until that officer takes it back. ${kept}

  vestige mark CASE --query 'from:lawyer@*' --as privileged
  vestige mark CASE M01/folder:/holiday.jpg --as out-of-scope
  vestige mark CASE M01/folder:/holiday.jpg --as out-of-scope --remove
  vestige search CASE 'mark:privileged' --with-marked`,
  async run(context) {
    const mark = marks.find((known) => known === flagText(context.flags, "as"));
    if (!mark) throw new OperatorError("usage/mark", reviewSays.markMissing(marks));
    const remove = context.flags["remove"] === true;
    return setOnChosen(context, context.args.slice(1), { what: "mark", mark, remove });
  },
};

export const bookmarkCommand: Command = {
  name: "bookmark",
  summary: "bookmark items, or take a bookmark of yours back",
  group: "search",
  args: [caseArgument, itemsArgument],
  flags: choosingFlags,
  help: `${kept}

  vestige bookmark CASE M01/folder:/offer.docx
  vestige bookmarks CASE`,
  async run(context) {
    const remove = context.flags["remove"] === true;
    return setOnChosen(context, context.args.slice(1), { what: "bookmark", remove });
  },
};

export const commentCommand: Command = {
  name: "comment",
  summary: "add a comment to an item",
  group: "search",
  args: [
    caseArgument,
    { name: "ITEM", summary: "item id, EXHIBIT/ID or forensic path" },
    { name: "TEXT", summary: "the comment, in quotes for the shell" },
  ],
  flags: [],
  help: `Comments are added, never changed; vestige bookmarks lists them. ${kept}

  vestige comment CASE M01/folder:/offer.docx 'Sum differs from the declaration of 3 May.'`,
  async run(context) {
    const text = (context.args[2] as string).normalize("NFC").toWellFormed().trim();
    if (text === "" || text.length > commentLimit) {
      throw new OperatorError("review/comment", reviewSays.commentBad(commentLimit));
    }
    return setOnChosen(context, [context.args[1] as string], { what: "comment", text });
  },
};
