import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real servers, real git and real processes: a busy machine must not turn a slow answer into a failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    // Beside every worker run the Redis, git and function processes it started.
    maxWorkers: process.env["CI"] === "true" ? 2 : "50%",
    reporters: ["default"],
    // The tests must not depend on whose machine they run on.
    env: { REDIS_URL: "", GITHUB_TOKEN: "", ANTHROPIC_API_KEY: "", OPENAI_API_KEY: "", KUBECONFIG: "" },
  },
});
