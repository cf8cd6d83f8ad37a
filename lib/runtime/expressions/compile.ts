import jsonata from "jsonata";
import { allowedFunctions } from "./allowed-functions.ts";
import type { AstNode } from "./ast-node.ts";
import { type Judgement, judgeAst } from "./judge-ast.ts";
import { limits } from "./limits.ts";

/** An expression that may run, or why it may not. */
export type Compiled =
  | { ok: true; expression: jsonata.Expression; judgement: Judgement }
  | { ok: false; violations: string[] };

/** Parses and judges an expression, in bounded time, whatever the text. It never throws. */
export function compile(text: string): Compiled {
  const { expressionLengthMax, copyingOperatorsMax, sequenceLengthMax } = limits;
  if (text.length > expressionLengthMax) {
    return { ok: false, violations: [`is longer than ${expressionLengthMax} characters`] };
  }
  if ((text.match(/\?(?=[?:])/g) ?? []).length > copyingOperatorsMax) {
    return { ok: false, violations: [`has more than ${copyingOperatorsMax} of ?? and ?:`] };
  }
  try {
    const expression = jsonata(text, { sequence: sequenceLengthMax });
    for (const [name, { own }] of Object.entries(allowedFunctions)) {
      if (own !== undefined) expression.registerFunction(name, own.implementation as () => unknown, own.signature);
    }
    const judgement = judgeAst(expression.ast() as unknown as AstNode);
    return judgement.violations.length > 0
      ? { ok: false, violations: judgement.violations }
      : { ok: true, expression, judgement };
  } catch (error) {
    return { ok: false, violations: [`is no JSONata expression: ${faultText(error)}`] };
  }
}

/** What JSONata says of a fault, shortened: it may quote what it was given. */
export function faultText(fault: unknown): string {
  const { message, position } = fault as { message?: unknown; position?: unknown };
  const text = typeof message === "string" && message !== "" ? message : "it cannot be read";
  const shown = text.length > 200 ? `${text.slice(0, 200)}...` : text;
  return `${shown.toWellFormed()}${typeof position === "number" ? ` (near character ${position})` : ""}`;
}
