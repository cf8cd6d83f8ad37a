import { expressionIn, render, TemplateError, type TemplateScope, textsIn } from "#domain/template.ts";
import { evaluate } from "./evaluate.ts";
import { limits } from "./limits.ts";

/** A step's configuration filled in, as `renderAll` does it, and its `url` as a URL. */
export function renderConfig(config: Readonly<Record<string, unknown>>, scope: TemplateScope): Promise<unknown> {
  return renderAll(config, scope, "url");
}

/**
 * The value with its paths (`{{ ... }}`) and its expressions (`{% ... %}`) replaced, as a new value. A text that is one
 * path or expression alone becomes what that gives, of its type.
 *
 * @throws TemplateError when a path is not there, an expression is refused or gives nothing, or the whole is over 256 KiB
 * as JSON
 */
export async function renderAll(value: unknown, scope: TemplateScope, urlAt: string | null = null): Promise<unknown> {
  const results = new Map<string, unknown>();
  let cost = 0;
  for (const { text, at } of textsIn(value, "")) {
    const expression = expressionIn(text);
    if (expression === null || results.has(expression)) continue;
    if (results.size === limits.expressionsMax) {
      throw new TemplateError(`is one of more than ${limits.expressionsMax} expressions: join some of them`, { at });
    }
    const evaluated = await evaluate(expression, scope);
    if (!evaluated.ok) throw new TemplateError(evaluated.reason, { at });
    cost += evaluated.cost;
    if (cost > limits.valueCostMax) throw new TemplateError("does more than the expressions of one value may", { at });
    results.set(expression, evaluated.value);
  }
  return render(value, scope, results, urlAt);
}
