/** A node of JSONata's syntax tree, as its parser leaves it after its second pass. */
export type AstNode = { type: string; value?: unknown; position?: number; [member: string]: unknown };

/** What is not offered because its cost does not follow from its text and its data, or nothing bounds it. */
export const refusedNodes: Readonly<Record<string, string>> = {
  lambda: "defines a function",
  partial: "leaves an argument of a function open (?)",
  regex: "has a regular expression",
  transform: "has a transform (|...|)",
  descendant: "looks at all descendants (**)",
  parent: "looks at a parent (%)",
};

/** The members that a node of each type may have: what is not listed is not offered. */
const membersOf: Readonly<Record<string, readonly string[]>> = {
  path: ["steps"],
  binary: ["lhs", "rhs"],
  unary: ["lhs", "expression", "expressions"],
  string: [],
  number: [],
  value: [],
  name: [],
  wildcard: [],
  variable: [],
  condition: ["condition", "then", "else"],
  block: ["expressions"],
  bind: ["lhs", "rhs"],
  function: ["name", "arguments", "procedure"],
  apply: ["lhs", "rhs"],
  sort: ["terms"],
};
const membersOfAny = new Set([
  ...["type", "value", "position", "predicate", "stages", "group", "keepArray", "keepSingletonArray", "consarray"],
]);

/** True for a node of a type that is offered. */
export function isKnown(node: AstNode): boolean {
  return Object.hasOwn(membersOf, node.type);
}

/** True for a node with a member that its type is not known to have. */
export function hasUnknownMembers(node: AstNode): boolean {
  return Object.keys(node).some((name) => !membersOfAny.has(name) && !membersOf[node.type]?.includes(name));
}

/** The names that follow each other from a step on, up to the first that is filtered. */
export function namesFrom(steps: readonly AstNode[], start: number): string[] {
  const names: string[] = [];
  for (const step of steps.slice(start)) {
    if (step.type !== "name") break;
    names.push(String(step.value));
    if (!isBare(step)) break;
  }
  return names;
}

/** True for a step or node with nothing behind it: no filter, no grouping. */
export function isBare({ stages, predicate, group }: AstNode): boolean {
  return stages === undefined && predicate === undefined && group === undefined;
}

/** The nodes of a member that may be missing. */
export function list(members: unknown): AstNode[] {
  return (members as AstNode[] | undefined) ?? [];
}
