/**
 * The first thing every npm script runs. Plain JavaScript for Node 20 with nothing installed: brings the packages and
 * a Redis server, then hands over to Node 24 by its absolute path (PATH still means the old Node).
 *
 * Usage: node build/setup.mjs start|test|check|generate|bundle|images|bench|chaos|eval|scenario|advisories [arguments for that command]
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installDependencies } from "./setup/dependencies.mjs";
import { provideRedis, usesOwnRedis } from "./setup/redis.mjs";
import { run, SetupError } from "./setup/run.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const vitest = "node_modules/vitest/vitest.mjs";

/** What each command runs, one after the other; the last step gets the user's arguments. */
const commands = {
  start: { redis: true, steps: [["build/bundle.ts", "--quiet"], ["build/local/start.ts"]] },
  test: {
    redis: true,
    steps: [
      ["build/bundle.ts", "--quiet"],
      [vitest, "run"],
    ],
  },
  bench: { redis: true, steps: [["build/bundle.ts", "--quiet"], ["test/bench/run.ts"]] },
  chaos: { redis: true, steps: [["build/bundle.ts", "--quiet"], ["test/chaos/suite/run.ts"]] },
  eval: { redis: false, steps: [["test/eval/run.ts"]] },
  advisories: { redis: false, steps: [["build/advisories.ts"]] },
  check: { redis: false, steps: [["build/check.ts"]] },
  generate: { redis: false, steps: [["build/generate.ts"]] },
  bundle: { redis: false, steps: [["build/bundle.ts"]] },
  images: { redis: false, steps: [["build/images.ts"]] },
  scenario: { redis: true, steps: [["build/bundle.ts", "--quiet"], ["build/local/scenarios/run.ts"]] },
};

async function main([name, ...args]) {
  const command = commands[name];
  if (command === undefined) throw new SetupError(`Usage: node build/setup.mjs ${Object.keys(commands).join("|")}`);

  const node = installDependencies(root);
  const env = { ...process.env, PATH: `${path.join(root, "node_modules/.bin")}${path.delimiter}${process.env.PATH}` };
  if (command.redis && !(name === "start" && usesOwnRedis(root, args))) env.SCHOOL_REDIS_SERVER = provideRedis(root);

  for (const [index, step] of command.steps.entries()) {
    const last = index === command.steps.length - 1;
    const code = await run(node, last ? [...step, ...args] : step, { cwd: root, env });
    if (code !== 0) return code;
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
