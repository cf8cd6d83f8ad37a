/** Something worth a line on the terminal; `message` is that line. */
export type LocalEvent = {
  readonly kind:
    | "function-loaded"
    | "function-failed"
    | "batch-failed"
    | "batch-dropped"
    | "schedule-fired"
    | "table-created"
    | "table-changed"
    | "access-denied"
    | "items-expired";
  readonly message: string;
};

/** Takes progress lines; must not throw. */
export type OnEvent = (event: LocalEvent) => void;
