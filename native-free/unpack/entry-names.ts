/** Names as archives write them. Names are data: they are judged, never used as a path. */

/** Why a name would be dangerous to a program that used it as a path; null where it would not. */
export function hostilityOf(name: string): string | null {
  if (/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(name)) return "control-characters";
  if (/^[/\\]/.test(name) || /^[a-zA-Z]:/.test(name)) return "absolute";
  if (name.split(/[/\\]/).includes("..")) return "parent-folder";
  if (name.includes("\\")) return "backslash";
  return null;
}
