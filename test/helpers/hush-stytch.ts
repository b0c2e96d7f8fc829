/** The Stytch SDK warns of every address that is not Stytch's own, and every test has one. */
const { warn } = console;
console.warn = (...words: unknown[]) => {
  if (!String(words[0]).startsWith('[Stytch] Warning')) warn(...words);
};
