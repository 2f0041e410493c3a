/** What the real server answers when it refuses: an HTTP status and a sentence. */
export class QdrantError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "QdrantError";
    this.status = status;
  }
}

/** A value that cannot be used: 400, with the real server's prefix. */
export function wrongInput(what: string): QdrantError {
  return new QdrantError(400, `Wrong input: ${what}`);
}

/** A request that makes no sense: 400, with the real server's prefix. */
export function badRequest(what: string): QdrantError {
  return new QdrantError(400, `Bad request: ${what}`);
}

export function notFound(what: string): QdrantError {
  return new QdrantError(404, `Not found: ${what}`);
}

/** Out of the limits the description of the API states: 422. */
export function outOfRange(what: string): QdrantError {
  return new QdrantError(422, `Validation error in JSON body: [${what}]`);
}

/** The real server may know it; this one never answers what it has not computed. */
export function unsupported(what: string): QdrantError {
  return new QdrantError(501, `This stand-in of Qdrant does not have ${what}; a real Qdrant does (QDRANT_URL).`);
}
