/** True for JSON values that say the same; in which order members stand says nothing. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [members, others] = [present(one), present(other)];
  if (members.length !== others.length) return false;
  const byName = new Map(others);
  return members.every(([name, value]) => byName.has(name) && sameJson(value, byName.get(name)));
}

/** Members that JSON would write: one that is undefined is none. */
function present(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}
