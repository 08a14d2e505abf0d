/** What `scan` looks for, from its flags. */
import { carvers } from "../../../native-free/carving/index.ts";
import { recognisers } from "../../../native-free/entities/index.ts";
import { scanSays } from "../../messages/en.ts";
import { exitCodes, OperatorError, type ExitCode } from "../../messages/operator-error.ts";
import type { ReadList } from "../../scan/read-lists.ts";
import type { ScanWanted } from "../../scan/scan-job.ts";
import { flagText, type FlagValues } from "../command.ts";
import type { Output } from "../output.ts";

interface Kind {
  readonly id: string;
  readonly name: string;
}

export interface ScanKinds {
  /** By id. */
  readonly files: ReadonlyMap<string, Kind & { readonly extension: string }>;
  readonly features: ReadonlyMap<string, Kind & { readonly masked: boolean }>;
}

export function kindsOf(): ScanKinds {
  return {
    files: new Map(carvers.flatMap(({ kinds }) => kinds.map((kind) => [kind.id, kind] as const))),
    features: new Map(
      recognisers.flatMap(({ kinds }) =>
        kinds.map((kind) => [kind.id, { ...kind, masked: kind.masked ?? false }] as const),
      ),
    ),
  };
}

/** Throws OperatorError for a kind that there is not, and where nothing is looked for. */
export function wantedOf(flags: FlagValues, lists: readonly ReadList[]): ScanWanted {
  const { files, features } = kindsOf();
  const wanted = {
    files: chosen(flags, "files", files),
    features: chosen(flags, "features", features),
    lists: lists.map(({ file, text }) => ({ name: file, text })),
    streams: flags["no-streams"] !== true,
  };
  if (wanted.files?.length === 0 && wanted.features?.length === 0 && lists.length === 0) {
    throw new OperatorError("usage/nothing", scanSays.nothingWanted());
  }
  return wanted;
}

function chosen(flags: FlagValues, name: string, known: ReadonlyMap<string, Kind>): readonly string[] | null {
  const text = flagText(flags, name);
  if (text === null) return null;
  const ids = text.split(/[\s,]+/).filter((id) => id !== "");
  if (ids.length === 1 && ids[0] === "none") return [];
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined || ids.length === 0)
    throw new OperatorError("usage/kinds", scanSays.badKind(name, unknown ?? text));
  return ids;
}

/** `--list-kinds`. */
export function tellKinds(output: Output): ExitCode {
  const { files, features } = kindsOf();
  output.line(scanSays.kindHead());
  for (const { id, name, extension } of files.values()) {
    output.line(scanSays.kindRow(id, name));
    output.event("vestige.kind/1", "kind", { of: "file", id, name, extension });
  }
  output.line("");
  output.line(scanSays.featureHead());
  for (const { id, name, masked } of features.values()) {
    output.line(scanSays.kindRow(id, name));
    output.event("vestige.kind/1", "kind", { of: "feature", id, name, masked });
  }
  output.summary(exitCodes.done, { files: files.size, features: features.size });
  return exitCodes.done;
}
