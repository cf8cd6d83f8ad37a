import { unreachableNames } from "#domain/template-syntax.ts";
import { allowedFunctions } from "./allowed-functions.ts";
import { type AstNode, hasUnknownMembers, isBare, isKnown, list, namesFrom, refusedNodes } from "./ast-node.ts";
import { limits } from "./limits.ts";

/** What there is to say of an expression before it runs. */
export type Judgement = {
  /** Why it may not run, in words that follow its name; empty: it may. */
  violations: string[];
  /** The paths of names that it reads, from the scope on. */
  references: string[][];
  /** The nodes whose whole value is read by what they are an operand of. */
  operands: ReadonlySet<unknown>;
  /** True where JSONata marks the arrays that it reads (`[]`), so that what is read cannot be shared with another. */
  marksArrays: boolean;
};

const operators = new Set(["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "&", "and", "or", "in"]);
/** Operators that read the whole of what stands beside them: whether an array is true depends on all that it holds. */
const readingOperators = new Set(["=", "!=", "&", "and", "or"]);

/** Judges an expression by an allow-list of syntax: what is not known is refused. */
export function judgeAst(ast: AstNode): Judgement {
  const judge = new AstJudge();
  judge.visit(ast, true);
  return judge.judgement();
}

class AstJudge {
  readonly #violations = new Set<string>();
  readonly #references: string[][] = [];
  readonly #operands = new Set<unknown>();
  readonly #bound = new Set<string>();
  readonly #read = new Map<string, AstNode>();
  #nodes = 0;
  #marksArrays = false;

  judgement(): Judgement {
    for (const [name, node] of this.#read) {
      if (!this.#bound.has(name)) this.#refuse(node, `reads $${name}, which it does not bind`);
    }
    return {
      violations: [...this.#violations],
      references: this.#references,
      operands: this.#operands,
      marksArrays: this.#marksArrays,
    };
  }

  /**
   * @param atRoot true where the context is the scope itself, and not a value within it
   * @param applied true for a call that gets an argument from before `~>`
   */
  visit(node: AstNode, atRoot: boolean, applied = false): void {
    this.#nodes += 1;
    if (this.#nodes > limits.nodesMax) this.#violations.add(`has over ${limits.nodesMax} parts: make it smaller`);
    else if (!isKnown(node)) this.#refuse(node, refusedNodes[node.type] ?? "has syntax that is not offered");
    else {
      if (node.keepSingletonArray === true) this.#marksArrays = true;
      if (hasUnknownMembers(node)) this.#refuse(node, "has syntax that is not offered, such as @ or #");
      this.#visitMembers(node, atRoot, applied);
      this.#visitStages(node);
    }
  }

  #visitStages(node: AstNode): void {
    for (const stage of [...list(node.predicate), ...list(node.stages)]) {
      if (stage.type === "filter") {
        this.#operands.add(stage.expr);
        this.visit(stage.expr as AstNode, false);
      } else this.#refuse(stage, "has syntax that is not offered, such as @ or #");
    }
    if (node.group !== undefined) this.#visitPairs((node.group as AstNode).lhs, false);
  }

  #visitMembers(node: AstNode, atRoot: boolean, applied: boolean): void {
    const { type, value } = node;
    if (type === "path") this.#visitPath(list(node.steps), atRoot);
    else if (type === "binary") this.#visitBinary(node, atRoot);
    else if (type === "apply") this.#visitApply(node, atRoot);
    else if (type === "function") this.#visitCall(node, atRoot, applied);
    else if (type === "variable") this.#visitVariable(node, atRoot);
    else if (type === "bind") this.#visitBind(node, atRoot);
    else if (type === "unary" && value === "{") this.#visitPairs(node.lhs, atRoot);
    else if (type === "name" && unreachableNames.has(String(value))) this.#refuse(node, `names ${value}`);
    else if (type === "wildcard" && atRoot) this.#refuseWholeScope(node);
    else if (type === "sort") for (const { expression } of list(node.terms)) this.visit(expression as AstNode, false);
    else {
      const { expression, condition, then, else: otherwise } = node;
      this.#operands.add(condition);
      const parts = [...list(node.expressions), expression, condition, then, otherwise];
      for (const part of parts) if (part !== undefined) this.visit(part as AstNode, atRoot);
    }
  }

  #visitPath(steps: AstNode[], atRoot: boolean): void {
    for (const [index, step] of steps.entries()) {
      const inScope = atRoot && index === 0;
      const namesScope = step.type === "variable" && (step.value === "$" || (step.value === "" && inScope));
      const names = inScope || namesScope ? namesFrom(steps, namesScope ? index + 1 : index) : [];
      if (names.length > 0) this.#references.push(names);
      if (namesScope && names.length > 0 && isBare(step)) continue;
      this.visit(step, inScope);
    }
  }

  #visitVariable(node: AstNode, atRoot: boolean): void {
    const name = String(node.value);
    if (name === "$" || (name === "" && atRoot)) this.#refuseWholeScope(node);
    else if (Object.hasOwn(allowedFunctions, name)) this.#refuse(node, `uses the function $${name} as a value`);
    else if (name !== "" && !this.#read.has(name)) this.#read.set(name, node);
  }

  #visitBind(node: AstNode, atRoot: boolean): void {
    const name = String((node.lhs as AstNode).value);
    if (name === "" || name === "$" || Object.hasOwn(allowedFunctions, name)) this.#refuse(node, `binds $${name} anew`);
    this.#bound.add(name);
    this.visit(node.rhs as AstNode, atRoot);
  }

  #visitBinary(node: AstNode, atRoot: boolean): void {
    const operator = String(node.value);
    if (operator === "..") this.#refuse(node, "has a range (..)");
    else if (!operators.has(operator)) this.#refuse(node, `has the operator ${operator}`);
    for (const side of [node.lhs, node.rhs] as AstNode[]) {
      if (readingOperators.has(operator)) this.#operands.add(side);
      this.visit(side, atRoot);
    }
  }

  #visitApply(node: AstNode, atRoot: boolean): void {
    const [argument, target] = [node.lhs, node.rhs] as [AstNode, AstNode];
    this.#operands.add(argument);
    this.visit(argument, atRoot);
    if (target.type === "function") this.visit(target, atRoot, true);
    else if (target.type === "variable" && isBare(target)) this.#judgeFunction(target, 1);
    else this.#refuse(target, "applies (~>) what is no function");
  }

  #visitCall(node: AstNode, atRoot: boolean, applied: boolean): void {
    const procedure = node.procedure as AstNode;
    const count = list(node.arguments).length + (applied ? 1 : 0);
    if (procedure.type !== "variable" || !isBare(procedure)) this.#refuse(node, "calls what is no function");
    else if (this.#judgeFunction(procedure, count) && count === 0 && atRoot) this.#refuseWholeScope(node);
    for (const argument of list(node.arguments)) {
      this.#operands.add(argument);
      this.visit(argument, atRoot);
    }
  }

  /** True where a function may be called with so many arguments. */
  #judgeFunction(node: AstNode, count: number): boolean {
    const name = String(node.value).slice(0, 40);
    const allowed = Object.hasOwn(allowedFunctions, name) ? allowedFunctions[name] : undefined;
    if (allowed === undefined) this.#refuse(node, `calls $${name}, which is not offered`);
    else if (count <= allowed.argumentsMax && count >= (allowed.argumentsMin ?? 0)) return true;
    else this.#refuse(node, `calls $${name} with ${count} of its ${allowed.argumentsMax} arguments`);
    return false;
  }

  #visitPairs(pairs: unknown, atRoot: boolean): void {
    for (const part of (pairs as AstNode[][]).flat()) this.visit(part, atRoot);
  }

  #refuseWholeScope(node: AstNode): void {
    this.#refuse(node, "reads the whole scope: name what it needs of it");
  }

  #refuse(node: AstNode, what: string): void {
    const where = typeof node.position === "number" ? ` (near character ${node.position})` : "";
    this.#violations.add(`${what}${where}`);
  }
}
