import { expect, test } from "vitest";
import { late } from "../../shared/pipeline/late.ts";

interface Port {
  double(value: number): Promise<number>;
  name(): Promise<string>;
}
const port: Port = { double: async (value) => value * 2, name: async () => "port" };

test("it is loaded with the first call, once", async () => {
  let loads = 0;
  const opened = late<Port>(async () => {
    loads += 1;
    return port;
  }, ["double", "name"]);
  expect(loads).toBe(0);
  expect(await Promise.all([opened.double(2), opened.name()])).toEqual([4, "port"]);
  expect(loads).toBe(1);
});

test("what could not be loaded is loaded again", async () => {
  let loads = 0;
  const opened = late<Port>(async () => {
    loads += 1;
    if (loads === 1) throw new Error("no such chunk");
    return port;
  }, ["double", "name"]);
  await expect(opened.name()).rejects.toThrow("no such chunk");
  expect(await opened.name()).toBe("port");
});
