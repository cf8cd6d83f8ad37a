import { DomainError } from "./domain-error.ts";

/** The table of allowed moves of a thing with a state: from each state, where it may go. An empty list is a final state. */
export type Moves<State extends string> = Readonly<Record<State, readonly State[]>>;

/**
 * Checks one move against the table of allowed moves.
 *
 * @throws DomainError `state_conflict` with `refusal` as its message, when the move is not allowed.
 */
export function assertMove<State extends string>(moves: Moves<State>, from: State, to: State, refusal: string): void {
  if (!moves[from].includes(to)) throw new DomainError("state_conflict", refusal);
}
