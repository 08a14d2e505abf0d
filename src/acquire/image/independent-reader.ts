/** Readers of other makers that are asked whether an image that was written is what it says: `ewfverify` for E01. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import type { ImagedTarget } from "./acquire-image.ts";
import type { TargetCheck, TargetFormat } from "./image-body.ts";
import type { ImagePlan } from "./image-plan.ts";

/** By target; empty where no such reader is installed. */
export function checkIndependently(plan: ImagePlan, targets: readonly ImagedTarget[]): TargetCheck[][] {
  return plan.targets.map(({ format, folder }, index) => {
    const files = targets[index].segments.map((segment) => join(segment.folder ?? folder, segment.file));
    const check = askOtherReader(format, files);
    return check ? [check] : [];
  });
}

/** Reads the whole image in these files, in order. Null where no other reader of the format is installed. */
export function askOtherReader(format: TargetFormat, files: readonly string[]): TargetCheck | null {
  const version = format === "e01" ? versionOf("ewfverify") : null;
  if (version === null) return null;
  // From the first file it finds its fellows beside it; files in several folders it must be told.
  const named = new Set(files.map(dirname)).size > 1 ? files : files.slice(0, 1);
  // Without a shell: each path is one argument. Options first; the tool takes what follows them as file names.
  const asked = spawnSync("ewfverify", ["-q", "-d", "sha256", ...named], { encoding: "utf8", env: plainEnvironment() });
  const output = `${asked.stdout}\n${asked.stderr}`;
  // It finds segments by their names only: a set that it cannot open is no disagreement.
  if (/unable to open/i.test(output)) return null;
  const calculated = (name: string) =>
    new RegExp(`${name} hash calculated over data:\\s+([0-9a-f]+)`, "i").exec(output)?.[1] ?? null;
  return {
    tool: { name: "ewfverify", version },
    ok: asked.status === 0,
    readFrom: "unknown",
    md5: calculated("MD5"),
    sha256: calculated("SHA256"),
  };
}

/** The version that a program states of itself; null where it is not installed. */
function versionOf(program: string): string | null {
  const asked = spawnSync(program, ["-V"], { encoding: "utf8", env: plainEnvironment() });
  if (asked.error) return null;
  return new RegExp(`^${program}\\s+(\\S+)`, "m").exec(`${asked.stdout}\n${asked.stderr}`)?.[1] ?? "unknown";
}

/** Its messages in English, and nothing of ours. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? "", LC_ALL: "C" };
}
