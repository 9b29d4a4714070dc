// An error that the form's script can tell apart by its code; it never quotes an answer.
export function failed(code) {
  return Object.assign(new Error(code), { code });
}
