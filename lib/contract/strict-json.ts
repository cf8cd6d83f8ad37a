import { altersNumber } from "#domain/altered-number.ts";
import { DomainError, type Violation } from "#domain/domain-error.ts";
import { jsonDepth, jsonDepthMax } from "#domain/json-depth.ts";

/** How many violations one answer names. More would make the answer many times larger than the body. */
const violationsMax = 100;
/** How much of a member's name a path shows. */
const shownNameLengthMax = 64;

const forbiddenMembers = new Set(["__proto__", "constructor"]);

/**
 * Parses JSON so that what is stored is what was sent: no value is altered on the way.
 *
 * @param subject what the text is, for messages
 * @throws DomainError `malformed_json` for bad syntax or a body nested over 64 levels; `validation_failed` for members
 * named `__proto__` or `constructor`, numbers that JavaScript would alter (2^53+1, 1e400) and lone surrogates.
 */
export function parseStrictJson(text: string, subject = "The body"): unknown {
  if (jsonDepth(text) > jsonDepthMax) {
    throw new DomainError("malformed_json", `${subject} is nested deeper than ${jsonDepthMax} levels. Flatten it.`);
  }
  const problems: Problems = new Map();
  let value: unknown;
  let root: unknown; // holds the whole value as its member ""
  try {
    value = JSON.parse(text, function (this: unknown, member, item, context?: { source?: string }) {
      const problem = problemOfValue(member, item, context?.source);
      if (problem !== null) problems.set(this, (problems.get(this) ?? new Map()).set(member, problem));
      root = this;
      return item;
    } as (this: unknown, key: string, value: unknown) => unknown);
  } catch (cause) {
    throw new DomainError("malformed_json", `${subject} is not valid JSON: ${syntaxMessage(cause)}`, { cause });
  }
  if (problems.size === 0) return value;
  const errors = [...violationsIn(root, "", problems).take(violationsMax)];
  throw new DomainError("validation_failed", summary(errors, subject), { errors });
}

/** What is wrong with members, by the object or array that holds them. */
type Problems = Map<unknown, Map<string, string>>;

/** Names each problem by its path from the top, which the parser, going from the leaves up, cannot know. */
function* violationsIn(holder: unknown, path: string, problems: Problems): Generator<Violation, undefined> {
  if (typeof holder !== "object" || holder === null) return;
  for (const [member, item] of Object.entries(holder)) {
    const name = member.slice(0, shownNameLengthMax).toWellFormed();
    const itemPath = path === "" ? name : `${path}.${name}`;
    const message = problems.get(holder)?.get(member);
    if (message !== undefined) yield { path: itemPath, message };
    yield* violationsIn(item, itemPath, problems);
  }
}

/** One sentence that names the first of several violations of a subject. */
export function summary(errors: readonly Violation[], subject = "The body"): string {
  const [first, ...others] = errors;
  if (first === undefined) return "The request is invalid.";
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return `${first.path === "" ? subject : first.path} ${first.message}${more}`;
}

function problemOfValue(member: string, item: unknown, source: string | undefined): string | null {
  if (forbiddenMembers.has(member)) return "is a member name that is not allowed";
  if (!member.isWellFormed()) return "has a name with a lone surrogate, which is not Unicode text";
  if (typeof item === "string" && !item.isWellFormed()) return "has a lone surrogate, which is not Unicode text";
  if (typeof item === "number" && source !== undefined && altersNumber(item, source)) {
    return `is a number that cannot be kept exactly (${source.slice(0, 40)}). Send it as a string.`;
  }
  return null;
}

function syntaxMessage(cause: unknown): string {
  return cause instanceof Error ? cause.message.slice(0, 160) : "syntax error";
}
