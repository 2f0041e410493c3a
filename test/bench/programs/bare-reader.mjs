/** `node bare-reader.mjs <Redis> <key>`: answers every request with that hash; says its port to who started it. */
import { createServer } from "node:http";
import { Redis } from "ioredis";

const [url, key] = process.argv.slice(2);
const redis = new Redis(url);
const server = createServer((_, response) => {
  const answer = (hash) => response.setHeader("content-type", "application/json").end(JSON.stringify(hash));
  redis.hgetall(key).then(answer, (error) => response.destroy(error));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address().port));
