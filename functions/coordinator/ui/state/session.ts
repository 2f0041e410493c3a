/**
 * Who is signed in: the token, for this tab only (sessionStorage ends with it). It never enters an address, save for the
 * link a local school prints: `/#token=…`. A fragment is not sent to any server; it is taken out of the address at once.
 */

const KEY = "school-token";
const FRAGMENT = /^#token=([\w.~+/=-]{8,500})$/;

export function storedToken(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function storeToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** The token of the link, if there is one and nobody is signed in: a link never changes who somebody is. */
export function takeTokenFromAddress(): void {
  const { hash, pathname, search } = location;
  if (!hash.startsWith("#token=")) return;
  history.replaceState(null, "", pathname + search);
  const [, token] = FRAGMENT.exec(hash) ?? [];
  if (token !== undefined && storedToken() === undefined) storeToken(token);
}
