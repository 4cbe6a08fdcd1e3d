/**
 * The commands of a shell snippet, each as its words: quotes, line ends that go on, pipes and redirections
 * as far as documentation uses them.
 */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? "";
    if (c === "\\" && text[i + 1] === "\n") i++;
    else if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      word = (word ?? "") + text.slice(i + 1, end);
      i = end;
    } else if (c === ">") {
      endCommand();
      i = until("\n", i) - 1;
    } else if ("\n|;&()".includes(c)) endCommand();
    else if (c === " " || c === "\t") endWord();
    else word = (word ?? "") + c;
  }
  endCommand();
  return commands;

  function until(mark: string, from: number): number {
    const end = text.indexOf(mark, from);
    return end === -1 ? text.length : end;
  }
}
