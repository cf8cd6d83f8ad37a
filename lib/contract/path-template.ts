/**
 * True when a path is one of a template's, such as `/records/{id}`: a parameter stands for one segment that is not empty.
 * A trailing slash is the same path, since every route is served with and without it.
 */
export function matchesTemplate(template: string, path: string): boolean {
  const expected = template.split("/");
  const parts = path.replace(/(?<=.)\/$/, "").split("/");
  return (
    expected.length === parts.length &&
    expected.every((part, at) => (part.startsWith("{") ? parts[at] !== "" : part === parts[at]))
  );
}
