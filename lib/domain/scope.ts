/** What a caller may be allowed. `admin` includes the others; of the others none includes another. */
export const scopes = ["read", "write", "trigger", "admin"] as const;

export type GrantedScope = (typeof scopes)[number];

/** True where what a caller was granted suffices for what is needed. */
export function allows(granted: readonly GrantedScope[], needed: GrantedScope): boolean {
  return granted.includes(needed) || granted.includes("admin");
}

/** The scopes named in a text, in the order above; names that mean nothing here are `unknown`. */
export function readScopes(names: readonly string[]): { known: GrantedScope[]; unknown: string[] } {
  return {
    known: scopes.filter((scope) => names.includes(scope)),
    unknown: names.filter((name) => !(scopes as readonly string[]).includes(name)),
  };
}
