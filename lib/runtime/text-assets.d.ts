/** A file bundled as text. */
declare module "*?text" {
  const text: string;
  export default text;
}

/** A module bundled with all it imports, as text. */
declare module "*?bundle" {
  const text: string;
  export default text;
}
