import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Whole schools, which mostly wait: begun first, they wait beside everything else instead of one after another at the end. */
const LONG = /\/test\/(chaos|bad-input|secrets|build\/(local|monitoring)|contracts\/(intents|github))/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
function isLong({ moduleId }: TestSpecification): boolean {
  return LONG.test(moduleId);
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real servers, real git and real processes: a busy machine must not turn a slow answer into a failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Beside every worker run the Redis, git and function processes it started; they wait more than they work.
    maxWorkers: process.env["CI"] === "true" ? 3 : Math.max(2, Math.ceil(availableParallelism() / 2)),
    sequence: { sequencer: LongFirst },
    reporters: ["default"],
    // The tests must not depend on whose machine they run on.
    env: { REDIS_URL: "", GITHUB_TOKEN: "", ANTHROPIC_API_KEY: "", OPENAI_API_KEY: "", KUBECONFIG: "" },
  },
});
