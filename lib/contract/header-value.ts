/** What the value of a header may hold: RFC 9110, section 5.5, less the characters that would end it or the request. */
export const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
