import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectRedis, openRedis } from "../../shared/pipeline/connection.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
  const admin = connectRedis(server.url);
  await admin.config("SET", "requirepass", "the right password");
  admin.disconnect();
});
afterAll(() => server.close());
const withPassword = (password: string) => server.url.replace("//", `//:${encodeURIComponent(password)}@`);

describe("the password of Redis", () => {
  test("that is wrong is the user's mistake, named without the password", async () => {
    const refused = openRedis(withPassword("the wrong password"));
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.not.toThrow("the wrong password");
    await expect(openRedis(server.url)).rejects.toThrow(ConfigurationError);
  });

  test("never gets into the log with an error of Redis, nor do the arguments of a command", async () => {
    const root = path.resolve(import.meta.dirname, "../..");
    const script = `
      import { connectRedis } from ${JSON.stringify(path.join(root, "shared/pipeline/connection.ts"))};
      import { createLog } from ${JSON.stringify(path.join(root, "shared/runtime/log.ts"))};
      const log = createLog("info", {});
      const wrong = connectRedis(${JSON.stringify(withPassword("the wrong password"))});
      const said = new Promise((resolve) => wrong.on("error", (error) => { log.warn({ err: error }, "refused"); resolve(); }));
      wrong.connect().catch((error) => log.warn({ err: error }, "connect"));
      await said;
      wrong.disconnect();
      const right = connectRedis(${JSON.stringify(withPassword("the right password"))});
      await right.hset("h", "a", "1");
      await right.lpush("h", "an event of somebody").catch((error) => log.warn({ err: error }, "command"));
      right.disconnect();
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout).toContain("WRONGPASS");
    expect(stdout).toContain('"command":"lpush"');
    expect(stdout).not.toMatch(/password"|the wrong password|an event of somebody/);
  });
});
