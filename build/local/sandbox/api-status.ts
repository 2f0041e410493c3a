/** Kubernetes `Status` answers. */

/** Thrown by handlers; becomes the answer. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
  }
}

export function statusBody({ code, reason, message }: ApiError): Readonly<Record<string, unknown>> {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}

export function notFound(resource: string, name: string): ApiError {
  return new ApiError(404, "NotFound", `${resource} "${name}" not found`);
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

export function unknownPath(): ApiError {
  return new ApiError(404, "NotFound", "the server could not find the requested resource");
}

export function notAllowed(): ApiError {
  const message = "the server does not allow this method on the requested resource";
  return new ApiError(405, "MethodNotAllowed", message);
}
