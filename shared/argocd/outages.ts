/** Whether a message of Argo CD tells of an outage around it rather than of the manifests: the words of Go, Git and gRPC. */

const OUTAGES = [
  /connection (?:refused|reset|closed)|broken pipe|transport is closing|dial tcp|no such host|could not resolve host/i,
  /i\/o timeout|context (?:deadline exceeded|canceled)|TLS handshake|x509: |handshake failed/i,
  // A template that ends too early is an "unexpected EOF" as well.
  /code = Unavailable|(?<!unexpected )\bEOF\b/,
  /etcdserver: |currently unable to handle the request|too many requests|rate limit|no space left on device/i,
];

/** Only while it compares: the repository server, Git, or the cluster's own cache. */
const WHILE_COMPARING = [
  /timed? ?out|deadline exceeded|unavailable|authentication (?:required|failed)|repository not accessible/i,
  /unable to resolve '[^']*' to a commit|failed to list refs|`git (?:fetch|ls-remote|checkout)|unable to access/i,
  /failed to load live state|cluster cache/i,
];

/** Only while it applies: admission that does not answer (one that says no is a verdict), two writers at once. */
const WHILE_APPLYING = [/failed calling webhook/i, /the object has been modified/i];

export function saysUnreachable(message: string): boolean {
  return [...OUTAGES, ...WHILE_COMPARING].some((outage) => outage.test(message));
}

export function saysInterrupted(message: string): boolean {
  return [...OUTAGES, ...WHILE_APPLYING].some((outage) => outage.test(message));
}
