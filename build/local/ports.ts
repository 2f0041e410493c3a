/** Finding TCP ports on the loopback address. */
import { once } from "node:events";
import { createServer } from "node:net";

const HOST = "127.0.0.1";

/** True when nothing listens on `port` of the loopback address. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ port, host: HOST, exclusive: true });
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

/** A port the kernel holds free right now. Somebody else may take it before the caller does: be ready to ask again. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the kernel gave no TCP port");
  return address.port;
}

/** `preferred` when free, else one of the next `tries` ports, else any free port; 0 asks for any at once. */
export async function portNear(preferred: number, tries = 20): Promise<number> {
  if (preferred === 0) return freePort();
  for (let port = preferred; port < preferred + tries && port < 65_536; port += 1) {
    if (await isFree(port)) return port;
  }
  return freePort();
}
