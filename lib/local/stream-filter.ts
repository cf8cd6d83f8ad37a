/**
 * Builds Lambda's event filter: any pattern lets a record through, every member of a pattern must match, and of a
 * member's list any entry.
 *
 * @throws Error for an operator that is not understood.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function eventFilter(patterns: readonly string[]): (event: unknown) => boolean {
  if (patterns.length === 0) return () => true;
  const rules = patterns.map((pattern) => compile(JSON.parse(pattern)));
  return (event) => rules.some((rule) => rule(event));
}

type Rule = (value: unknown) => boolean;

function compile(pattern: unknown): Rule {
  if (Array.isArray(pattern)) {
    const entries = pattern.map(compileEntry);
    return (value) => {
      // A list in the event matches when any of its elements does.
      const values = Array.isArray(value) && value.length > 0 ? value : [value];
      return values.some((each) => entries.some((entry) => entry(each)));
    };
  }
  if (typeof pattern !== "object" || pattern === null) throw unknown(pattern);
  const members = Object.entries(pattern).map(([name, below]): Rule => {
    if (name === "$or") {
      const rules = (below as unknown[]).map(compile);
      return (value) => rules.some((rule) => rule(value));
    }
    const rule = compile(below);
    return (value) => rule(memberOf(value, name));
  });
  return (value) => members.every((member) => member(value));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function compileEntry(entry: unknown): Rule {
  if (typeof entry !== "object" || entry === null) return (value) => value === entry;
  const [[operator, argument] = [], ...others] = Object.entries(entry);
  if (others.length > 0) throw unknown(entry);
  switch (operator) {
    case "exists":
      return (value) => (value !== undefined) === argument;
    case "prefix":
      return (value) => typeof value === "string" && typeof argument === "string" && value.startsWith(argument);
    case "suffix":
      return (value) => typeof value === "string" && typeof argument === "string" && value.endsWith(argument);
    case "equals-ignore-case":
      return (value) => typeof value === "string" && value.toLowerCase() === String(argument).toLowerCase();
    case "anything-but": {
      const excluded = (Array.isArray(argument) ? argument : [argument]).map(compileEntry);
      return (value) => value !== undefined && !excluded.some((each) => each(value));
    }
    case "numeric":
      return numeric(argument as unknown[]);
    default:
      throw unknown(entry);
  }
}

function numeric(terms: readonly unknown[]): Rule {
  const rules: ((value: number) => boolean)[] = [];
  for (let index = 0; index < terms.length; index += 2) {
    const bound = Number(terms[index + 1]);
    switch (terms[index]) {
      case "=":
        rules.push((value) => value === bound);
        break;
      case "<":
        rules.push((value) => value < bound);
        break;
      case "<=":
        rules.push((value) => value <= bound);
        break;
      case ">":
        rules.push((value) => value > bound);
        break;
      case ">=":
        rules.push((value) => value >= bound);
        break;
      default:
        throw unknown({ numeric: terms });
    }
  }
  return (value) => typeof value === "number" && rules.every((rule) => rule(value));
}

function unknown(pattern: unknown): Error {
  return new Error(
    `lib/local does not understand the filter ${JSON.stringify(pattern)}; add it to lib/local/stream-filter.ts`,
  );
}
