/** Runs in every test process before its file. */
import process from "node:process";
import fc from "fast-check";

/** A child started by a test must not load addons either, whatever starts it. */
if (process.env["VESTIGE_NO_ADDONS"] === "1") {
  process.env["NODE_OPTIONS"] = `${process.env["NODE_OPTIONS"] ?? ""} --no-addons`.trim();
}

/**
 * A campaign looks longer, from a seed that its first line printed. Other runs try the same cases every time: where one fails, the change did
 * it, and nothing passes by luck.
 */
const isCampaign = process.env["VESTIGE_CAMPAIGN"] === "1";
fc.configureGlobal(isCampaign ? { numRuns: 5_000, seed: Number(process.env["VESTIGE_SEED"]) } : { seed: 20_261 });
