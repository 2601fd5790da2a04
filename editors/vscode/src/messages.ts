/**
 * Returns a text such that a notification shows it as it is. VS Code makes a
 * link of [text](command:name), which runs the command with arguments of the
 * text's choice; what the server quotes of a file is anybody's.
 */
export function plain(text: string): string {
  return text.replaceAll("](", "]\u200b(");
}
