import { summary } from "#contract/strict-json.ts";
import { DomainError, type Violation } from "#domain/domain-error.ts";
import { TemplateError, type TemplateScope, templateViolations } from "#domain/template.ts";
import { evaluate } from "./evaluate.ts";
import { renderAll } from "./render.ts";

/**
 * What an expression, or else a template, makes of data.
 *
 * @throws DomainError `validation_failed` saying where and why it makes nothing
 */
export async function preview(asked: {
  expression?: string | undefined;
  template?: unknown;
  data: TemplateScope;
}): Promise<unknown> {
  const { expression, template, data } = asked;
  if (expression === undefined) return rendered(template, data);
  const evaluated = await evaluate(expression, data);
  if (!evaluated.ok) throw refusal([{ path: "expression", message: evaluated.reason }]);
  return evaluated.value;
}

async function rendered(template: unknown, data: TemplateScope): Promise<unknown> {
  const violations = templateViolations(template, "template", () => null);
  if (violations.length > 0) throw refusal(violations);
  try {
    return await renderAll(template, data);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw refusal([{ path: error.at === "" ? "template" : `template.${error.at}`, message: error.reason }]);
  }
}

function refusal(errors: Violation[]): DomainError {
  return new DomainError("validation_failed", summary(errors), { errors });
}
