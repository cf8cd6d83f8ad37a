import { expressionIn, referencesOf, textsIn } from "./template.ts";

/**
 * The steps whose outputs a configuration reads, by the paths of its templates. Null: of any step, since an expression
 * reads `steps`, and which of them only its evaluation tells.
 */
export function outputsReadBy(config: unknown): ReadonlySet<string> | null {
  const isDynamic = textsIn(config, "").some(({ text }) => expressionIn(text)?.includes("steps") ?? false);
  if (isDynamic) return null;
  const named = referencesOf(config).filter(([root, , part]) => root === "steps" && (part ?? "output") === "output");
  return new Set(named.map(([, name = ""]) => name));
}
