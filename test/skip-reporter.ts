/** Ends the summary with what was not tested and why, counted by reason. */
import process from "node:process";
import type { Reporter, TestModule } from "vitest/node";

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const result = test.result();
        // A group that is skipped as a whole has its reason in its name.
        const group = test.parent.type === "suite" ? test.parent.name : test.name;
        const reason = ("note" in result && result.note) || group;
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    }
    const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [reason, count] of sorted) process.stdout.write(`   skipped ${count}: ${reason}\n`);
    if (sorted.length === 0) process.stdout.write("   nothing was skipped\n");
  }
}
