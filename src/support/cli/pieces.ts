import { type Problem, problemOf } from './problem.js';

/**
 * An answer that is written while it is made, so that 100,000 jobs take no more memory than one.
 * @returns a failure in the middle, which the answer itself contains
 */
export type Pieces = AsyncGenerator<string, Problem | undefined>;

/** In characters: few writes, little memory. */
const pieceMin = 16_384;

/**
 * A JSON object whose lists are written item by item. A failure before the first item is thrown. A later one ends the object
 * with an `error` of the contract's shape, so that programs can still read it.
 * @param rest the fields after the lists, asked for at the end
 */
export async function* jsonPieces(
  lists: Record<string, AsyncIterable<unknown>>,
  rest: () => Record<string, unknown> = () => ({}),
): Pieces {
  let text = '{';
  let isOpen = false;
  try {
    for (const [name, items] of Object.entries(lists)) {
      const iterator = items[Symbol.asyncIterator]();
      let item = await iterator.next();
      text += `${text === '{' ? '' : ','}\n  "${name}": [`;
      isOpen = true;
      for (let comma = ''; !item.done; comma = ',', item = await iterator.next()) {
        text += `${comma}\n    ${JSON.stringify(item.value)}`;
        if (text.length < pieceMin) continue;
        yield text;
        text = '';
      }
      text += ']';
      isOpen = false;
    }
    for (const [name, value] of Object.entries(rest())) text += `,\n  "${name}": ${JSON.stringify(value)}`;
    yield `${text}\n}\n`;
  } catch (error) {
    if (text === '{') throw error;
    const problem = problemOf(error);
    yield `${text}${isOpen ? ']' : ''},\n  "error": ${JSON.stringify(problem)}\n}\n`;
    return problem;
  }
  return undefined;
}

/** Lines of text, written as they come. */
export async function* linePieces(lines: AsyncIterable<string>): Pieces {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < pieceMin) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
  return undefined;
}
