/** `vestige formats`: what is read, and how far. Derived from the registries. */
import { exitCodes } from "../../messages/operator-error.ts";
import type { Command } from "../command.ts";

export const formatsCommand: Command = {
  name: "formats",
  summary: "list the formats that are read or recognised",
  group: "about",
  args: [],
  flags: [{ name: "all", summary: "also the types that are only recognised" }],
  help: "Levels: complete, partial (the rest is named in the documentation), recognised (named, strings indexed).",
  async run({ output, flags }) {
    // Loaded on demand: the registries bring every reader with them.
    const { registrations } = await import("../registrations.ts");
    const listed = registrations().filter((each) => flags.all === true || output.json || each.family !== "type");
    for (const { id, family, name, level, spec } of listed) {
      output.event("vestige.format/1", "format", { id, family, name, level, spec });
      if (!output.json) output.line(`${family.padEnd(10)} ${id.padEnd(16)} ${level.padEnd(10)} ${name}`);
    }
    output.summary(exitCodes.done, { formats: listed.length });
    return exitCodes.done;
  },
};
