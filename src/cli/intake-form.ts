/** The flags of the intake form, shared by `intake` and `run`. */
import type { IntakeForm } from "../acquire/intake.ts";
import { flagList, flagText, type Flag, type FlagValues } from "./command.ts";

export const intakeFlags: readonly Flag[] = [
  { name: "description", value: "TEXT", summary: "what the exhibit is" },
  { name: "make", value: "TEXT", summary: "manufacturer" },
  { name: "model", value: "TEXT", summary: "model" },
  { name: "serial", value: "TEXT", summary: "serial number" },
  { name: "custodian", value: "NAME", summary: "whose it was" },
  { name: "seized-at", value: "TIME", summary: "when it was seized" },
  { name: "seized-place", value: "PLACE", summary: "where it was seized" },
  { name: "seized-by", value: "NAME", summary: "who seized it" },
  { name: "seal", value: "NUMBER", repeat: true, summary: "seal number; may be given several times" },
  {
    name: "photo",
    value: "FILE",
    repeat: true,
    summary: "photograph, recorded by its hash; may be given several times",
  },
];

/** The form as given; `description` falls back to `otherwise`. */
export function intakeFormOf(flags: FlagValues, otherwise: string): IntakeForm {
  return {
    description: flagText(flags, "description") ?? otherwise,
    make: flagText(flags, "make"),
    model: flagText(flags, "model"),
    serial: flagText(flags, "serial"),
    custodian: flagText(flags, "custodian"),
    seizedAt: flagText(flags, "seized-at"),
    seizedPlace: flagText(flags, "seized-place"),
    seizedBy: flagText(flags, "seized-by"),
    seals: [...flagList(flags, "seal")],
    photoFiles: flagList(flags, "photo"),
    decision: "acquire",
    reason: null,
  };
}
