/** The remote repository as git needs it, its credentials kept out of arguments, URLs, logs and errors. */
import { RetryLater } from "../../runtime/errors.ts";
import { lastLine } from "./run.ts";

export interface Remote {
  /** Without credentials; safe to print. */
  readonly url: string;
  /** Hands the credentials to git, through its environment only. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes every form of the credentials from a text. */
  redact(text: string): string;
}

/**
 * `address` is anything git accepts: a path, ssh, http(s). Credentials come from `token` or from the address itself;
 * they are sent to that host only, and never over plain http except to this machine.
 */
export function remoteOf(address: string, token?: string): Remote {
  const parsed = URL.canParse(address) ? new URL(address) : undefined;
  const overHttp = parsed?.protocol === "https:" || parsed?.protocol === "http:";
  if (parsed === undefined || !overHttp) {
    const secrets = parsed?.password ? [parsed.password] : [];
    return { url: address, env: {}, redact: redactor([...secrets, ...(token === undefined ? [] : [token])]) };
  }

  const { username, password } = parsed;
  parsed.username = "";
  parsed.password = "";
  const secrets = [token, password, password === "" ? username : ""].filter((text): text is string => Boolean(text));
  const credentials = token === undefined ? `${decode(username)}:${decode(password)}` : `x-access-token:${token}`;
  const basic = Buffer.from(credentials).toString("base64");
  const confidential = parsed.protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(parsed.hostname);
  return {
    url: parsed.href,
    env: credentials === ":" || !confidential ? {} : header(`${parsed.origin}/`, `Authorization: Basic ${basic}`),
    redact: redactor([basic, ...secrets, ...secrets.map(decode)]),
  };
}

function header(origin: string, value: string): Record<string, string> {
  return { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `http.${origin}.extraHeader`, GIT_CONFIG_VALUE_0: value };
}

/** A user name or password as it stood in the address; one that is not percent-encoded UTF-8 is taken as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function redactor(secrets: readonly string[]): (text: string) => string {
  return (text) =>
    secrets
      .reduce((clean, secret) => clean.replaceAll(secret, "***"), text)
      .replace(/(\w+:\/\/)[^/@\s]*:[^/@\s]*@/g, "$1***@");
}

/** Operator's mistakes take a person to mend, so they are tried rarely; the message says what to do. */
const MISTAKE_RETRY_MS = 60_000;
const UNREACHABLE_RETRY_MS = 15_000;

/** The error for a remote that did not do what `action` asked of it; `stderr` is redacted. */
export function remoteFailure(action: string, remote: Remote, stderr: string): RetryLater {
  const said = lastLine(stderr);
  if (notAllowed.test(stderr)) {
    return new RetryLater(
      `cannot ${action} ${remote.url}: it does not accept the credentials (${said}); check the token or key and its rights`,
      MISTAKE_RETRY_MS,
    );
  }
  if (notThere.test(stderr)) {
    return new RetryLater(
      `cannot ${action} ${remote.url}: there is no such repository, or the credentials may not see it (${said}); check its address`,
      MISTAKE_RETRY_MS,
    );
  }
  const full = noRoom.exec(stderr)?.[0];
  if (full !== undefined) {
    return new RetryLater(
      `cannot ${action} ${remote.url}: the local copy cannot be written (${full}); make room, or point GITOPS_CACHE_DIR to where there is some`,
      UNREACHABLE_RETRY_MS,
      { free: true },
    );
  }
  // A forge that is down for an hour must not use up the attempts of everything that waits for it.
  return new RetryLater(`cannot ${action} ${remote.url}: it is out of reach (${said})`, UNREACHABLE_RETRY_MS, {
    free: true,
  });
}

export function branchMissing(branch: string, remote: Remote): RetryLater {
  return new RetryLater(
    `there is no branch ${branch} in ${remote.url}: create it with a first commit, or configure the right branch`,
    MISTAKE_RETRY_MS,
  );
}

const notAllowed =
  /Authentication failed|could not read (Username|Password)|Invalid username or (password|token)|Permission denied \(|Permission to .* denied|returned error: 40[13]|Host key verification failed|dubious ownership/i;
const noRoom = /No space left on device|Disk quota exceeded|File too large|Read-only file system/i;
const notThere =
  /Repository not found|repository '.*' not found|does not appear to be a git repository|does not exist|returned error: 404/i;
