/**
 * Stands before the framework's own server: the framework would read a body of up to 1 GB, and answer one it cannot parse
 * in HTML, before the function is asked. Here the body is read once, within its limit, and handed on.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type Door, LARGEST_BODY, tooLarge } from "./door.ts";
import { send } from "./reply.ts";

/** The framework's name for the body as it came. */
export type WithBody = IncomingMessage & { rawBody?: Buffer };
type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Replaces the server's request listener; what passes goes to the one that was there. */
export function putInFront(server: Server, door: Door): void {
  const [framework] = server.listeners("request") as Listener[];
  if (framework === undefined) throw new Error("the framework's server has no request listener");
  server.removeAllListeners("request");
  server.on("request", (request: WithBody, response: ServerResponse) => {
    const early = door.answer(request);
    if (early !== undefined) return send(response, early);
    readBody(request).then(
      (body) => {
        if (body === undefined) return send(response, tooLarge());
        request.rawBody = body;
        framework(request, response);
      },
      // The caller went away in the middle of its body.
      () => response.destroy(),
    );
  });
}

/** Undefined when it is larger than it may be; what is left of it is then read and forgotten. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    function take(chunk: Buffer): void {
      size += chunk.length;
      if (size <= LARGEST_BODY) return void chunks.push(chunk);
      request.off("data", take);
      request.resume();
      resolve(undefined);
    }
    request.on("data", take);
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
    request.once("close", () => reject(new Error("the request was not sent to its end")));
  });
}
